"""What must hold of refunds, and of what they take back, at every moment."""

from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "orders.what_went_back_of_a_line_is_the_sum_of_its_refunds",
        """
        SELECT l.key, l.asked_minor, l.refunded_minor FROM orders_orderline l
        LEFT JOIN (
          SELECT p.line_id,
                 sum(p.amount_minor) FILTER (WHERE f.refused_at IS NULL AND f.undone_at IS NULL)
                   AS asked_minor,
                 sum(p.amount_minor) FILTER (WHERE f.settled_at IS NOT NULL AND f.undone_at IS NULL)
                   AS refunded_minor
          FROM orders_refundpart p JOIN orders_orderrefund f ON f.id = p.refund_id GROUP BY 1
        ) s ON s.line_id = l.id
        WHERE l.asked_minor <> coalesce(s.asked_minor, 0)
           OR l.refunded_minor <> coalesce(s.refunded_minor, 0)
        """,
    ),
    Invariant(
        "orders.what_went_back_of_shipping_is_the_sum_of_its_refunds",
        """
        SELECT o.public_id, o.shipping_asked_minor, o.shipping_refunded_minor FROM orders_order o
        LEFT JOIN (
          SELECT order_id,
                 sum(shipping_minor) FILTER (WHERE refused_at IS NULL AND undone_at IS NULL)
                   AS asked_minor,
                 sum(shipping_minor) FILTER (WHERE settled_at IS NOT NULL AND undone_at IS NULL)
                   AS refunded_minor
          FROM orders_orderrefund GROUP BY 1
        ) s ON s.order_id = o.id
        WHERE o.shipping_asked_minor <> coalesce(s.asked_minor, 0)
           OR o.shipping_refunded_minor <> coalesce(s.refunded_minor, 0)
        """,
    ),
    Invariant(
        "orders.a_refund_is_the_sum_of_its_parts",
        """
        SELECT f.id, r.amount_minor FROM orders_orderrefund f
        JOIN payments_refund r ON r.id = f.refund_id
        LEFT JOIN (
          SELECT refund_id, sum(amount_minor) AS minor FROM orders_refundpart GROUP BY 1
        ) p ON p.refund_id = f.id
        WHERE r.amount_minor <> f.shipping_minor + coalesce(p.minor, 0)
        """,
    ),
    Invariant(
        "orders.a_refund_is_of_its_own_order",
        """
        SELECT f.id FROM orders_orderrefund f
        JOIN orders_order o ON o.id = f.order_id
        JOIN orders_checkout k ON k.id = o.checkout_id
        JOIN payments_refund r ON r.id = f.refund_id
        WHERE r.charge_id <> k.charge_id OR EXISTS (
          SELECT 1 FROM orders_refundpart p JOIN orders_orderline l ON l.id = p.line_id
          WHERE p.refund_id = f.id AND l.order_id <> f.order_id
        )
        """,
    ),
    Invariant(
        "orders.a_refund_is_posted_as_it_stands",
        """
        SELECT f.id, f.settled_at, f.undone_at FROM orders_orderrefund f
        LEFT JOIN ledger_transfer s ON s.key = 'refund:' || f.refund_id || ':settled'
        LEFT JOIN ledger_transfer u ON u.key = 'refund:' || f.refund_id || ':undone'
        WHERE (f.settled_at IS NOT NULL) <> (s.id IS NOT NULL)
           OR (f.undone_at IS NOT NULL) <> (u.id IS NOT NULL)
        """,
    ),
    Invariant(
        "orders.a_commission_shrinks_as_its_line_is_refunded",
        """
        SELECT l.key, l.refunded_minor, c.reversed_minor FROM orders_orderline l
        JOIN referrals_commission c ON c.id = l.commission_id
        WHERE c.state NOT IN ('void', 'given')
          AND c.reversed_minor <>
              (2 * c.amount_minor * l.refunded_minor + c.base_minor) / (2 * c.base_minor)
        """,
    ),
    Invariant(
        "orders.a_commission_waits_while_a_refund_of_its_line_is_open",
        """
        SELECT l.key, c.waits FROM orders_orderline l
        JOIN referrals_commission c ON c.id = l.commission_id
        WHERE c.waits <> EXISTS (
          SELECT 1 FROM orders_refundpart p JOIN orders_orderrefund f ON f.id = p.refund_id
          WHERE p.line_id = l.id AND f.settled_at IS NULL AND f.refused_at IS NULL
        )
        """,
    ),
]
