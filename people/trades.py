"""Trades between two people, told by the orders room as lines are received and returned.

Whoever measures trust reads ``Trade`` by pairs, lower id first: the trades of a pair are
its different ``order_key`` with ``returned_at IS NULL``. ``settled_between`` says so for one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from people.models import Trade


def received(
    *,
    order_key: str,
    line_keys: Collection[str],
    buyer_id: int | None,
    vendor_id: int,
    at: datetime,
) -> None:
    """Note that lines were received; telling it twice notes it once.

    A guest, who is nobody yet, and somebody who buys from themselves trade with no one.
    """
    if buyer_id is None or buyer_id == vendor_id:
        return
    low_id, high_id = sorted((buyer_id, vendor_id))
    told = [
        Trade(line_key=key, order_key=order_key, low_id=low_id, high_id=high_id, received_at=at)
        for key in line_keys
    ]
    Trade.objects.bulk_create(told, ignore_conflicts=True)


def took_back(*, line_keys: Collection[str], at: datetime) -> None:
    """Note that received lines went back: they count no more."""
    Trade.objects.filter(line_key__in=line_keys, returned_at=None).update(returned_at=at)


def kept_after_all(*, line_keys: Collection[str]) -> None:
    """Note that lines which went back are the buyer's again: their refund fell through."""
    Trade.objects.filter(line_key__in=line_keys).update(returned_at=None)


def settled_between(a_id: int, b_id: int) -> int:
    """Return how many orders two people have settled with each other."""
    low, high = sorted((a_id, b_id))
    kept = Trade.objects.filter(low_id=low, high_id=high, returned_at=None)
    return kept.values("order_key").distinct().count()
