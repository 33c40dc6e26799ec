"""The wallet: what a person has, taking it out, and where it goes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kit.dates import at_time
from kit.money import Money
from kit.public_ids import public_id
from kit.web import UNPROCESSABLE, form_page, page_of, refused
from ledger.posting import Overdrawn
from payments import destinations, holds, payouts, wallet
from payments.forms import DestinationForm, WithdrawForm
from payments.models import Payout
from people.models import Person
from people.web import SignedInRequest, door

PAGE = 20

# What the world may say to a press of the button, and what to do about it.
WHY_NOT: dict[type[Exception], Any] = {
    payouts.BelowMinimum: gettext_lazy("You can withdraw from %(least)s on."),
    payouts.NoDestination: gettext_lazy("First say where the money should go."),
    payouts.DestinationTooFresh: gettext_lazy(
        "The account was changed a short while ago. Withdraw again after %(until)s."
    ),
    payouts.PayoutOpen: gettext_lazy(
        "An earlier withdrawal is still on its way. The next one can follow when it has arrived."
    ),
    payouts.AboveMaximum: gettext_lazy("At most %(most)s can be sent at once."),
    holds.OnHold: gettext_lazy("Your withdrawals are on hold: %(reason)s."),
    Overdrawn: gettext_lazy("The balance changed a moment ago. Look at it again."),
}


@require_safe
@never_cache
@login_required
def show(request: SignedInRequest) -> HttpResponse:
    """Show every account of a person, and what was sent before."""
    return render(request, "payments/wallet.html", _wallet_page(request))


@door
def withdraw(request: SignedInRequest) -> HttpResponse:
    """Send everything that one account has available."""
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        page = _wallet_page(request) | {"form": form}
        return render(request, "payments/wallet.html", page, status=UNPROCESSABLE)
    balance = _own_balance(request.user, form.cleaned_data["account"])
    try:
        payout = payouts.ask(
            person=request.user,
            account=balance.account,
            amount_minor=balance.available_minor,
            run=f"press-{form.cleaned_data['key'].upper()}",
        )
    except tuple(WHY_NOT) as fact:
        return refused(request, title=_("Not yet"), message=_why_not(fact), back="/me/wallet")
    messages.success(request, _("%(amount)s is on its way.") % {"amount": _amount(payout)})
    return redirect("payments:wallet")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def destination(request: SignedInRequest) -> HttpResponse:
    """Say where the money goes."""
    before = destinations.in_use(request.user)
    known = {"holder": before.holder, "identifier": before.identifier} if before else {}
    form = DestinationForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_bound and form.is_valid():
        destinations.set_destination(person=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("payments:wallet")
    page = {"destination": before, "cools_hours": settings.DESTINATION_COOLS_HOURS}
    return form_page(request, "payments/destination.html", form, page)


def _wallet_page(request: SignedInRequest) -> dict[str, Any]:
    person = request.user
    sent = Payout.objects.filter(person=person).order_by("-created_at", "-pk")
    balances = wallet.balance(person)
    destination = destinations.in_use(person)
    return {
        "accounts": [(each, wallet.obstacle(person, each), public_id()) for each in balances],
        "destination": destination,
        "usable_at": destinations.usable_at(destination) if destination else None,
        "minimum_minor": settings.PAYOUT_MINIMUM_MINOR,
        "page": page_of(request, sent, size=PAGE),
    }


def _own_balance(person: Person, slug: str) -> wallet.Balance:
    for balance in wallet.balance(person):
        if balance.slug == slug:
            return balance
    raise Http404


def _amount(payout: Payout) -> str:
    return Money(payout.amount_minor, payout.currency).display(get_language() or "en")


def _until(fact: Exception) -> str:
    moment = getattr(fact, "usable_at", None)
    return at_time(localtime(moment)) if moment else ""


def _why_not(fact: Exception) -> str:
    least = Money(settings.PAYOUT_MINIMUM_MINOR, wallet.HOUSE_CURRENCY)
    most = Money(getattr(fact, "most_minor", 0), wallet.HOUSE_CURRENCY)
    hold = getattr(fact, "hold", None)
    facts = {
        "least": least.display(get_language() or "en"),
        "most": most.display(get_language() or "en"),
        "until": _until(fact),
        "reason": hold.get_reason_display() if hold else "",
    }
    return str(WHY_NOT[type(fact)]) % facts
