"""The product editor: photos first, two words that must be there, and everything else later."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog import arranging, listing, photos, screening, stock
from catalog.forms import ProductForm, Rows, VariantFormSet, mistakes_of, read_rows
from catalog.listing import MOST_PHOTOS
from catalog.models import Hold, Photo, Product, Variant
from kit.money import share_minor
from kit.refusals import Refused, why_not
from kit.templatetags.kit import photo_url
from kit.web import UNPROCESSABLE, pressed, row_number
from people.web import SignedInRequest, proved_lately
from shops.models import Shop
from shops.staff import Act, may
from shops.web import rates_draft, shop_required

SAVING = frozenset({"save", "publish"})


@shop_required(Act.LIST_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, shop: Shop) -> HttpResponse:
    return _edited(request, shop, None)


@shop_required(Act.LIST_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, shop: Shop, public_id: str) -> HttpResponse:
    product = get_object_or_404(Product, shop=shop, public_id=public_id)
    return _edited(request, shop, product)


@shop_required(Act.LIST_PRODUCTS)
@require_POST
def take_photo(request: SignedInRequest, shop: Shop) -> HttpResponse:
    """Take one photo as soon as it is chosen, for the editor's script."""
    upload = request.FILES.get("photo")
    if not isinstance(upload, UploadedFile):
        return JsonResponse({"error": _("Choose a photo.")}, status=UNPROCESSABLE)
    try:
        photo = photos.take(upload=upload, by=request.user)
    except Refused as refusal:
        return JsonResponse({"error": why_not(refusal)}, status=UNPROCESSABLE)
    return JsonResponse({"id": photo.pk, "url": photo_url(photo, 390)}, status=201)


def _edited(request: SignedInRequest, shop: Shop, product: Product | None) -> HttpResponse:
    if request.method != "POST":
        order = list(product.photos.all()) if product else []
        return _page(request, shop, product, order, *_stored(product))
    act = _pressed(request)
    order, refused = _photos_sent(request, shop, product)
    if act not in SAVING:
        return _page(request, shop, product, arranging.moved(order, act), *_typed(request, act))
    form, rows = ProductForm(request.POST), VariantFormSet(request.POST, prefix="v")
    for sentence in refused:
        form.add_error("photos", sentence)
    if all([form.is_valid(), rows.is_valid()]):
        saved = _saved(request, shop, product, order, form, rows)
        if saved is not None and _rate_waits(request, saved, form):
            return _to_the_rates(request, saved, form)
        if saved is not None:
            return _onwards(request, saved, act)
    return _page(request, shop, product, order, form, rows, status=UNPROCESSABLE)


def _pressed(request: SignedInRequest) -> str:
    """Return the button: one that saves, that shows more of the form, or that moves a photo."""
    act = request.POST.get("act", "")
    if arranging.is_move(act):
        return act
    return pressed(request, *SAVING, "photos", "rows", default="save")


def _photos_sent(
    request: SignedInRequest, shop: Shop, product: Product | None
) -> tuple[list[Photo], list[str]]:
    """Return the photos of the form in their order, and why others were refused.

    New files become photos at once, so that a mistake elsewhere in the form loses none.
    """
    ids = [n for one in request.POST.getlist("photo_ids") if (n := row_number(one)) is not None]
    known = arranging.usable(shop=shop, product=product, photo_ids=ids[: MOST_PHOTOS * 2])
    order, refused = known[:MOST_PHOTOS], []
    uploads = request.FILES.getlist("photos")
    if len(known) + len(uploads) > MOST_PHOTOS:
        refused.append(_("A product has at most %(most)d photos.") % {"most": MOST_PHOTOS})
    for upload in uploads[: MOST_PHOTOS - len(order)]:
        try:
            order.append(photos.take(upload=upload, by=request.user))
        except Refused as refusal:
            told = {"label": upload.name, "error": why_not(refusal)}
            refused.append(_("%(label)s: %(error)s") % told)
    return order, refused


def _stored(product: Product | None) -> tuple[ProductForm, Rows]:
    """Return the forms as the listing is stored."""
    if product is None:
        return ProductForm(), VariantFormSet(prefix="v", initial=[{"stock": 1}])
    offered = product.variants.filter(is_offered=True)
    rows = [
        {
            "id": one.pk,
            "name": one.name,
            "price": one.price_minor,
            "stock": one.available,
            "seen": one.available,
        }
        for one in offered
    ]
    form = ProductForm(
        initial={
            "title": product.title,
            "description": product.description,
            "category": product.category_id,
            "commission_bp": product.commission_bp,
        }
    )
    return form, VariantFormSet(prefix="v", initial=rows)


def _typed(request: SignedInRequest, act: str) -> tuple[ProductForm, Rows]:
    """Return the forms as they were typed, with no word about what is still missing."""
    sent = request.POST
    form = ProductForm(initial={name: sent.get(name, "") for name in ProductForm.base_fields})
    count = VariantFormSet(sent, prefix="v").total_form_count()
    names = VariantFormSet.form.base_fields
    typed = [{name: sent.get(f"v-{at}-{name}", "") for name in names} for at in range(count)]
    rows = VariantFormSet(prefix="v", initial=[row for row in typed if any(row.values())])
    rows.extra = 2 if act == "rows" else 0
    return form, rows


def _saved(
    request: SignedInRequest,
    shop: Shop,
    product: Product | None,
    order: list[Photo],
    form: ProductForm,
    rows: Rows,
) -> Product | None:
    """Save, and publish when that was asked; None, with the reason beside its field."""
    wanted = form.cleaned_data
    own_rate = product.commission_bp if product else None
    if _may_set_rate(request, shop):
        own_rate = wanted["commission_bp"]
    try:
        with transaction.atomic():
            saved = listing.save_draft(
                shop=shop,
                product=product,
                title=wanted["title"],
                description=wanted["description"],
                commission_bp=own_rate,
                category=wanted["category"],
                variants=read_rows(rows),
                photo_ids=[photo.pk for photo in order],
            )
            if request.POST.get("act") == "publish":
                saved = listing.publish(product=saved, by=request.user)
    except stock.OutOfStock:
        rows.forms[0].add_error("stock", _("Some were bought a moment ago. Count again."))
        return None
    except listing.PhotoElsewhere:
        form.add_error("photos", _("One of the photos is no longer there. Add it again."))
        return None
    return saved


def _may_set_rate(request: SignedInRequest, shop: Shop) -> bool:
    """Whether a rate typed now counts: of an owner who is there, or who is still opening."""
    is_owner = may(request.user, Act.EDIT_SHOP, shop)
    return is_owner and (shop.trusted_at is None or proved_lately(request))


def _rate_waits(request: SignedInRequest, product: Product, form: ProductForm) -> bool:
    """Whether the owner typed a rate that was not saved with the rest."""
    typed: int | None = form.cleaned_data["commission_bp"]
    return typed != product.commission_bp and may(request.user, Act.EDIT_SHOP, product.shop)


def _to_the_rates(request: SignedInRequest, product: Product, form: ProductForm) -> HttpResponse:
    typed = form.cleaned_data["commission_bp"]
    request.session[rates_draft(product.shop)] = {f"own_{product.public_id}": typed}
    messages.info(request, _("Everything else is saved. The rate waits for you to confirm it."))
    return redirect(f"/shop/sharers/rates?only={product.public_id}")


def _onwards(request: SignedInRequest, product: Product, act: str) -> HttpResponse:
    if act == "save":
        messages.success(request, _("Saved."))
        return redirect("catalog:edit", public_id=product.public_id)
    if product.state == Product.State.LIVE:
        messages.success(request, _("It is on sale. Share it with somebody."))
        return redirect(f"/p/{product.public_id}/share")
    if _waits_for_a_brand(product):
        messages.warning(request, _("It waits for a certificate of the brand it names."))
    else:
        messages.success(
            request, _("It is being looked at, usually within 2 hours. You may go on editing.")
        )
    return redirect("catalog:products")


def _why_sent_back(product: Product | None) -> str:
    if product is None or product.state != Product.State.RETURNED:
        return ""
    decided = screening.last_decision(product)
    return decided.reason if decided else ""


def _waits_for_a_brand(product: Product | None) -> Hold | None:
    if product is None or product.state != Product.State.HELD:
        return None
    waiting = product.holds.waiting().filter(cause=Hold.Cause.BRAND)
    return waiting.select_related("brand").first()


def _worth(product: Product | None, shop: Shop) -> int:
    """Return what a sharer earns from one piece of the stored listing, in minor units."""
    offered = product.variants.filter(is_offered=True) if product else Variant.objects.none()
    prices = [variant.price_minor for variant in offered]
    own_rate = product.commission_bp if product else None
    rate_bp = shop.terms.commission_bp if own_rate is None else own_rate
    return share_minor(min(prices, default=0), rate_bp)


def _page(  # noqa: PLR0913  # all that the page is made of
    request: HttpRequest,
    shop: Shop,
    product: Product | None,
    order: list[Photo],
    form: ProductForm,
    rows: Rows,
    status: int = 200,
) -> HttpResponse:
    page: dict[str, Any] = {
        "mistakes": mistakes_of(form, rows),
        "shop": shop,
        "terms": shop.terms,
        "product": product,
        "reason": _why_sent_back(product),
        "needs_certificate": _waits_for_a_brand(product),
        "form": form,
        "rows": rows if rows.forms else _stored(product)[1],
        "photos": order,
        "most_photos": MOST_PHOTOS,
        "worth": _worth(product, shop),
        "sets_rate": may(request.user, Act.EDIT_SHOP, shop),  # type: ignore[arg-type]  # signed in
    }
    return render(request, "catalog/editor.html", page, status=status)
