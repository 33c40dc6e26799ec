"""Commissions: from an order line to money in the sharer's account, each step once."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import DatabaseError, transaction

from kit import clock
from kit.locks import locked
from kit.states import Moves, TransitionRefused, move
from ledger import accounts
from ledger.accounts import Side
from ledger.posting import Overdrawn, post
from notifications.telling import tell
from referrals.earnings import earnings_of
from referrals.models import Commission

__all__ = [
    "MAY_BECOME",
    "account_of",
    "earnings_of",
    "paid",
    "received",
    "release",
    "release_due",
    "reverse",
    "reversed_total",
    "to_credit",
    "void",
]

log = logging.getLogger(__name__)

S = Commission.State

# A commission may become <key> only from one of <values>. A refund that the bank sends
# back undoes its reversal, so REVERSED is left again by the way it was entered.
MAY_BECOME: Moves = {
    S.PENDING: frozenset({S.EXPECTED}),
    S.HELD: frozenset({S.PENDING, S.REVERSED}),
    S.RELEASED: frozenset({S.HELD, S.REVERSED}),
    S.VOID: frozenset({S.EXPECTED, S.PENDING}),
    S.REVERSED: frozenset({S.HELD, S.RELEASED}),
}

BEFORE_RECEIPT = frozenset({S.EXPECTED, S.PENDING})


@transaction.atomic
def paid(*, line_key: str, at: datetime) -> None:
    """The line was paid for: EXPECTED becomes PENDING, and its sharer is told.

    A line nobody brought has no commission, and one already paid stays as it is.

    Raises:
        TransitionRefused: the commission is void.
    """
    commission = _of_line(line_key)
    if commission is None or commission.paid_at is not None:
        return
    move(commission, to=S.PENDING, table=MAY_BECOME, paid_at=at)
    _tell(commission, "commission_expected")


@transaction.atomic
def received(*, line_key: str, at: datetime, held_until: datetime) -> None:
    """The line was received: PENDING becomes HELD, and its sharer is told.

    Call it in the transaction that posted ``line:{key}:completed``, which credits
    ``to_credit`` to the sharer's pending account.

    Raises:
        TransitionRefused: the line was not paid, or the commission is void.
    """
    commission = _of_line(line_key)
    if commission is None or commission.received_at is not None:
        return
    move(commission, to=S.HELD, table=MAY_BECOME, received_at=at, held_until=held_until)
    _tell(commission, "commission_held", days=max((held_until - at).days, 0))


def to_credit(*, line_key: str) -> tuple[Side, int] | None:
    """Return the pending account and the minor units a line owes its sharer on completion.

    None when nobody earns from it. Locks the commission, so inside a transaction the
    answer holds until ``received``.
    """
    commission = _of_line(line_key)
    if commission is None or commission.state not in BEFORE_RECEIPT or not commission.net_minor:
        return None
    return accounts.sharer_pending(commission.sharer_id, commission.currency), commission.net_minor


@transaction.atomic
def void(*, line_key: str, at: datetime) -> None:
    """The order ended before it was received: this line earns nothing.

    Raises:
        TransitionRefused: it was received; that is ``reverse``'s business.
    """
    commission = _of_line(line_key)
    if commission is None or commission.state == S.VOID:
        return
    was_told = commission.paid_at is not None
    move(commission, to=S.VOID, table=MAY_BECOME)
    log.info("commission %s void at %s", commission.pk, at.isoformat())
    if was_told:
        _tell(commission, "commission_reversed", amount_minor=commission.amount_minor)


@transaction.atomic
def reverse(*, line_key: str, refunded_base_minor: int, at: datetime) -> int:
    """Take back the part of a commission whose goods were refunded.

    Rounding looks at the whole refunded so far and not at each refund, so that any number
    of part refunds of a line take back exactly its commission, never a minor unit more.

    Args:
        line_key: the line that was refunded.
        refunded_base_minor: how much of the line's base is refunded in all, not just now.
        at: when the refund was settled.

    Returns:
        The minor units that the refund's posting takes from ``account_of(line_key)``; below
        zero when a refund was undone, and 0 while the money has not reached the sharer.
    """
    commission = _of_line(line_key)
    if commission is None or commission.state == S.VOID:
        return 0
    before_minor = commission.reversed_minor
    after_minor = reversed_total(
        commission.amount_minor, refunded_base_minor, commission.base_minor
    )
    if after_minor == before_minor:
        return 0
    Commission.objects.filter(pk=commission.pk).update(reversed_minor=after_minor)
    commission.reversed_minor = after_minor
    if commission.state in BEFORE_RECEIPT:
        if not commission.net_minor:
            void(line_key=line_key, at=at)
        return 0
    _follow(commission)
    if after_minor > before_minor:
        taken_minor = after_minor - before_minor
        _tell(commission, "commission_reversed", amount_minor=taken_minor)
    return after_minor - before_minor


def reversed_total(amount_minor: int, refunded_base_minor: int, base_minor: int) -> int:
    """Return how much of a commission a refunded part of its base takes back, half up.

    0 for nothing refunded, all of it for everything, and never less for more.
    """
    refunded_minor = min(max(refunded_base_minor, 0), base_minor)
    return (2 * amount_minor * refunded_minor + base_minor) // (2 * base_minor)


def account_of(*, line_key: str) -> Side | None:
    """Return the account on which a received line's commission stands: pending until released.

    Locks the commission, so inside a transaction the answer holds until its end.
    """
    commission = _of_line(line_key)
    if commission is None or commission.received_at is None:
        return None
    if commission.released_at is None:
        return accounts.sharer_pending(commission.sharer_id, commission.currency)
    return accounts.sharer(commission.sharer_id, commission.currency)


@transaction.atomic
def release(*, commission_id: int) -> bool:
    """Give a held commission to its sharer once its return window is over.

    Returns:
        Whether this call did it; False when it is too early, done already or reversed.

    Raises:
        Overdrawn: the pending account does not hold it; nothing was written.
    """
    rows = locked(Commission.objects.filter(pk=commission_id, state=S.HELD))
    now = clock.now()
    if not rows or rows[0].held_until is None or rows[0].held_until > now:
        return False
    (commission,) = rows
    net_minor = commission.net_minor
    if net_minor:
        post(
            key=f"commission:{commission.pk}:released",
            legs={
                accounts.sharer_pending(commission.sharer_id, commission.currency): -net_minor,
                accounts.sharer(commission.sharer_id, commission.currency): net_minor,
            },
            memo=f"commission of line {commission.line_key}",
            at=now,
        )
    move(commission, to=S.RELEASED, table=MAY_BECOME, released_at=now)
    _tell(commission, "commission_released")
    return True


def release_due(now: datetime) -> int:
    """Release every commission whose return window is over by ``now``; return how many.

    One that cannot be released is logged and left; it holds up nobody else.
    """
    due = list(Commission.objects.due(now=now).order_by("pk").values_list("pk", flat=True))
    released = 0
    for commission_id in due:
        try:
            released += release(commission_id=commission_id)
        except (DatabaseError, Overdrawn, TransitionRefused):
            log.exception("commission %s is due and could not be released", commission_id)
    return released


def _of_line(line_key: str) -> Commission | None:
    """Lock and return the commission of a line; every step goes through this lock."""
    if not transaction.get_connection().in_atomic_block:
        return Commission.objects.filter(line_key=line_key).first()
    return next(iter(locked(Commission.objects.filter(line_key=line_key))), None)


def _follow(commission: Commission) -> None:
    """Let the state follow the reversal: all taken back, or given back again."""
    if not commission.net_minor:
        move(commission, to=S.REVERSED, table=MAY_BECOME)
    elif commission.state == S.REVERSED:
        to = S.RELEASED if commission.released_at else S.HELD
        move(commission, to=to, table=MAY_BECOME)


def _tell(
    commission: Commission, kind: str, *, amount_minor: int | None = None, days: int = 0
) -> None:
    tell(
        person_id=commission.sharer_id,
        kind=kind,
        key=f"commission:{commission.pk}:{commission.reversed_minor}",
        data={
            "amount_minor": commission.net_minor if amount_minor is None else amount_minor,
            "currency": commission.currency,
            "product": commission.product.title,
            "title": commission.product.title,
            "days": days,
        },
        path=f"/me/earnings/{commission.line_key}",
    )
