"""The story of one commission: each step, when it happened, and what comes next."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from kit.dates import at_time
from kit.money import Money
from referrals.earnings import Row
from referrals.models import Commission, Reversal

S = Commission.State
Step = tuple[str, str, bool]
Happened = tuple[datetime, str]


def story_of(row: Row, *, language: str) -> list[Step]:
    """Return (what, when, whether it happened) for each step; who bought is not among them."""
    commission = row.commission
    moments = [
        (commission.attribution.clicked_at, _("A person opened your link")),
        (commission.ordered_at, _("Ordered")),
        (commission.paid_at, _("Paid")),
        (commission.received_at, _("Received")),
        (commission.held_until if commission.released_at else None, _("Return window over")),
        (commission.released_at, _("Yours to withdraw")),
    ]
    reversals = [
        (reversal.at, _said_of(reversal, commission.currency, language))
        for reversal in commission.reversals.order_by("pk")
    ]
    happened = [(at, words) for at, words in moments if at is not None] + reversals
    steps = [(words, _written(at), True) for at, words in sorted(happened, key=lambda one: one[0])]
    if commission.state == S.VOID:
        return [*steps, (_("The order was cancelled: nothing is earned"), "", True)]
    if commission.state == S.REVERSED:
        return steps
    return [*steps, *_to_come(row)]


def _said_of(reversal: Reversal, currency: str, language: str) -> str:
    amount = Money(abs(reversal.amount_minor), currency).display(language)
    if reversal.amount_minor < 0:
        return _("The refund fell through: %(amount)s counts again") % {"amount": amount}
    if not reversal.lost_minor:
        return _("Refunded: %(amount)s taken back") % {"amount": amount}
    borne = Money(reversal.lost_minor, currency).display(language)
    words = _("Refunded: %(amount)s taken back, %(borne)s of it by the house")
    return words % {"amount": amount, "borne": borne}


def _to_come(row: Row) -> list[Step]:
    commission = row.commission
    until = commission.held_until
    window = _("Return window over")
    if until is not None:
        window = _("Return window until %(day)s") % {"day": _written(until)}
    to_come = [
        (commission.paid_at, _("Paid")),
        (commission.received_at, _("Received")),
        (commission.released_at, window),
        (commission.released_at, _("Yours to withdraw")),
    ]
    steps: list[Step] = [(words, "", False) for at, words in to_come if at is None]
    if commission.waits and commission.released_at is None:
        steps.insert(0, (_("Waits until a refund of the sale is done"), "", False))
    return [*steps, (_("Paid out"), "", row.stage == "paid_out")]


def _written(at: datetime) -> str:
    return at_time(timezone.localtime(at))
