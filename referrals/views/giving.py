"""Giving away: who is to have what one of one's own links earns."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kit.web import form_page
from people.web import SignedInRequest, proved_lately
from referrals import giving
from referrals.giving_forms import GivingForm
from referrals.models import Gives, ShareLink

FORBIDDEN = 403


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: SignedInRequest, code: str) -> HttpResponse:
    """Show who has it now, and take another choice for the orders from now on."""
    mine = ShareLink.objects.filter(person=request.user).select_related("product", "charity")
    link = get_object_or_404(mine, code=code)
    before = {"gives": link.gives, "charity": link.charity_id}
    shown = before | request.session.get(_draft(link), {})
    form = GivingForm(request.POST if request.method == "POST" else None, initial=shown)
    if form.is_bound and form.is_valid():
        if _leaves_them(link, form) and not proved_lately(request):
            return _prove_first(request, link, form)
        try:
            giving.choose(link=link, **form.cleaned_data)
        except giving.CharityClosed:
            form.add_error("charity", _("It is not on the list any more. Choose another."))
        else:
            request.session.pop(_draft(link), None)
            messages.success(request, _("Saved. It counts for orders from now on."))
            return redirect("referrals:share", public_id=link.product.public_id)
    page = {"link": link, "closed": giving.closed_charity(link, language=_language())}
    return form_page(request, "referrals/giving.html", form, page)


def _draft(link: ShareLink) -> str:
    """Name the place in a session for a choice that waits for a proof of who made it."""
    return f"giving_draft:{link.pk}"


def _leaves_them(link: ShareLink, form: GivingForm) -> bool:
    """Whether what the sharer has is to go to others from now on."""
    return link.gives == Gives.KEEP and form.cleaned_data["gives"] != Gives.KEEP


def _prove_first(request: SignedInRequest, link: ShareLink, form: GivingForm) -> HttpResponse:
    charity = form.cleaned_data["charity"]
    kept = {"gives": form.cleaned_data["gives"], "charity": charity.pk if charity else None}
    request.session[_draft(link)] = kept
    page = {"link": link, "next": request.get_full_path()}
    return render(request, "referrals/prove_first.html", page, status=FORBIDDEN)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
