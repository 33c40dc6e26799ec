"""Payday: once a week everybody with enough on their account is sent it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from kit import clock
from kit.sweeping import one_by_one
from ledger import accounts
from ledger.accounts import Side
from ledger.balances import accounts_with_at_least
from ledger.posting import Overdrawn
from payments import payouts
from payments.models import Payday
from people.models import Person
from shops.models import Shop

# Banks and people are both awake by then, and the whole day is left to mend what fails.
ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=10)

# Why an account is passed over until next week; its owner may still press the button.
NOT_THIS_WEEK = (
    payouts.BelowMinimum,
    payouts.NoDestination,
    payouts.DestinationTooFresh,
    payouts.PayoutOpen,
    Overdrawn,
)


def run_of(moment: datetime) -> str:
    """Return the name of the newest payday at ``moment``: ``2026-W47``, Mondays at ten."""
    week = (moment.astimezone(ZONE) - HOUR).isocalendar()
    return f"{week.year}-W{week.week:02d}"


def run(now: datetime) -> int:
    """Ask for the payouts of this week's payday; return how many were asked for.

    Once a week's run has gone through it is over: what comes in later waits for the next.
    A run that was cut short is taken up again, and two at once ask for one payout an account.
    """
    payday, _ = Payday.objects.get_or_create(run=run_of(now), defaults={"started_at": now})
    if payday.finished_at is not None:
        return 0
    rich = accounts_with_at_least(kinds=("sharer", "shop"), minor=settings.PAYOUT_MINIMUM_MINOR)
    asked = one_by_one(lambda row: _pay_out(*row, run=payday.run), rich)
    if len(asked) == len(rich):  # else the next beat takes up those who were left out
        Payday.objects.filter(pk=payday.pk).update(finished_at=clock.now())
    return sum(asked)


def _pay_out(code: str, currency: str, balance_minor: int, *, run: str) -> bool:
    account = accounts.named(code, currency)
    owner = _owner_of(account)
    if owner is None:
        return False
    try:
        payouts.ask(person=owner, account=account, amount_minor=balance_minor, run=run)
    except NOT_THIS_WEEK:
        return False
    return True


def _owner_of(account: Side) -> Person | None:
    """Return whose account this is; None when the account was closed."""
    owner_id = int(account.code.split(":")[1])
    if account.kind == "sharer":
        return Person.objects.filter(pk=owner_id, is_active=True).first()
    shop = Shop.objects.select_related("owner").filter(pk=owner_id, owner__is_active=True).first()
    return shop.owner if shop else None
