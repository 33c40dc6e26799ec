"""A shop's money in plain words: what it has, what waits, and how each sum came about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone, translation
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kit.money import Money
from ledger import accounts
from ledger.balances import Entry, entries_of, statement_of
from orders.models import Order, OrderLine, OrderRefund
from shops.models import Shop

# The words and the order of a sum, by its key in the ledger.
Facts = dict[str, tuple[str, str]]

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
    facts = _facts_of(entries)
    # Read from the entries, so that a sale this very moment cannot come between the two.
    balance_minor = (entries[0].balance_after_minor or 0) if entries else 0
    return ShopMoney(
        balance_minor=balance_minor,
        before_minor=balance_minor - sum(entry.amount_minor for entry in entries),
        held_minor=_held(shop),
        currency=shop.currency,
        rows=[_row(entry, facts) for entry in entries],
    )


def head() -> list[str]:
    """Return the names of the columns of ``all_rows``."""
    return [
        _("Date"),
        _("What"),
        _("Order"),
        _("Amount"),
        _("Balance"),
        _("Currency"),
    ]


def all_rows(shop: Shop) -> Iterator[list[object]]:
    """Yield every sum of a shop, the oldest first, a chunk at a time, as a file has them.

    In the language and zone of whoever asks, however late they come to read it.
    """
    language, zone = get_language() or settings.LANGUAGE_CODE, get_current_timezone()
    side = accounts.shop(shop.pk, shop.currency)
    for entries in entries_of(side):
        with translation.override(language), timezone.override(zone):
            rows = _file_rows(entries, shop.currency)
        yield from rows


def _file_rows(entries: list[Entry], currency: str) -> list[list[object]]:
    facts = _facts_of(entries)
    rows = [_row(entry, facts) for entry in entries]
    return [
        [
            localtime(row.at).strftime("%Y-%m-%d %H:%M"),
            row.words,
            row.order_id,
            Money(row.amount_minor, currency).plain(),
            Money(entry.balance_after_minor or 0, currency).plain(),
            currency,
        ]
        for row, entry in zip(rows, entries, strict=True)
    ]


def _held(shop: Shop) -> int:
    """Return what escrow holds for a shop's orders: what was paid, less what went back."""
    orders = Order.objects.filter(shop=shop, state__in=HELD)
    shipping = orders.aggregate(minor=Sum(F("shipping_minor") - F("shipping_refunded_minor")))
    lines = OrderLine.objects.filter(order__in=orders)
    goods = lines.aggregate(minor=Sum(F("total_minor") - F("refunded_minor")))
    return (shipping["minor"] or 0) + (goods["minor"] or 0)


def _row(entry: Entry, facts: Facts) -> Row:
    words, order_id = facts.get(entry.key) or (_words(entry.key), "")
    return Row(at=entry.at, words=words, amount_minor=entry.amount_minor, order_id=order_id)


def _words(key: str) -> str:
    fact, _number, step = (*key.split(":", 2), "", "")[:3]
    if fact == "payout":
        return _("Sent to your account") if step == "reserved" else _("A payout came back")
    if fact == "review":
        return _("A commission was refused and is yours again")
    return _("Other")


def _facts_of(entries: Iterable[Entry]) -> Facts:
    """Return the words and the order of each entry that has one, by the entry's key."""
    keys = [entry.key.split(":") for entry in entries]
    sold = [name for fact, name, *_step in keys if fact == "line"]
    back = [int(name) for fact, name, *_step in keys if fact == "refund" and name.isdigit()]
    facts: Facts = {}
    for line in OrderLine.objects.filter(key__in=sold).select_related("order") if sold else ():
        words = _("Sold: %(title)s × %(quantity)s") % {
            "title": line.title,
            "quantity": line.quantity,
        }
        facts[f"line:{line.key}:completed"] = (words, line.order.public_id)
    rows = OrderRefund.objects.filter(refund__in=back).select_related("order") if back else ()
    for row in rows:
        order_id = row.order.public_id
        facts[f"refund:{row.refund_id}:settled"] = (_("Refunded to a buyer"), order_id)
        facts[f"refund:{row.refund_id}:undone"] = (_("A refund came back"), order_id)
    return facts
