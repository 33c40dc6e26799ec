"""Commissions: what orders tell of their lines, from placing to receipt, each fact once."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from kit.locks import locked
from kit.states import TransitionRefused, move
from ledger.accounts import Side, sharer_pending
from referrals import news
from referrals.earnings import earnings_of
from referrals.models import Commission, Review
from referrals.releasing import release, release_due
from referrals.reversing import Taken, keep, legs_of, reverse, reversed_total, settle
from referrals.states import BEFORE_RECEIPT, MAY_BECOME

__all__ = [
    "MAY_BECOME",
    "Taken",
    "earnings_of",
    "go_on",
    "keep",
    "legs_of",
    "paid",
    "received",
    "release",
    "release_due",
    "reverse",
    "reversed_total",
    "settle",
    "to_credit",
    "void",
    "wait",
]

log = logging.getLogger(__name__)

S = Commission.State


@transaction.atomic
def paid(*, line_key: str, at: datetime) -> None:
    """The line was paid for: EXPECTED becomes PENDING, and its sharer is told.

    A line nobody brought has no commission, and one already paid stays as it is. Of one that
    was GIVEN only the moment is noted.

    Raises:
        TransitionRefused: the commission is void.
    """
    commission = _of_line(line_key)
    if commission is None or commission.paid_at is not None:
        return
    if commission.state == S.GIVEN:
        Commission.objects.filter(pk=commission.pk).update(paid_at=at)
        return
    move(commission, to=S.PENDING, table=MAY_BECOME, paid_at=at)
    news.to_sharer(commission, "commission_expected")


@transaction.atomic
def received(*, line_key: str, at: datetime, held_until: datetime) -> None:
    """The line was received: PENDING becomes HELD, and its sharer is told.

    Call it in the transaction that posted ``line:{key}:completed``, which credits
    ``to_credit`` to the sharer's pending account. Where all of it was refunded before, only
    the moments are noted: should the bank undo that refund, it is held from then on.

    Raises:
        TransitionRefused: the line was not paid, or the commission is void.
    """
    commission = _of_line(line_key)
    if commission is None or commission.received_at is not None or commission.state == S.GIVEN:
        return
    if commission.state == S.REVERSED:
        mine = Commission.objects.filter(pk=commission.pk)
        mine.update(received_at=at, held_until=held_until)
        return
    move(commission, to=S.HELD, table=MAY_BECOME, received_at=at, held_until=held_until)
    if commission.in_review:
        _tell_in_review(commission)
        return
    news.to_sharer(commission, "commission_held", days=max((held_until - at).days, 0))


def _tell_in_review(commission: Commission) -> None:
    waiting = Review.objects.open().filter(attribution=commission.attribution_id)
    for pk in waiting.values_list("pk", flat=True):
        news.to_sharer(commission, "commission_in_review", fact=news.of_review(pk))


def to_credit(*, line_key: str) -> tuple[Side, int] | None:
    """Return the pending account and the minor units a line owes its sharer on completion.

    None when nobody earns from it. Locks the commission, so inside a transaction the
    answer holds until ``received``.
    """
    commission = _of_line(line_key)
    if commission is None or commission.state not in BEFORE_RECEIPT or not commission.net_minor:
        return None
    return sharer_pending(commission.sharer_id, commission.currency), commission.net_minor


@transaction.atomic
def void(*, line_key: str, at: datetime) -> None:
    """The order ended before it was received: this line earns nothing, for good.

    Raises:
        TransitionRefused: it was received; that is ``reverse``'s business.
    """
    commission = _of_line(line_key)
    if commission is None or commission.state == S.VOID:
        return
    if commission.received_at is not None:
        raise TransitionRefused(f"the line of commission {commission.pk} was received")
    is_news = commission.state == S.PENDING and commission.net_minor > 0
    move(commission, to=S.VOID, table=MAY_BECOME)
    log.info("commission %s void at %s", commission.pk, at.isoformat())
    if is_news:
        news.to_sharer(commission, "commission_reversed", minor=commission.net_minor)


def wait(*, line_keys: Collection[str]) -> None:
    """Refunds of these lines are open: nothing of them is released before ``go_on``.

    Whoever releases one at this moment is waited for.
    """
    _set_waiting(line_keys, waits=True)


def go_on(*, line_keys: Collection[str]) -> None:
    """No refund of these lines is open any more."""
    _set_waiting(line_keys, waits=False)


def _set_waiting(line_keys: Collection[str], *, waits: bool) -> None:
    rows = locked(Commission.objects.filter(line_key__in=line_keys))
    Commission.objects.filter(pk__in=[row.pk for row in rows]).update(waits=waits)


def _of_line(line_key: str) -> Commission | None:
    """Lock and return the commission of a line; every step goes through this lock.

    One that the house refused is none any more, whatever becomes of its order.
    """
    rows = Commission.objects.filter(line_key=line_key, refused_at=None)
    if not transaction.get_connection().in_atomic_block:
        return rows.first()
    return next(iter(locked(rows)), None)
