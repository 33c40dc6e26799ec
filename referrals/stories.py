"""The story of one commission: each step, when it happened, and what comes next."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from kit.dates import at_time
from kit.money import Money
from referrals.earnings import Row
from referrals.models import Commission, Gives, Reversal

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
        (commission.released_at, _at_the_end(commission, language)),
    ]
    reversals = [
        (reversal.at, _said_of(reversal, commission.currency, language))
        for reversal in commission.reversals.order_by("pk")
    ]
    happened = [(at, words) for at, words in moments if at is not None] + reversals
    steps = [(words, _written(at), True) for at, words in sorted(happened, key=lambda one: one[0])]
    if commission.refused_at is not None:
        said = _("Looked at by a person of the house, and refused: nothing is earned")
        return [*steps, (said, _written(commission.refused_at), True)]
    if commission.state == S.VOID:
        return [*steps, (_("The order was cancelled: nothing is earned"), "", True)]
    if commission.state == S.REVERSED:
        return steps
    if commission.state == S.GIVEN:
        return [*steps, *([] if commission.paid_at else [(_("Paid"), "", False)])]
    return [*steps, *_to_come(row, language)]


def is_theirs(row: Row) -> bool:
    """Whether a sharer has what a sale earns, or is to have it."""
    is_over = row.stage in {S.VOID, S.REVERSED, "refused"}
    return not is_over and row.commission.attribution.gives == Gives.KEEP


def left_to(commission: Commission, *, language: str) -> str:
    """Say who has it instead of the sharer; nothing where they keep it, or nobody has it."""
    if commission.state in {S.VOID, S.REVERSED} or commission.refused_at is not None:
        return ""
    amount = Money(commission.net_minor, commission.currency).display(language)
    if commission.attribution.gives == Gives.BUYER:
        return _("You gave it to the buyer: they paid %(amount)s less.") % {"amount": amount}
    if commission.charity is not None:
        name = commission.charity.name_in(language)
        return _("You left it to %(charity)s, not to yourself.") % {"charity": name}
    return ""


def _at_the_end(commission: Commission, language: str) -> str:
    if commission.charity is not None:
        return _("Given to %(charity)s") % {"charity": commission.charity.name_in(language)}
    return _("Yours to withdraw")


def _said_of(reversal: Reversal, currency: str, language: str) -> str:
    amount = Money(abs(reversal.amount_minor), currency).display(language)
    if reversal.amount_minor < 0:
        return _("The refund fell through: %(amount)s counts again") % {"amount": amount}
    if not reversal.lost_minor:
        return _("Refunded: %(amount)s taken back") % {"amount": amount}
    borne = Money(reversal.lost_minor, currency).display(language)
    words = _("Refunded: %(amount)s taken back, %(borne)s of it by the house")
    return words % {"amount": amount, "borne": borne}


def _to_come(row: Row, language: str) -> list[Step]:
    commission = row.commission
    until = commission.held_until
    window = _("Return window over")
    if until is not None:
        window = _("Return window until %(day)s") % {"day": _written(until)}
    to_come = [
        (commission.paid_at, _("Paid")),
        (commission.received_at, _("Received")),
        (commission.released_at, window),
        (commission.released_at, _at_the_end(commission, language)),
    ]
    steps: list[Step] = [(words, "", False) for at, words in to_come if at is None]
    if commission.waits and commission.released_at is None:
        steps.insert(0, (_("Waits until a refund of the sale is done"), "", False))
    if commission.in_review:
        steps.insert(0, (_("Waits until a person of the house has looked at this sale"), "", False))
    if commission.charity is not None:
        return steps
    return [*steps, (_("Paid out"), "", row.stage == "paid_out")]


def _written(at: datetime) -> str:
    return at_time(timezone.localtime(at))
