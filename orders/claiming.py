"""Claiming: what somebody bought as a guest becomes theirs once they prove the address."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from catalog import endorsing
from kit.locks import locked
from orders import trading
from orders.models import Order, OrderLine
from people.models import Person
from shops.models import Shop

# An unpaid order stays with the browser it waits in; what ended without goods is no matter.
CLAIMABLE = [
    Order.State.PAID,
    Order.State.SHIPPED,
    Order.State.COMPLETED,
    Order.State.REFUNDING,
    Order.State.REFUNDED,
]


@transaction.atomic
def claim(*, person: Person, emails: Iterable[str], phone: str | None) -> int:
    """Give a person the guest orders whose signed link went to an address of theirs.

    The link went to the e-mail address, or else to the phone; who proves that address
    could act by the link already, so nobody gains sight of anything. The other address of
    an order proves nothing: its buyer may have mistyped it.

    Left alone are orders of the person's own shops and those that pay this very person a
    commission: whoever buys from oneself through another name has nothing to vouch for.

    Args:
        person: who has just signed in.
        emails: proven addresses of theirs.
        phone: their proven number, or None.

    Returns:
        How many orders became theirs.
    """
    reached = Q()
    for email in filter(None, emails):
        reached |= Q(email__iexact=email)
    if phone:
        reached |= Q(email="", phone=phone)
    if not reached:
        return 0
    guests = Order.objects.filter(reached, buyer=None, state__in=CLAIMABLE)
    mine = guests.exclude(shop__in=Shop.objects.run_by(person))
    orders = locked(mine.exclude(attribution__sharer=person).select_related("shop"))
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(buyer=person)
    lines = list(OrderLine.objects.filter(order__in=orders).order_by("pk"))
    endorsing.claim(line_keys=[line.key for line in lines], person=person)
    for order in orders:
        order.buyer = person
        own = [line for line in lines if line.order_id == order.pk]
        trading.settled(order=order, lines=own)
    return len(orders)
