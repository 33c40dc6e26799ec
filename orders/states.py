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
    S.REFUNDING: frozenset({S.PAID, S.CANCELLED}),
    S.REFUNDED: frozenset({S.REFUNDING}),
}
