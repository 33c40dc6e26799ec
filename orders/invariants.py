"""What must hold of orders, their money and their stock at every moment."""

from kit.invariants import Invariant
from orders.refund_invariants import INVARIANTS as REFUNDS

INVARIANTS = [
    *REFUNDS,
    Invariant(
        "orders.totals_are_the_sum_of_their_lines",
        """
        SELECT o.public_id, o.goods_minor, sum(l.total_minor) FROM orders_order o
        LEFT JOIN orders_orderline l ON l.order_id = o.id
        GROUP BY o.id HAVING o.goods_minor IS DISTINCT FROM sum(l.total_minor)
        """,
    ),
    Invariant(
        "orders.a_charge_is_the_sum_of_its_orders",
        """
        SELECT c.reference, c.amount_minor, sum(o.total_minor) FROM orders_checkout k
        JOIN payments_charge c ON c.id = k.charge_id
        LEFT JOIN orders_order o ON o.checkout_id = k.id AND o.currency = c.currency
        GROUP BY c.id HAVING c.amount_minor IS DISTINCT FROM sum(o.total_minor)
        """,
    ),
    Invariant(
        "orders.lines_are_of_their_orders_shop",
        """
        SELECT l.key FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        JOIN catalog_product p ON p.id = l.product_id
        JOIN catalog_variant v ON v.id = l.variant_id
        WHERE p.shop_id <> o.shop_id OR v.product_id <> p.id
        """,
    ),
    Invariant(
        "orders.escrow_holds_exactly_the_money_of_open_orders",
        """
        SELECT o.public_id, o.state, o.total_minor, l.refunded_minor, a.balance_minor
        FROM orders_order o
        LEFT JOIN ledger_account a ON a.code = 'escrow:' || o.id
        LEFT JOIN (
          SELECT order_id, sum(refunded_minor) AS refunded_minor FROM orders_orderline GROUP BY 1
        ) l ON l.order_id = o.id
        WHERE coalesce(a.balance_minor, 0) <>
          CASE WHEN o.state IN ('paid', 'shipped', 'refunding')
            THEN o.total_minor - o.shipping_refunded_minor - l.refunded_minor ELSE 0 END
        """,
    ),
    Invariant(
        "orders.an_order_is_paid_exactly_if_its_charge_is_settled",
        """
        SELECT o.public_id, o.paid_at, t.key FROM orders_order o
        JOIN orders_checkout k ON k.id = o.checkout_id
        LEFT JOIN ledger_transfer t ON t.key = 'charge:' || k.charge_id || ':settled'
        WHERE (o.paid_at IS NULL) <> (t.id IS NULL)
        """,
    ),
    Invariant(
        "orders.a_line_is_paid_out_exactly_if_it_is_received",
        """
        SELECT l.key, o.state, t.key, r.line_key FROM orders_orderline l
        JOIN orders_order o ON o.id = l.order_id
        LEFT JOIN ledger_transfer t ON t.key = 'line:' || l.key || ':completed'
        LEFT JOIN catalog_receipt r ON r.line_key = l.key
        WHERE (o.state = 'completed') <> (r.id IS NOT NULL)
           OR (o.state <> 'completed' AND t.id IS NOT NULL)
           OR (o.state = 'completed' AND t.id IS NULL AND NOT EXISTS (
             SELECT 1 FROM orders_refundpart p JOIN orders_orderrefund f ON f.id = p.refund_id
             WHERE p.line_id = l.id AND f.settled_at <= o.completed_at
           ))
        """,
    ),
    Invariant(
        "orders.a_refunded_order_went_back_whole",
        """
        SELECT o.public_id FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
        WHERE o.state = 'refunded'
        GROUP BY o.id
        HAVING o.total_minor <> o.shipping_refunded_minor + sum(l.refunded_minor)
        """,
    ),
    Invariant(
        "orders.reserved_stock_is_what_unpaid_orders_hold",
        """
        SELECT v.id, v.reserved, sum(l.quantity) FROM catalog_variant v
        LEFT JOIN orders_orderline l ON l.variant_id = v.id
          AND EXISTS (SELECT 1 FROM orders_order o WHERE o.id = l.order_id AND o.state = 'placed')
        GROUP BY v.id HAVING v.reserved <> coalesce(sum(l.quantity), 0)
        """,
    ),
    Invariant(
        "orders.a_paid_line_left_the_stock_once",
        """
        SELECT l.key, o.state FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        LEFT JOIN catalog_stockmove m ON m.key = 'line:' || l.key || ':sold'
        WHERE o.state IN ('paid', 'shipped', 'completed') AND m.id IS NULL
        """,
    ),
    Invariant(
        "orders.an_attribution_is_of_its_own_order",
        """
        SELECT o.public_id, a.order_key FROM orders_order o
        JOIN referrals_attribution a ON a.id = o.attribution_id
        WHERE a.order_key <> o.public_id OR a.shop_id <> o.shop_id
        """,
    ),
    Invariant(
        "orders.a_commission_is_of_its_own_line",
        """
        SELECT l.key, c.line_key FROM orders_orderline l
        JOIN referrals_commission c ON c.id = l.commission_id
        WHERE c.line_key <> l.key OR c.base_minor <> l.total_minor + l.given_minor
        """,
    ),
    # What the sharer gave is off the price, once, and nobody else has it.
    Invariant(
        "orders.a_gift_is_what_its_commission_says",
        """
        SELECT l.key, l.given_minor, c.amount_minor FROM orders_orderline l
        LEFT JOIN referrals_commission c ON c.id = l.commission_id
        LEFT JOIN referrals_attribution a ON a.id = c.attribution_id
        WHERE l.given_minor <> CASE WHEN a.gives = 'buyer' THEN c.amount_minor ELSE 0 END
        """,
    ),
    # A circle order takes nobody after its close, nobody else's goods, and no guest.
    Invariant(
        "orders.nobody_joins_a_circle_order_that_is_closed",
        """
        SELECT p.id FROM orders_circleparcel p
        JOIN orders_circleorder c ON c.id = p.circle_order_id
        WHERE c.opened_at IS NULL OR p.joined_at < c.opened_at OR p.joined_at >= c.closes_at
           OR p.joined_at > c.closed_at
        """,
    ),
    Invariant(
        "orders.what_is_ordered_together_is_one_product_to_one_place",
        """
        SELECT p.id FROM orders_circleparcel p
        JOIN orders_circleorder c ON c.id = p.circle_order_id
        JOIN orders_order o ON o.id = p.order_id
        WHERE o.buyer_id IS NULL OR (o.shop_id, o.region, o.address)
              IS DISTINCT FROM (c.shop_id, c.region, c.address)
           OR EXISTS (SELECT 1 FROM orders_orderline l
                      WHERE l.order_id = o.id AND l.product_id <> c.product_id)
        """,
    ),
    Invariant(
        "orders.what_was_handed_out_had_been_sent",
        """
        SELECT p.id FROM orders_circleparcel p JOIN orders_order o ON o.id = p.order_id
        JOIN orders_circleorder c ON c.id = p.circle_order_id
        WHERE p.handed_out_at IS NOT NULL AND o.shipped_at IS NULL
           OR c.state = 'handed_out' AND p.handed_out_at IS NULL
              AND o.state IN ('placed', 'paid', 'shipped')
        """,
    ),
    # Trust reads trades; one kept although it went back would be bought with a refund.
    Invariant(
        "orders.a_received_line_is_a_trade",
        """
        SELECT l.key FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        JOIN shops_shop s ON s.id = o.shop_id
        WHERE o.completed_at IS NOT NULL AND o.buyer_id <> s.owner_id AND NOT EXISTS (
          SELECT 1 FROM people_trade t WHERE t.line_key = l.key
          AND (t.returned_at IS NULL) = (l.refunded_minor < l.total_minor))
        """,
    ),
]
