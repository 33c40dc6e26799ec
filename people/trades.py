"""Trades between two people, told by the orders room as lines are received and returned.

Whoever measures trust reads ``Trade`` by pairs, lower id first: the trades of a pair are
its different ``order_key`` with ``returned_at IS NULL``. ``settled_between`` says so for one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from people.models import Person, Trade


def received(
    *, line_key: str, order_key: str, buyer: Person | None, vendor: Person, at: datetime
) -> None:
    """Note that a line was received; telling it twice notes it once.

    A guest, who is nobody yet, and somebody who buys from themselves trade with no one.
    """
    if buyer is None or buyer.pk == vendor.pk:
        return
    low, high = sorted((buyer.pk, vendor.pk))
    facts = {"order_key": order_key, "low_id": low, "high_id": high, "received_at": at}
    Trade.objects.get_or_create(line_key=line_key, defaults=facts)


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
