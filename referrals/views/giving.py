"""Giving away: who is to have what one of one's own links earns."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kit.web import form_page
from people.web import SignedInRequest
from referrals import giving
from referrals.giving_forms import GivingForm
from referrals.models import ShareLink


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: SignedInRequest, code: str) -> HttpResponse:
    """Show who has it now, and take another choice for the orders from now on."""
    mine = ShareLink.objects.filter(person=request.user).select_related("product", "charity")
    link = get_object_or_404(mine, code=code)
    before = {"gives": link.gives, "charity": link.charity_id}
    form = GivingForm(request.POST if request.method == "POST" else None, initial=before)
    if form.is_bound and form.is_valid():
        try:
            giving.choose(link=link, **form.cleaned_data)
        except giving.CharityClosed:
            form.add_error("charity", _("It is not on the list any more. Choose another."))
        else:
            messages.success(request, _("Saved. It counts for orders from now on."))
            return redirect("referrals:share", public_id=link.product.public_id)
    page = {"link": link, "closed": _closed_charity(link)}
    return form_page(request, "referrals/giving.html", form, page)


def _closed_charity(link: ShareLink) -> str:
    """Return the name of the charity a link gave to, if that takes nothing any more."""
    if link.charity is None or link.charity.closed_at is None:
        return ""
    return link.charity.name_in(get_language() or settings.LANGUAGE_CODE)
