"""Stock: pieces put aside, given back, sold and returned, each told once by its key.

Every job here is one guarded UPDATE and one StockMove in one transaction. Who changes
several variants in one transaction does so in the order of their ids, so that two
checkouts wait for each other but never in a circle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from catalog import bodies
from catalog.models import StockMove
from kit import clock

Kind = StockMove.Kind

TELL_ONCE = """
INSERT INTO catalog_stockmove (variant_id, kind, key, available_change, reserved_change, at)
VALUES (%(variant)s, %(kind)s, %(key)s, %(available)s, %(reserved)s, %(now)s)
ON CONFLICT (key) DO NOTHING
"""
CHANGE = """
UPDATE catalog_variant
SET available = available + %(available)s, reserved = reserved + %(reserved)s
WHERE id = %(variant)s AND available + %(available)s >= 0 AND reserved + %(reserved)s >= 0
RETURNING available, product_id
"""


class OutOfStock(Exception):
    """Fewer pieces are left than were asked for."""

    def __init__(self, variant_id: int) -> None:
        super().__init__(variant_id)
        self.variant_id = variant_id


class NothingReserved(Exception):
    """Fewer pieces are put aside than were to be sold or given back."""


class StockKeyReused(Exception):
    """The key already tells of another change."""


@dataclass(frozen=True, slots=True)
class _Change:
    variant_id: int
    kind: str
    key: str
    available: int = 0
    reserved: int = 0


def reserve(*, variant_id: int, quantity: int, key: str) -> None:
    """Put ``quantity`` pieces aside for an order, once for each ``key``.

    Raises:
        OutOfStock: and nothing was put aside.
        StockKeyReused: ``key`` told something else before; likewise in every job here.
    """
    if not _apply(_Change(variant_id, Kind.RESERVED, key, -_pieces(quantity), +_pieces(quantity))):
        raise OutOfStock(variant_id)


def release(*, variant_id: int, quantity: int, key: str) -> None:
    """Give back what an unpaid order had put aside.

    Raises:
        NothingReserved: that many are not put aside; nothing was written.
    """
    if not _apply(_Change(variant_id, Kind.RELEASED, key, +_pieces(quantity), -_pieces(quantity))):
        raise NothingReserved(variant_id)


def sell(*, variant_id: int, quantity: int, key: str) -> None:
    """Let go what was put aside: it is paid.

    Raises:
        NothingReserved: that many are not put aside; nothing was written.
    """
    if not _apply(_Change(variant_id, Kind.SOLD, key, reserved=-_pieces(quantity))):
        raise NothingReserved(variant_id)


def take_back(*, variant_id: int, quantity: int, key: str) -> None:
    """Put sold pieces on sale again, as when an order is refunded before it was sent."""
    _apply(_Change(variant_id, Kind.RETURNED, key, available=+_pieces(quantity)))


def adjust(*, variant_id: int, change: int, key: str) -> None:
    """Add ``change`` pieces, or take them away when it is negative, as a vendor counts.

    Raises:
        OutOfStock: fewer are left than are to be taken away; nothing was written.
    """
    if change and not _apply(_Change(variant_id, Kind.ADJUSTED, key, available=change)):
        raise OutOfStock(variant_id)


def _pieces(quantity: int) -> int:
    if quantity < 1:
        raise ValueError(f"{quantity} pieces are no pieces")
    return quantity


@transaction.atomic
def _apply(change: _Change) -> bool:
    """Tell and make one change; False, with nothing written, when there is too little."""
    values: dict[str, Any] = {
        "variant": change.variant_id,
        "kind": change.kind,
        "key": change.key,
        "available": change.available,
        "reserved": change.reserved,
        "now": clock.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(TELL_ONCE, values)
        if not cursor.rowcount:
            _refuse_other_fact(change)
            return True
        cursor.execute(CHANGE, values)
        changed = cursor.fetchone()
    if changed is None:
        transaction.set_rollback(True)
        return False
    left, product_id = changed
    if left == 0 or left == change.available:  # it sold out, or came back: the page says so
        bodies.forget(product_id)
    return True


def _refuse_other_fact(change: _Change) -> None:
    told = StockMove.objects.get(key=change.key)
    same = (told.variant_id, told.kind, told.available_change, told.reserved_change) == (
        change.variant_id,
        change.kind,
        change.available,
        change.reserved,
    )
    if not same:
        raise StockKeyReused(change.key)
