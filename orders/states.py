"""How an order may move: one table, each state with those it may follow."""

from __future__ import annotations

from kit.states import Moves
from orders.models import Order

S = Order.State

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
