"""A shop's money in plain words: what it has, what waits, and how each sum came about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from ledger import accounts
from ledger.balances import Entry, statement_of
from orders.models import Order, OrderLine
from shops.models import Shop

HELD = [Order.State.PAID, Order.State.SHIPPED, Order.State.REFUNDING]


@dataclass(frozen=True, slots=True)
class Row:
    """One sum that came or went, with its words and the order it belongs to."""

    at: datetime
    words: str
    amount_minor: int
    order_id: str


@dataclass(frozen=True, slots=True)
class ShopMoney:
    """What a shop's money page shows, in minor units of ``currency``.

    The rows and what was there ``before_minor`` them add up to the balance.
    """

    balance_minor: int
    before_minor: int
    held_minor: int
    currency: str
    rows: list[Row]


def of(shop: Shop) -> ShopMoney:
    """Return a shop's balance, what escrow holds for its orders, and its newest sums."""
    side = accounts.shop(shop.pk, shop.currency)
    entries = statement_of(side)
    lines = _lines_of(entries)
    # Read from the entries, so that a sale this very moment cannot come between the two.
    balance_minor = (entries[0].balance_after_minor or 0) if entries else 0
    return ShopMoney(
        balance_minor=balance_minor,
        before_minor=balance_minor - sum(entry.amount_minor for entry in entries),
        held_minor=_held(shop),
        currency=shop.currency,
        rows=[_row(entry, lines) for entry in entries],
    )


def _held(shop: Shop) -> int:
    """Return what escrow holds for a shop's orders: what was paid, less what went back."""
    orders = Order.objects.filter(shop=shop, state__in=HELD)
    shipping = orders.aggregate(minor=Sum(F("shipping_minor") - F("shipping_refunded_minor")))
    lines = OrderLine.objects.filter(order__in=orders)
    goods = lines.aggregate(minor=Sum(F("total_minor") - F("refunded_minor")))
    return (shipping["minor"] or 0) + (goods["minor"] or 0)


def _row(entry: Entry, lines: dict[str, OrderLine]) -> Row:
    line = lines.get(entry.key)
    return Row(
        at=entry.at,
        words=_words(entry.key, line),
        amount_minor=entry.amount_minor,
        order_id=line.order.public_id if line is not None else "",
    )


def _words(key: str, line: OrderLine | None) -> str:
    if line is not None:
        return _("Sold: %(title)s × %(quantity)s") % {
            "title": line.title,
            "quantity": line.quantity,
        }
    fact, _number, step = (*key.split(":", 2), "", "")[:3]
    if fact == "payout":
        return _("Sent to your account") if step == "reserved" else _("A payout came back")
    if fact == "refund":
        return _("Refunded to a buyer")
    return _("Other")


def _lines_of(entries: Iterable[Entry]) -> dict[str, OrderLine]:
    keys = [entry.key.split(":")[1] for entry in entries if entry.key.startswith("line:")]
    lines = OrderLine.objects.filter(key__in=keys).select_related("order") if keys else ()
    return {f"line:{line.key}:completed": line for line in lines}
