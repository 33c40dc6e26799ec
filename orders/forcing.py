"""Forcing: paying a buyer back by the word of the house, whether or not the shop agrees."""

from __future__ import annotations

from django.db import transaction

from orders import asking
from orders.models import Order, OrderRefund
from orders.sums import Back
from payments.models import Refund
from people.models import Person


class OwnOrder(Exception):
    """Who decides bought it, or works in its shop; nothing was written."""


@transaction.atomic
def force(*, order: Order, back: Back, by: Person, why: str, key: str) -> Refund:
    """Send part of an order's money back, or return what this key sent.

    The shop is not asked: what its balance cannot bear is the house's loss. Buyer and vendor
    are told why, and the audit keeps who decided.

    Args:
        order: paid, on its way or received.
        back: how much of each line's goods, and of the shipping.
        by: who of the house decides; neither the buyer nor of the shop.
        why: the reason, as both sides read it.
        key: made by the form, so that two taps are one refund.

    Raises:
        OwnOrder: nobody decides about their own money; nothing was written.
        TransitionRefused, NothingToRefund, MoreThanPaid, RefundKeyReused: as ``asking.ask``.
    """
    if is_own(order, by):
        raise OwnOrder(order.public_id)
    return asking.ask(
        order=order, back=back, asker=OrderRefund.Asker.HOUSE, by=by, why=why, key=key
    )


def is_own(order: Order, person: Person) -> bool:
    """Whether an order is of this person's own money, as its buyer or in its shop."""
    is_buyer = order.buyer_id == person.pk
    return is_buyer or order.shop.memberships.filter(person=person).exists()
