"""Forgetting which share links led a person to what they bought."""

from __future__ import annotations

from orders import bags
from orders.models import Order
from people.models import Person
from referrals import forgetting


def forget_clicks(person: Person) -> int:
    """Cut every tie between a person and clicks; return how many clicks there were.

    Orders, commissions and the ledger stand: who was paid for which sale is not theirs alone.
    """
    bag = bags.of(person=person, token=None)
    if bag is not None:
        bags.forget_links(bag=bag)
    keys = set(Order.objects.filter(buyer=person).values_list("public_id", flat=True))
    return forgetting.forget(person=person, order_keys=keys)
