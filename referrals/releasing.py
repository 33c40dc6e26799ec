"""Releasing: giving sharers what their return windows have freed, a chunk at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Q

from kit import clock
from kit.locks import locked
from kit.states import TransitionRefused, move
from ledger import accounts
from ledger.posting import Fact, KeyReused, Overdrawn, post_many
from referrals import news
from referrals.models import Commission
from referrals.states import MAY_BECOME

log = logging.getLogger(__name__)

S = Commission.State

# Large enough that a round trip costs nothing a row, small enough that a worker holds little
# and whoever refunds one of these lines waits a moment only.
CHUNK = 5_000

NEEDED = (
    "line_key",
    "sharer_id",
    "amount_minor",
    "reversed_minor",
    "currency",
    "product__title",
)

REFUSALS = (DatabaseError, KeyReused, Overdrawn, TransitionRefused)


@transaction.atomic
def release(*, commission_id: int) -> bool:
    """Give a held commission to its sharer once its return window is over.

    Returns:
        Whether this call did it; False when it is too early, done already or reversed, or a
        refund of its line is open.

    Raises:
        Overdrawn: the pending account does not hold it; nothing was written.
    """
    now = clock.now()
    due = Commission.objects.due(now=now).filter(pk=commission_id)
    rows = locked(due.select_related("product"))
    if not rows:
        return False
    (commission,) = rows
    post_many(_facts(rows, now))
    move(commission, to=S.RELEASED, table=MAY_BECOME, released_at=now)
    news.to_sharer(commission, "commission_released")
    return True


def release_due(now: datetime) -> int:
    """Release every commission whose return window is over by ``now``; return how many.

    A chunk is one posting and one UPDATE. Where one of its commissions cannot be released,
    the chunk is gone through one by one; that one is logged and left, and holds up nobody.
    Rows that somebody else holds at this moment are left for the next beat.
    """
    released = 0
    after: tuple[datetime, int] | None = None
    while chunk := _next_ids(now, after):
        ids = [pk for pk, _ in chunk]
        try:
            released += _release_all(ids, now)
        except REFUSALS:
            log.warning("a chunk of %s commissions is released one by one", len(ids))
            released += sum(_one_by_one(ids))
        after = (chunk[-1][1], chunk[-1][0])
    return released


def _next_ids(now: datetime, after: tuple[datetime, int] | None) -> Sequence[tuple[int, datetime]]:
    """Return (id, held until) of the next commissions that are due, along their index."""
    due = Commission.objects.due(now=now)
    if after is not None:
        until, pk = after
        due = due.filter(held_until__gte=until).filter(Q(held_until__gt=until) | Q(pk__gt=pk))
    rows = due.order_by("held_until", "pk").values_list("pk", "held_until")[:CHUNK]
    return [(pk, until) for pk, until in rows if until is not None]


@transaction.atomic
def _release_all(ids: Sequence[int], now: datetime) -> int:
    due = Commission.objects.due(now=now).filter(pk__in=ids).select_related("product")
    due = due.only(*NEEDED)
    # Asked again under the lock: a refund may have been asked for, another beat may be here.
    rows = list(due.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk"))
    post_many(_facts(rows, now))
    Commission.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=S.RELEASED, released_at=now
    )
    news.to_sharers(rows, "commission_released")
    return len(rows)


def _one_by_one(ids: Sequence[int]) -> Iterator[bool]:
    for commission_id in ids:
        try:
            yield release(commission_id=commission_id)
        except REFUSALS:
            log.exception("commission %s is due and could not be released", commission_id)


def _facts(rows: Iterable[Commission], now: datetime) -> list[Fact]:
    return [
        Fact(
            key=f"commission:{row.pk}:released",
            legs={
                accounts.sharer_pending(row.sharer_id, row.currency): -row.net_minor,
                accounts.sharer(row.sharer_id, row.currency): row.net_minor,
            },
            memo=f"commission of line {row.line_key}",
            at=now,
        )
        for row in rows
        if row.net_minor
    ]
