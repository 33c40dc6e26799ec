"""Refunds, for whoever looks in from outside: asking for them, and what follows."""

from orders.asking import (
    MoreThanPaid,
    NothingToRefund,
    ShopCannotBear,
    ask,
    asked_again_at,
    before_dispatch,
    is_late,
    newest_of,
    of_late_payment,
)
from orders.settling import refresh, refused, settled, undone, waiting

__all__ = [
    "MoreThanPaid",
    "NothingToRefund",
    "ShopCannotBear",
    "ask",
    "asked_again_at",
    "before_dispatch",
    "is_late",
    "newest_of",
    "of_late_payment",
    "refresh",
    "refused",
    "settled",
    "undone",
    "waiting",
]
