"""The desk for brands: a moderator checks whether a brand is whose who registered it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import brands
from catalog.brand_forms import BrandVerdictForm
from catalog.models import Brand
from kit.web import UNPROCESSABLE, page_of, refused
from people.models import StaffRole
from people.web import SignedInRequest, role_required

moderators_only = role_required(StaffRole.Role.MODERATOR, StaffRole.Role.ADMIN)
A_PAGE = 40


@moderators_only
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """Show what waits, the oldest first; with ``?show=all`` every brand, the newest first."""
    shows_all = request.GET.get("show") == "all"
    rows = Brand.objects.order_by("-pk") if shows_all else Brand.objects.waiting()
    page = page_of(request, rows.select_related("owner"), size=A_PAGE)
    return render(request, "catalog/brands/desk.html", {"page": page, "shows_all": shows_all})


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def brand(request: SignedInRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(Brand.objects.select_related("owner"), public_id=public_id)
    form = BrandVerdictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _decide(request, row, form)
    page = {
        "brand": row,
        "form": form,
        "seen": brands.digest(row),
        "is_own": row.owner_id == request.user.pk,
        "others": list(
            Brand.objects.filter(owner=row.owner).exclude(pk=row.pk).order_by("-pk")[:10]
        ),
        "certificates": row.certificates.count(),
        "namings": row.namings.count(),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "catalog/brands/desk_brand.html", page, status=status)


def _decide(request: SignedInRequest, row: Brand, form: BrandVerdictForm) -> HttpResponse:
    verdict, reason = form.cleaned_data["verdict"], form.cleaned_data["reason"]
    seen = form.cleaned_data["seen"]
    back = f"/desk/brands/{row.public_id}"
    try:
        if verdict == Brand.State.VERIFIED:
            brands.verify(brand=row, moderator=request.user, seen=seen)
        elif verdict == Brand.State.REFUSED:
            brands.refuse(brand=row, moderator=request.user, reason=reason, seen=seen)
        elif row.owner_id == request.user.pk:
            raise brands.OwnBrand(row.pk)
        else:
            brands.close(brand=row, by=request.user, reason=reason)
    except brands.OwnBrand:
        title, message = _("This is your own brand"), _("Another moderator has to look at it.")
        return refused(request, title=title, message=message, back=back)
    except brands.SpellingTaken:
        title = _("Another verified brand is written the same way")
        message = _("Look at both. Refuse this one, or close the other first.")
        return refused(request, title=title, message=message, back=back)
    messages.success(
        request, _("%(brand)s: %(state)s.") % {"brand": row.name, "state": row.get_state_display()}
    )
    return redirect("catalog:desk_brands")
