"""Trades: what a received order says of the two people who made it."""

from __future__ import annotations

from collections.abc import Collection

from orders.models import Order, OrderLine
from people import trades


def settled(*, order: Order, lines: Collection[OrderLine]) -> None:
    """Tell that a person received these lines from another; what all went back counts not.

    An order of a guest is told when somebody proves to be its buyer.
    """
    if order.completed_at is None:
        return
    trades.received(
        order_key=order.public_id,
        line_keys=[line.key for line in lines],
        buyer_id=order.buyer_id,
        vendor_id=order.shop.owner_id,
        at=order.completed_at,
    )
    back = [line.key for line in lines if line.refunded_minor == line.total_minor]
    trades.took_back(line_keys=back, at=order.completed_at)
