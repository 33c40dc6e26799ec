"""The story of one commission: each step, when it happened, and what comes next."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from kit.dates import at_time
from kit.money import Money
from referrals.earnings import Row
from referrals.models import Commission

S = Commission.State
Step = tuple[str, str, bool]


def story_of(row: Row, *, language: str) -> list[Step]:
    """Return (what, when, whether it happened) for each step; who bought is not among them."""
    commission = row.commission
    steps = [
        _step(_("A person opened your link"), commission.attribution.clicked_at),
        _step(_("Ordered"), commission.ordered_at),
        _step(_("Paid"), commission.paid_at),
        _step(_("Received"), commission.received_at),
    ]
    if commission.reversed_minor:
        taken = Money(commission.reversed_minor, commission.currency).display(language)
        steps.append((_("Refunded: %(amount)s taken back") % {"amount": taken}, "", True))
    if commission.state == S.VOID:
        steps.append((_("The order was cancelled: nothing is earned"), "", True))
    if commission.state in {S.VOID, S.REVERSED}:
        return [step for step in steps if step[2]]
    return [*steps, *_to_come(row)]


def _to_come(row: Row) -> list[Step]:
    commission = row.commission
    until = commission.held_until
    window = _("Return window over")
    if until is not None and commission.released_at is None:
        window = _("Return window until %(day)s") % {"day": _written(until)}
    return [
        (window, "", commission.released_at is not None),
        _step(_("Yours to withdraw"), commission.released_at),
        (_("Paid out"), "", row.stage == "paid_out"),
    ]


def _step(words: str, at: datetime | None) -> Step:
    return words, _written(at) if at else "", at is not None


def _written(at: datetime) -> str:
    return at_time(timezone.localtime(at))
