"""How orders, and circle orders, may move: each state with those it may follow."""

from __future__ import annotations

from kit.states import Moves
from orders.models import CircleOrder, Order

S = Order.State
C = CircleOrder.State

MAY_BECOME: Moves = {
    # Back to paid: the provider refused the refund that was asked.
    S.PAID: frozenset({S.PLACED, S.REFUNDING}),
    S.SHIPPED: frozenset({S.PAID}),
    S.COMPLETED: frozenset({S.SHIPPED}),
    S.CANCELLED: frozenset({S.PLACED}),
    # From cancelled: the payment arrived after the order had closed, and goes back whole.
    # From refunded: the buyer's bank sent the money back to us, and it is still the buyer's.
    S.REFUNDING: frozenset({S.PAID, S.CANCELLED, S.REFUNDED}),
    # From paid or shipped: the last part of what was paid went back.
    S.REFUNDED: frozenset({S.PAID, S.SHIPPED, S.REFUNDING}),
}

CIRCLE_ORDER_MAY_BECOME: Moves = {
    C.OPEN: frozenset({C.ASKED}),
    C.CLOSED: frozenset({C.OPEN}),
    C.HANDED_OUT: frozenset({C.CLOSED}),
    # From closed: nobody's order was left to hand out.
    C.CANCELLED: frozenset({C.ASKED, C.OPEN, C.CLOSED}),
}
