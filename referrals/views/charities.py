"""The desk: the charities that sharers may give to, and what each has yet to be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kit.web import form_page, page_of
from payments import destinations
from payments.models import Destination
from payments.web import finance_only
from people.web import SignedInRequest
from referrals import charities
from referrals.charities import Names
from referrals.giving_forms import CharityForm
from referrals.models import Charity

PAGE = 40


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def listing(request: SignedInRequest) -> HttpResponse:
    """List them with their balances, and take one more."""
    form = CharityForm(request.POST if request.method == "POST" else None)
    if _is_written(form, lambda names: charities.add(names=names, by=request.user)):
        messages.success(request, _("It is on the list. Sharers may give to it now."))
        return redirect("referrals:charities")
    page = page_of(
        request, Charity.objects.order_by(F("closed_at").asc(nulls_first=True), "-pk"), size=PAGE
    )
    balances = charities.balances()
    places = destinations.of_charities([row.pk for row in page.object_list])
    rows = [(row, balances.get(row.pk, []), _ending(places, row)) for row in page.object_list]
    return form_page(request, "referrals/charities.html", form, {"page": page, "rows": rows})


@finance_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rename(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct its names or number."""
    row = get_object_or_404(Charity, pk=pk)
    form = CharityForm(request.POST if request.method == "POST" else None, initial=_names_of(row))
    if _is_written(form, lambda names: charities.rename(charity=row, names=names, by=request.user)):
        messages.success(request, _("Saved."))
        return redirect("referrals:charities")
    return form_page(request, "referrals/charity.html", form, {"charity": row})


@finance_only
@require_POST
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take it off the list."""
    charities.close(charity=get_object_or_404(Charity, pk=pk), by=request.user)
    messages.success(request, _("It is off the list. What it was given stays its own."))
    return redirect("referrals:charities")


@finance_only
@require_POST
def open_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put it back on the list."""
    charities.open_again(charity=get_object_or_404(Charity, pk=pk), by=request.user)
    messages.success(request, _("It is on the list. Sharers may give to it now."))
    return redirect("referrals:charities")


def _ending(places: dict[int, Destination], row: Charity) -> str:
    """Return the last signs of the account a charity is paid to; nothing when there is none."""
    place = places.get(row.pk)
    return destinations.ending(place.identifier) if place else ""


def _names_of(row: Charity) -> dict[str, Any]:
    return {"name_zh": row.name_zh, "name_en": row.name_en, "registration": row.registration}


def _is_written(form: CharityForm, write: Callable[[Names], Charity]) -> bool:
    """Write down what was sent, if it can be; a number that is listed stands beside its field."""
    if not form.is_valid():
        return False
    try:
        write(form.names())
    except charities.ListedBefore:
        words = _("A charity with this number is on the list already, perhaps closed.")
        form.add_error("registration", words)
        return False
    return True
