"""A brand owner's pages: their brands, who carries them, and the certificates they issue."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import authorising, brands
from catalog.brand_forms import BrandForm, IssueForm, PolicyForm, ReasonForm, RenewForm
from catalog.models import Brand, BrandFlag, Certificate
from kit import clock
from kit.web import UNPROCESSABLE, form_page, page_of, pressed, refused
from people.web import SignedInRequest

A_PAGE = 30
FLAGS_SHOWN = 20

# What a brand's state says to an act that it does not allow.
WHAT_STANDS: dict[Brand.State, tuple[str | Promise, str | Promise]] = {
    Brand.State.WAITING: (
        gettext_lazy("%(brand)s is still being checked"),
        gettext_lazy("You can issue certificates once a moderator has verified it."),
    ),
    Brand.State.VERIFIED: (
        gettext_lazy("%(brand)s is verified"),
        gettext_lazy("What was verified stays as it is. To write it anew, close it first."),
    ),
    Brand.State.REFUSED: (
        gettext_lazy("%(brand)s was not verified"),
        gettext_lazy("Mend what the moderator wrote and send it in again."),
    ),
    Brand.State.CLOSED: (
        gettext_lazy("%(brand)s is closed"),
        gettext_lazy("Its certificates are over. Register it again to issue new ones."),
    ),
}


@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    page = page_of(request, Brand.objects.kept_by(request.user), size=A_PAGE)
    return render(request, "catalog/brands/mine.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: SignedInRequest) -> HttpResponse:
    form = BrandForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            brand = brands.register(owner=request.user, written=form.read())
        except brands.TooManyWaiting:
            return _too_many_waiting(request)
        messages.success(request, _("Registered. A moderator checks it, usually within a day."))
        return redirect("catalog:brand", public_id=brand.public_id)
    return form_page(request, "catalog/brands/register.html", form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, public_id: str) -> HttpResponse:
    brand = _own(request, public_id)
    names = BrandForm.base_fields
    form = BrandForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(brand, name) for name in names},
    )
    if brand.state not in {Brand.State.WAITING, Brand.State.REFUSED}:
        return _not_as_it_stands(request, brand)
    if request.method == "POST" and form.is_valid():
        try:
            brands.send_in_again(brand=brand, written=form.read())
        except brands.TooManyWaiting:
            return _too_many_waiting(request)
        messages.success(request, _("Sent in again. A moderator looks at it."))
        return redirect("catalog:brand", public_id=brand.public_id)
    return form_page(request, "catalog/brands/register.html", form, {"brand": brand})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def brand(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show one brand with who carries it; its policy is chosen here."""
    own = _own(request, public_id)
    form = PolicyForm(
        request.POST if request.method == "POST" else None, initial={"policy": own.policy}
    )
    if request.method == "POST" and own.state == Brand.State.CLOSED:
        return _not_as_it_stands(request, own)
    if request.method == "POST" and form.is_valid():
        brands.set_policy(brand=own, policy=form.cleaned_data["policy"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("catalog:brand", public_id=own.public_id)
    return _brand_page(request, own, form, ReasonForm())


@login_required
@require_POST
def close(request: SignedInRequest, public_id: str) -> HttpResponse:
    own = _own(request, public_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _brand_page(request, own, PolicyForm(initial={"policy": own.policy}), form)
    if own.state == Brand.State.CLOSED:
        return _not_as_it_stands(request, own)
    brands.close(brand=own, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("%(brand)s is closed.") % {"brand": own.name})
    return redirect("catalog:brands")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: SignedInRequest, public_id: str) -> HttpResponse:
    own = _own(request, public_id)
    form = IssueForm(
        request.POST if request.method == "POST" else None,
        initial={"first_day": timezone.localtime(clock.now()).date()},
    )
    if own.state != Brand.State.VERIFIED:
        return _not_as_it_stands(request, own)
    if request.method == "POST" and form.is_valid():
        shop = form.cleaned_data["shop"]
        certificate = authorising.issue(brand=own, shop=shop, scope=form.read(), by=request.user)
        messages.success(request, _("Issued: %(shop)s is told.") % {"shop": shop.name})
        return redirect("catalog:own_certificate", public_id=certificate.public_id)
    return form_page(request, "catalog/brands/issue.html", form, {"brand": own})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a certificate to who issued it; it is renewed or revoked here."""
    rows = Certificate.objects.select_related("brand", "shop__owner", "category")
    own = get_object_or_404(rows, public_id=public_id, brand__owner=request.user)
    act = pressed(request, "renew", "revoke") if request.method == "POST" else ""
    renewing = RenewForm(request.POST if act == "renew" else None, takes_up=own)
    revoking = ReasonForm(request.POST if act == "revoke" else None)
    if renewing.is_valid():
        again = authorising.renew(certificate=own, ends_at=renewing.ends_at, by=request.user)
        messages.success(request, _("Renewed: %(shop)s is told.") % {"shop": own.shop.name})
        return redirect("catalog:own_certificate", public_id=again.public_id)
    if revoking.is_valid():
        reason = revoking.cleaned_data["reason"]
        authorising.revoke(certificate=own, reason=reason, by=request.user)
        messages.success(request, _("Revoked: %(shop)s is told.") % {"shop": own.shop.name})
        return redirect("catalog:brand", public_id=own.brand.public_id)
    page: dict[str, Any] = {
        "certificate": own,
        "products": list(own.products.all()),
        "renewed": own.renewed_by.filter(state=Certificate.State.ISSUED).first(),
        "renewing": renewing,
        "revoking": revoking,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "catalog/brands/own_certificate.html", page, status=status)


def _own(request: SignedInRequest, public_id: str) -> Brand:
    return get_object_or_404(Brand.objects.kept_by(request.user), public_id=public_id)


def _not_as_it_stands(request: SignedInRequest, own: Brand) -> HttpResponse:
    """Answer 409 to what a brand of this state cannot do, and say which state that is."""
    title, message = WHAT_STANDS[Brand.State(own.state)]
    back = f"/me/brands/{own.public_id}"
    return refused(request, title=str(title) % {"brand": own.name}, message=str(message), back=back)


def _too_many_waiting(request: SignedInRequest) -> HttpResponse:
    return refused(
        request,
        title=_("Several of your brands are being checked"),
        message=_("Register the next one when a moderator has looked at them."),
        back="/me/brands",
    )


def _brand_page(
    request: SignedInRequest, own: Brand, policy: PolicyForm, closing: ReasonForm
) -> HttpResponse:
    issued = own.certificates.select_related("brand", "shop", "category").order_by("-pk")
    flags = BrandFlag.objects.filter(certificate__brand=own, gone_at=None)
    page = {
        "brand": own,
        "page": page_of(request, issued, size=A_PAGE),
        "flags": list(
            flags.select_related("product", "certificate__shop").order_by("-pk")[:FLAGS_SHOWN]
        ),
        "without": own.namings.filter(certificate=None, product__state="live").count(),
        "policy": policy,
        "closing": closing,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "catalog/brands/brand.html", page, status=status)
