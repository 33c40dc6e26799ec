"""Saying what one thinks of a product, taking it back, and reading what others said."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import arranging, endorsing, explaining, photos, witnesses
from catalog.endorsing import MOST_PHOTOS
from catalog.models import Endorsement, Photo, Product
from catalog.word_forms import EndorseForm
from kit.refusals import Refused, why_not
from kit.templatetags.kit import photo_url
from kit.web import UNPROCESSABLE, page_of, pressed, refused, row_number
from people.models import Audience, Person
from people.web import SignedInRequest
from shops.models import Shop
from shops.staff import Act, may

Visibility = Endorsement.Visibility
AS_PERSON_WISHES = {
    Audience.ME: Visibility.VENDOR,
    Audience.FRIENDS: Visibility.FRIENDS,
    Audience.EVERYONE: Visibility.EVERYONE,
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def endorse(request: SignedInRequest, public_id: str) -> HttpResponse:
    product = get_object_or_404(Product.objects.met_by(request.user), public_id=public_id)
    refusal = _refusal(request, product)
    if refusal is not None:
        return refusal
    said = Endorsement.objects.filter(person=request.user, product=product).first()
    if request.method != "POST":
        brought = {"words": request.GET.get("words", "")[:60]}  # an answer to a friend's question
        form = EndorseForm(initial=brought | _as_said(said, request.user))
        return _page(request, product, said, form, _shown_with(said))
    act = _pressed(request)
    order, wrong = _photos_sent(request, said)
    if act != "say":
        typed = {name: request.POST.get(name, "") for name in EndorseForm.base_fields}
        return _page(
            request, product, said, EndorseForm(initial=typed), arranging.moved(order, act)
        )
    form = EndorseForm(request.POST)
    for sentence in wrong:
        form.add_error("photos", sentence)
    if form.is_valid():
        return _endorsed(request, product, form, order)
    return _page(request, product, said, form, order, status=UNPROCESSABLE)


@login_required
@require_POST
def take_photo(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take one photo as soon as it is chosen, for the page's script."""
    product = get_object_or_404(Product.objects.met_by(request.user), public_id=public_id)
    refusal = _refusal(request, product)
    if refusal is not None:
        return refusal
    upload = request.FILES.get("photo")
    if not isinstance(upload, UploadedFile):
        return JsonResponse({"error": _("Choose a photo.")}, status=UNPROCESSABLE)
    try:
        photo = photos.take(upload=upload, by=request.user)
    except Refused as why:
        return JsonResponse({"error": why_not(why)}, status=UNPROCESSABLE)
    return JsonResponse({"id": photo.pk, "url": photo_url(photo, 390)}, status=201)


def _pressed(request: SignedInRequest) -> str:
    """Return the button: one that says it, that sends photos, or that moves one."""
    act = request.POST.get("act", "")
    return act if arranging.is_move(act) else pressed(request, "say", "photos", default="say")


def _page(
    request: SignedInRequest,
    product: Product,
    said: Endorsement | None,
    form: EndorseForm,
    order: list[Photo],
    status: int = 200,
) -> HttpResponse:
    last = said.holds.last() if said is not None and said.visibility == Visibility.HELD else None
    page: dict[str, Any] = {
        "product": product,
        "photo": product.photos.first(),
        "said": said,
        "shop": product.shop,
        "form": form,
        "photos": order,
        "most_photos": MOST_PHOTOS,
        "held": last,
        "receipt": endorsing.may_endorse(request.user, product),
    }
    return render(request, "catalog/endorse.html", page, status=status)


def _as_said(said: Endorsement | None, person: Person) -> dict[str, str]:
    if said is None:
        wished = AS_PERSON_WISHES[Audience(person.words_seen_by)]
        return {"visibility": wished, "relation": Endorsement.Relation.NONE}
    meant_for = said.visibility
    if meant_for == Visibility.HELD:
        last = said.holds.last()
        meant_for = last.wanted if last is not None else Visibility.FRIENDS
    return {
        "verdict": said.verdict,
        "words": said.words,
        "visibility": meant_for,
        "relation": said.relation,
    }


def _shown_with(said: Endorsement | None) -> list[Photo]:
    if said is None:
        return []
    return [one.photo for one in said.pictures.select_related("photo")]


def _photos_sent(
    request: SignedInRequest, said: Endorsement | None
) -> tuple[list[Photo], list[str]]:
    """Return the photos of the form in their order, and why others were refused.

    New files become photos at once, so that a mistake elsewhere in the form loses none.
    """
    ids = [n for one in request.POST.getlist("photo_ids") if (n := row_number(one)) is not None]
    order = endorsing.usable_photos(
        person=request.user, endorsement=said, photo_ids=ids[: MOST_PHOTOS * 3]
    )
    wrong, uploads = [], request.FILES.getlist("photos")
    if len(order) + len(uploads) > MOST_PHOTOS:
        wrong.append(_("Your words take at most %(most)d photos.") % {"most": MOST_PHOTOS})
    for upload in uploads[: MOST_PHOTOS - len(order)]:
        try:
            order.append(photos.take(upload=upload, by=request.user))
        except Refused as why:
            told = {"label": upload.name, "error": why_not(why)}
            wrong.append(_("%(label)s: %(error)s") % told)
    return order, wrong


def _refusal(request: SignedInRequest, product: Product) -> HttpResponse | None:
    if Shop.objects.run_by(request.user).filter(pk=product.shop_id).exists():
        return _own_shop(request, product)
    if endorsing.may_endorse(request.user, product) is None:
        return _nothing_received(request, product)
    return None


def _endorsed(
    request: SignedInRequest, product: Product, form: EndorseForm, order: list[Photo]
) -> HttpResponse:
    typed = {
        name: form.cleaned_data[name] for name in ("verdict", "words", "visibility", "relation")
    }
    try:
        said = endorsing.endorse(
            person=request.user,
            product=product,
            language=get_language() or "zh-hans",
            photo_ids=[photo.pk for photo in order],
            **typed,
        )
    except endorsing.OwnShop:
        return _own_shop(request, product)
    except endorsing.NothingReceived:
        return _nothing_received(request, product)
    return _onwards(request, product, said)


def _onwards(request: SignedInRequest, product: Product, said: Endorsement) -> HttpResponse:
    if said.visibility == Visibility.HELD:
        messages.info(request, _("Thank you. Somebody looks at it first; then it can be read."))
    elif said.verdict == Endorsement.Verdict.YES:
        messages.success(request, _("Thank you. Would you like to share it?"))
        return redirect(f"/p/{product.public_id}/share")
    elif said.visibility == Visibility.VENDOR:
        messages.success(request, _("Thank you. The shop will read it."))
    else:
        messages.success(request, _("Thank you. Your words are there."))
    return redirect("catalog:endorsements", public_id=product.public_id)


def _own_shop(request: HttpRequest, product: Product) -> HttpResponse:
    return refused(
        request,
        title=_("This is your own shop"),
        message=_("Who works in a shop cannot recommend its products here. Share them instead."),
        back=f"/p/{product.public_id}",
    )


def _nothing_received(request: HttpRequest, product: Product) -> HttpResponse:
    return refused(
        request,
        title=_("First have it in your hands"),
        message=_(
            "Only somebody who received a product and kept it can recommend it. "
            "Confirm that your parcel came, then speak up."
        ),
        back=f"/p/{product.public_id}",
    )


@login_required
@require_POST
def withdraw(request: SignedInRequest, public_id: str) -> HttpResponse:
    said = get_object_or_404(
        Endorsement, person=request.user, product__public_id=public_id, withdrawn_at=None
    )
    endorsing.withdraw(endorsement=said, person=request.user)
    messages.success(request, _("You took back your words. That you had spoken stays visible."))
    return redirect("catalog:endorsements", public_id=public_id)


@require_safe
def endorsements(request: HttpRequest, public_id: str) -> HttpResponse:
    viewer = request.user if isinstance(request.user, Person) else None
    product = get_object_or_404(Product.objects.select_related("shop"), public_id=public_id)
    runs = viewer is not None and Shop.objects.run_by(viewer).filter(pk=product.shop_id).exists()
    on_sale = Product.objects.on_sale().filter(pk=product.pk).exists()
    met = viewer is not None and Product.objects.met_by(viewer).filter(pk=product.pk).exists()
    if not (runs or on_sale or met):
        raise Http404
    said = witnesses.all_said(product.pk) if runs else witnesses.all_seen_by(viewer, product.pk)
    page = page_of(request, said, size=witnesses.MOST_ON_A_PAGE)
    told = witnesses.told(page.object_list)
    context = {
        "product": product,
        "shop": product.shop,
        "page": page,
        "endorsements": told,
        "friends_of_friends": explaining.explain(viewer, told),
        "runs": runs,
        "replies": runs and viewer is not None and may(viewer, Act.LIST_PRODUCTS, product.shop),
        "has_spoken": viewer is not None and product.endorsements.filter(person=viewer).exists(),
    }
    return render(request, "catalog/endorsements.html", context)
