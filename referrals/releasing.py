"""Releasing: giving sharers, or their charities, what is free, a chunk at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction

from kit import clock
from kit.locks import locked
from kit.states import TransitionRefused, move
from ledger import accounts
from ledger.accounts import Side
from ledger.posting import Fact, KeyReused, Overdrawn, Unbalanced, post_many
from referrals import news
from referrals.models import Commission
from referrals.states import MAY_BECOME

log = logging.getLogger(__name__)

S = Commission.State

# Large enough that a round trip costs nothing a row, small enough that a worker holds little
# and whoever refunds one of these lines waits a moment only.
CHUNK = 5_000

REFUSALS = (DatabaseError, KeyReused, Overdrawn, TransitionRefused, Unbalanced)

# Along the index of due commissions, from where the last chunk ended. What somebody else
# holds at this moment is passed over, and found by the next beat.
NEXT = """
SELECT c.id, c.line_key, c.sharer_id, c.currency, c.amount_minor - c.reversed_minor,
       c.reversed_minor, c.charity_id, p.title, c.held_until
FROM referrals_commission c JOIN catalog_product p ON p.id = c.product_id
WHERE c.state = 'held' AND NOT c.waits AND NOT c.in_review AND c.held_until <= %(now)s
  AND (c.held_until, c.id) > (%(until)s, %(pk)s)
ORDER BY c.held_until, c.id LIMIT %(most)s
FOR NO KEY UPDATE OF c SKIP LOCKED
"""
RELEASED = """
UPDATE referrals_commission SET state = 'released', released_at = %(now)s
WHERE id = ANY (%(ids)s)
"""

Place = tuple[datetime, int]
BEGINNING: Place = (datetime(1, 1, 1, tzinfo=UTC), 0)


class Due(NamedTuple):
    """What releasing needs to know of one commission."""

    pk: int
    line_key: str
    sharer_id: int
    currency: str
    net_minor: int
    reversed_minor: int
    charity_id: int | None
    title: str
    held_until: datetime


@transaction.atomic
def release(*, commission_id: int) -> bool:
    """Give a held commission to its sharer, or its charity, once its return window is over.

    Returns:
        Whether this call did it; False when it is too early, done already or reversed, a
        refund of its line is open, or a person of the house looks at the sale.

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
    is_kept = commission.charity_id is None
    news.to_sharer(commission, "commission_released" if is_kept else "commission_donated")
    return True


def release_due(now: datetime) -> int:
    """Release every commission whose return window is over by ``now``; return how many.

    A chunk is one posting and one UPDATE. Where one of its commissions cannot be released,
    the chunk is gone through one by one; that one is logged and left, and holds up nobody.
    """
    released, after = 0, BEGINNING
    while True:
        chunk, is_done = _release_next(now, after)
        if not chunk:
            return released
        if is_done:
            released += len(chunk)
        else:
            log.warning("a chunk of %s commissions is released one by one", len(chunk))
            released += sum(_one_by_one(chunk))
        after = (chunk[-1].held_until, chunk[-1].pk)


@transaction.atomic
def _release_next(now: datetime, after: Place) -> tuple[list[Due], bool]:
    """Release the next chunk; return it, and whether all of it could be released."""
    chunk = _next(now, after)
    if not chunk:
        return chunk, True
    try:
        with transaction.atomic():
            _release_all(chunk, now)
    except REFUSALS:
        return chunk, False
    return chunk, True


def _next(now: datetime, after: Place) -> list[Due]:
    until, pk = after
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"now": now, "until": until, "pk": pk, "most": CHUNK})
        return [Due(*row) for row in cursor.fetchall()]


def _release_all(chunk: Sequence[Due], now: datetime) -> None:
    post_many(_facts(chunk, now))
    with connection.cursor() as cursor:
        cursor.execute(RELEASED, {"now": now, "ids": [due.pk for due in chunk]})
    kept = [due for due in chunk if due.charity_id is None]
    news.to_sharers(kept, "commission_released")
    if len(kept) < len(chunk):
        given = [due for due in chunk if due.charity_id is not None]
        news.to_sharers(given, "commission_donated")


def _one_by_one(chunk: Iterable[Due]) -> Iterator[bool]:
    for due in chunk:
        try:
            yield release(commission_id=due.pk)
        except REFUSALS:
            log.exception("commission %s is due and could not be released", due.pk)


def _facts(rows: Iterable[Commission | Due], now: datetime) -> list[Fact]:
    return [
        Fact(
            key=f"commission:{row.pk}:released",
            legs={
                accounts.sharer_pending(row.sharer_id, row.currency): -row.net_minor,
                _goes_to(row): row.net_minor,
            },
            memo=f"commission of line {row.line_key}",
            at=now,
        )
        for row in rows
    ]


def _goes_to(row: Commission | Due) -> Side:
    if row.charity_id is not None:
        return accounts.charity(row.charity_id, row.currency)
    return accounts.sharer(row.sharer_id, row.currency)
