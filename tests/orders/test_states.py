"""The table of states is the machine: every pair of states is tried."""

from __future__ import annotations

import pytest

from kit import clock
from kit.states import TransitionRefused, move
from orders.models import Order
from orders.states import MAY_BECOME
from tests.orders.conftest import buy, the_order

STATES = Order.State.values
LISTED = {
    ("placed", "paid"),
    ("placed", "cancelled"),
    ("paid", "shipped"),
    ("paid", "refunding"),
    ("shipped", "completed"),
    ("cancelled", "refunding"),
    ("refunding", "refunded"),
    ("refunding", "paid"),
    ("paid", "refunded"),
    ("shipped", "refunded"),
    ("refunded", "refunding"),
}


@pytest.mark.parametrize("start", STATES)
@pytest.mark.parametrize("end", STATES)
def test_an_order_moves_exactly_where_the_table_lists_it(jar, start, end):
    order = the_order(buy(jar))
    now = clock.now()
    Order.objects.filter(pk=order.pk).update(
        state=start, paid_at=now, shipped_at=now, completes_at=now, completed_at=now
    )
    order.refresh_from_db()

    if end == "placed":
        assert end not in MAY_BECOME
    elif (start, end) in LISTED:
        move(order, to=end, table=MAY_BECOME)
        assert order.state == end
    else:
        with pytest.raises(TransitionRefused):
            move(order, to=end, table=MAY_BECOME)
        order.refresh_from_db()
        assert order.state == start
