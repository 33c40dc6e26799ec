"""Around one circle order: Lin Wei's circle, Chen's honey, the gate where it is fetched."""

from __future__ import annotations

from typing import Any

from kit.invariants import check
from ledger.invariants import INVARIANTS as LEDGER
from orders import circle_orders
from orders.contacts import Contact
from orders.invariants import INVARIANTS
from orders.models import CircleOrder, Order
from orders.placing import Wanted, place
from people.models import Person
from referrals.invariants import INVARIANTS as REFERRALS
from tests.orders.conftest import GATE, TWO_JARS_MINOR, the_order


def broken() -> list[str]:
    every = [*INVARIANTS, *LEDGER, *REFERRALS]
    return [finding.name for finding in check(every) if finding.broken]


def ask(circle, host, product, **changes) -> CircleOrder:
    facts: dict[str, Any] = {"pickup": GATE, "words": "趁新鲜", "open_hours": 48} | changes
    return circle_orders.ask(circle=circle, host=host, product=product, **facts)


def at_the_gate(name: str = "周晓雨", phone: str = "+8613800138000") -> Contact:
    return Contact(name=name, phone=phone, region=GATE.region, address=GATE.address)


def join(row: CircleOrder, buyer: Person, jar, *, key: str = "k" * 32, touches=()) -> Order:
    return the_order(
        place(
            lines=[Wanted(jar.pk, 2)],
            buyer=buyer,
            contact=at_the_gate(buyer.name),
            checkout_key=key,
            touches=touches,
            language="en",
            seen_total_minor=TWO_JARS_MINOR,
            together=row,
        )
    )
