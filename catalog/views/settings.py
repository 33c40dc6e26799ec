"""A shop's sign and terms, where its owner changes them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import shopfront
from kit.refusals import Refused, why_not
from kit.web import UNPROCESSABLE, pressed
from people.web import SignedInRequest
from shops import changing
from shops.forms import SignForm, TermsForm
from shops.models import Shop
from shops.staff import Act
from shops.web import shop_required


@shop_required(Act.EDIT_SHOP)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest, shop: Shop) -> HttpResponse:
    part = pressed(request, "sign", "terms", name="part") if request.method == "POST" else ""
    sign = SignForm(
        request.POST if part == "sign" else None,
        request.FILES if part == "sign" else None,
        initial={name: getattr(shop, name) for name in changing.SIGN},
    )
    terms = TermsForm(
        request.POST if part == "terms" else None,
        initial={name: getattr(shop.terms, name) for name in changing.TERMS},
    )
    if (sign.is_valid() and _sign_changed(request, shop, sign)) or (
        terms.is_valid() and _terms_changed(request, shop, terms)
    ):
        messages.success(request, _("Saved."))
        return redirect("catalog:settings")
    status = 200 if request.method != "POST" else UNPROCESSABLE
    page = {"shop": shop, "sign": sign, "terms": terms}
    return render(request, "catalog/settings.html", page, status=status)


def _sign_changed(request: SignedInRequest, shop: Shop, sign: SignForm) -> bool:
    upload = sign.cleaned_data["avatar"]
    try:
        if upload:
            shopfront.set_avatar(shop=shop, upload=upload)
    except Refused as refusal:
        sign.add_error("avatar", why_not(refusal))
        return False
    shopfront.change_sign(shop=shop, sign=sign.cleaned_data, by=request.user)
    return True


def _terms_changed(request: SignedInRequest, shop: Shop, terms: TermsForm) -> bool:
    shopfront.change_terms(shop=shop, terms=terms.cleaned_data, by=request.user)
    return True
