"""Rows of the orders room, by what they are about."""

from orders.models.bag import Bag, BagLine
from orders.models.circle_order import CircleOrder, CircleParcel
from orders.models.order import Checkout, Order, OrderLine
from orders.models.refund import OrderRefund, RefundPart

__all__ = [
    "Bag",
    "BagLine",
    "Checkout",
    "CircleOrder",
    "CircleParcel",
    "Order",
    "OrderLine",
    "OrderRefund",
    "RefundPart",
]
