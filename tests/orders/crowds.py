"""What a race in this room is prepared with and looked at afterwards."""

from __future__ import annotations

import time

from catalog import stock
from kit.invariants import check
from ledger.invariants import INVARIANTS as LEDGER
from orders.invariants import INVARIANTS
from orders.models import Order


def kinds(outcomes) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def broken() -> list[str]:
    return [finding.name for finding in check([*INVARIANTS, *LEDGER]) if finding.broken]


def few(jar, left: int) -> None:
    stock.adjust(variant_id=jar.pk, change=left - jar.available, key="few")


def read_slowly(order: Order) -> Order:
    fresh = Order.objects.select_related("shop__terms", "checkout__charge").get(pk=order.pk)
    time.sleep(0.2)
    return fresh
