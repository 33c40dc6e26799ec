"""The desk: where a charity's money is sent, said by who proved themselves minutes ago."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kit import clock
from kit.web import form_page
from payments import destinations
from payments.forms import CharityPlaceForm
from payments.models import Destination
from payments.web import finance_only
from people.web import SignedInRequest, proved_lately
from referrals import charities
from referrals.models import Charity

FORBIDDEN = 403
FIELDS = ("provider", "holder", "identifier")


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def place(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show where its money goes, and take another place."""
    charity = get_object_or_404(Charity, pk=pk)
    before = destinations.of_charity(charity.pk)
    known = {name: getattr(before, name) for name in FIELDS} if before else {}
    sent = request.POST if request.method == "POST" else None
    form = CharityPlaceForm(sent, initial=known | request.session.get(_draft(charity), {}))
    if not form.is_bound or not form.is_valid():
        page = {"charity": charity, "place": before, "usable_at": _usable_at(before)}
        page["cools_hours"] = settings.DESTINATION_COOLS_HOURS
        return form_page(request, "referrals/charity_place.html", form, page)
    wanted = form.cleaned_data
    if wanted != known and not proved_lately(request):
        return _prove_first(request, charity, wanted)
    request.session.pop(_draft(charity), None)
    charities.pay_to(charity=charity, by=request.user, **wanted)
    messages.success(request, _("Saved. Somebody else has to approve what is paid there."))
    return redirect("referrals:charities")


def _usable_at(before: Destination | None) -> Any:
    """Return from when money is sent there, if that is still to come."""
    usable_at = destinations.usable_at(before) if before else None
    return usable_at if usable_at and usable_at > clock.now() else None


def _prove_first(
    request: SignedInRequest, charity: Charity, wanted: dict[str, Any]
) -> HttpResponse:
    """Keep what was typed, and ask who is there; nothing is changed before that."""
    request.session[_draft(charity)] = {name: wanted[name] for name in FIELDS}
    page = {"next": request.get_full_path(), "back": "/desk/charities"}
    return render(request, "payments/desk/prove_first.html", page, status=FORBIDDEN)


def _draft(charity: Charity) -> str:
    return f"charity_place:{charity.pk}"
