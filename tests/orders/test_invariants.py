"""The invariants hold through an order's life, and each finds a row that was bent."""

from __future__ import annotations

import pytest
from django.db import connection

from kit.invariants import check
from orders import fulfilment
from orders.invariants import INVARIANTS
from orders.models import Order
from tests.orders.refunding import ask, through


def broken() -> set[str]:
    return {finding.name.removeprefix("orders.") for finding in check(INVARIANTS) if finding.broken}


@pytest.mark.parametrize("order_fixture", ["placed", "paid", "shipped"])
def test_they_hold_on_the_way(db, request, order_fixture):
    request.getfixturevalue(order_fixture)

    assert broken() == set()


BENT = [
    ("placed", "UPDATE orders_order SET goods_minor = 1, total_minor = shipping_minor + 1",
     {"totals_are_the_sum_of_their_lines", "a_charge_is_the_sum_of_its_orders"}),
    ("placed", "UPDATE catalog_variant SET reserved = 1",
     {"reserved_stock_is_what_unpaid_orders_hold"}),
    ("placed", "UPDATE orders_order SET state = 'paid', paid_at = placed_at",
     {"escrow_holds_exactly_the_money_of_open_orders", "a_paid_line_left_the_stock_once",
      "an_order_is_paid_exactly_if_its_charge_is_settled",
      "reserved_stock_is_what_unpaid_orders_hold"}),
    ("placed", "UPDATE referrals_commission SET line_key = 'another'",
     {"a_commission_is_of_its_own_line"}),
    ("paid", "UPDATE orders_order SET state = 'refunded'",
     {"escrow_holds_exactly_the_money_of_open_orders", "a_refunded_order_went_back_whole"}),
    ("paid", "DELETE FROM catalog_stockmove WHERE kind = 'sold'",
     {"a_paid_line_left_the_stock_once"}),
    ("shipped", "UPDATE orders_order SET state = 'completed', completed_at = placed_at",
     {"escrow_holds_exactly_the_money_of_open_orders",
      "a_line_is_paid_out_exactly_if_it_is_received", "a_received_line_is_a_trade"}),
]  # fmt: skip


@pytest.mark.parametrize(("order_fixture", "sql", "names"), BENT)
def test_a_bent_row_is_found(db, request, order_fixture, sql, names):
    request.getfixturevalue(order_fixture)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert broken() == names


def test_a_receipt_that_is_missing_is_found(shipped):
    fulfilment.confirm(order=shipped)
    assert broken() == set()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_receipt")

    assert broken() == {"a_line_is_paid_out_exactly_if_it_is_received"}


def test_an_attribution_of_another_order_is_found(placed):
    Order.objects.filter(pk=placed.pk).update(public_id="ANOTHER001")

    assert "an_attribution_is_of_its_own_order" in broken()


BENT_REFUNDS = [
    ("UPDATE orders_refundpart SET amount_minor = amount_minor - 1",
     {"what_went_back_of_a_line_is_the_sum_of_its_refunds", "a_refund_is_the_sum_of_its_parts"}),
    ("UPDATE orders_orderrefund SET shipping_minor = shipping_minor - 1",
     {"what_went_back_of_shipping_is_the_sum_of_its_refunds", "a_refund_is_the_sum_of_its_parts"}),
    ("UPDATE orders_orderrefund SET settled_at = NULL",
     {"what_went_back_of_a_line_is_the_sum_of_its_refunds", "a_refund_is_posted_as_it_stands",
      "what_went_back_of_shipping_is_the_sum_of_its_refunds",
      "a_commission_waits_while_a_refund_of_its_line_is_open"}),
    ("UPDATE orders_orderrefund SET undone_at = settled_at",
     {"what_went_back_of_a_line_is_the_sum_of_its_refunds", "a_refund_is_posted_as_it_stands",
      "what_went_back_of_shipping_is_the_sum_of_its_refunds"}),
    ("UPDATE orders_orderline SET refunded_minor = 0",
     {"what_went_back_of_a_line_is_the_sum_of_its_refunds",
      "escrow_holds_exactly_the_money_of_open_orders",
      "a_commission_shrinks_as_its_line_is_refunded"}),
    ("UPDATE referrals_commission SET reversed_minor = 0",
     {"a_commission_shrinks_as_its_line_is_refunded"}),
    ("UPDATE referrals_commission SET waits = true",
     {"a_commission_waits_while_a_refund_of_its_line_is_open"}),
    ("UPDATE orders_order SET state = 'refunded'",
     {"a_refunded_order_went_back_whole", "escrow_holds_exactly_the_money_of_open_orders"}),
    ("INSERT INTO orders_refundpart (refund_id, line_id, amount_minor)"
     " SELECT id, 0, 1 FROM orders_orderrefund", {"a_refund_is_the_sum_of_its_parts"}),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "names"), BENT_REFUNDS)
def test_a_bent_refund_is_found(shipped, provider, sql, names):
    through(ask(shipped, 3400, shipping_minor=500), provider)
    assert broken() == set()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert broken() == names
