"""Saying what one thinks of a product, taking it back, and reading what others said."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import endorsing, witnesses
from catalog.forms import EndorseForm
from catalog.models import Endorsement, Product
from kit.web import form_page, page_of, refused
from people.models import Person
from people.web import SignedInRequest
from shops.models import Shop


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def endorse(request: SignedInRequest, public_id: str) -> HttpResponse:
    product = get_object_or_404(Product.objects.met_by(request.user), public_id=public_id)
    said = Endorsement.objects.filter(person=request.user, product=product).first()
    form = EndorseForm(request.POST if request.method == "POST" else None, initial=_as_said(said))
    if request.method == "POST" and form.is_valid():
        return _endorsed(request, product, form)
    refusal = _refusal(request, product)
    if refusal is not None:
        return refusal
    page = {"product": product, "said": said, "shop": product.shop}
    return form_page(request, "catalog/endorse.html", form, page)


def _as_said(said: Endorsement | None) -> dict[str, str]:
    if said is None:
        return {"visibility": Endorsement.Visibility.FRIENDS}
    return {"verdict": said.verdict, "words": said.words, "visibility": said.visibility}


def _refusal(request: SignedInRequest, product: Product) -> HttpResponse | None:
    if Shop.objects.run_by(request.user).filter(pk=product.shop_id).exists():
        return _own_shop(request, product)
    if endorsing.may_endorse(request.user, product) is None:
        return _nothing_received(request, product)
    return None


def _endorsed(request: SignedInRequest, product: Product, form: EndorseForm) -> HttpResponse:
    try:
        said = endorsing.endorse(
            person=request.user,
            product=product,
            language=get_language() or "zh-hans",
            **form.cleaned_data,
        )
    except endorsing.OwnShop:
        return _own_shop(request, product)
    except endorsing.NothingReceived:
        return _nothing_received(request, product)
    if said.verdict == Endorsement.Verdict.YES:
        messages.success(request, _("Thank you. Would you like to share it?"))
        return redirect(f"/p/{product.public_id}/share")
    messages.success(request, _("Thank you. The shop will read it."))
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
    context = {
        "product": product,
        "shop": product.shop,
        "page": page_of(request, said, size=witnesses.MOST_ON_A_PAGE),
        "runs": runs,
        "has_spoken": viewer is not None and product.endorsements.filter(person=viewer).exists(),
    }
    return render(request, "catalog/endorsements.html", context)
