"""What must hold of money at the door, at every moment."""

from __future__ import annotations

from kit.invariants import Invariant

OPEN = "('reserved', 'submitting', 'unknown', 'accepted')"

INVARIANTS = [
    Invariant(
        "payments.in_transit_is_the_sum_of_open_payouts",
        f"""
        SELECT coalesce(a.code, o.code), a.balance_minor, o.sum_minor
        FROM (SELECT code, balance_minor FROM ledger_account WHERE code LIKE 'in-transit:%%') a
        FULL JOIN (
          SELECT 'in-transit:' || account AS code, sum(amount_minor) AS sum_minor
          FROM payments_payout WHERE state IN {OPEN} GROUP BY account
        ) o ON o.code = a.code
        WHERE coalesce(a.balance_minor, 0) <> coalesce(o.sum_minor, 0)
        """,  # noqa: S608 -- a constant of this file
    ),
    Invariant(
        "payments.every_payout_was_reserved_first",
        """
        SELECT p.id FROM payments_payout p
        LEFT JOIN ledger_transfer t ON t.key = 'payout:' || p.id || ':reserved'
        LEFT JOIN ledger_posting l ON l.transfer_id = t.id AND l.amount_minor = -p.amount_minor
        LEFT JOIN ledger_account a ON a.id = l.account_id AND a.code = p.account
        WHERE a.id IS NULL
        """,
    ),
    Invariant(
        "payments.a_payout_is_posted_as_it_stands",
        """
        SELECT p.id, p.state, settled.n, returned.n FROM payments_payout p
        CROSS JOIN LATERAL (
          SELECT count(*) AS n FROM ledger_transfer t WHERE t.key = 'payout:' || p.id || ':settled'
        ) settled
        CROSS JOIN LATERAL (
          SELECT count(*) AS n FROM ledger_transfer t
          WHERE t.key = ANY (SELECT 'payout:' || p.id || ':returned:' || g
                             FROM generate_series(0, p.attempt) g)
        ) returned
        WHERE (p.state = 'settled' AND (settled.n <> 1 OR returned.n <> 0))
           OR (p.state = 'returned' AND returned.n <> 1)
           OR (p.state NOT IN ('settled', 'returned') AND settled.n + returned.n <> 0)
        """,
    ),
    Invariant(
        "payments.a_settled_payout_left_through_its_provider",
        """
        SELECT p.id FROM payments_payout p
        JOIN ledger_transfer t ON t.key = 'payout:' || p.id || ':settled'
        WHERE NOT EXISTS (
          SELECT 1 FROM ledger_posting l JOIN ledger_account a ON a.id = l.account_id
          WHERE l.transfer_id = t.id AND l.amount_minor = p.amount_minor
            AND a.code LIKE 'outside:' || p.provider || ':' || p.currency || ':__'
        )
        """,
    ),
    Invariant(
        "payments.every_attempt_was_written_down",
        """
        SELECT p.id, p.attempt, count(t.id) FROM payments_payout p
        LEFT JOIN payments_payoutattempt t ON t.payout_id = p.id
        GROUP BY p.id HAVING count(t.id) <> p.attempt
        """,
    ),
    Invariant(
        "payments.refunds_of_a_charge_add_up",
        """
        SELECT c.id, c.refunded_minor, sum(r.amount_minor) FROM payments_charge c
        LEFT JOIN payments_refund r ON r.charge_id = c.id AND r.state <> 'refused'
        GROUP BY c.id
        HAVING c.refunded_minor <> coalesce(sum(r.amount_minor), 0)
            OR c.refunded_minor > c.amount_minor
        """,
    ),
    Invariant(
        "payments.only_paid_charges_are_refunded",
        """
        SELECT r.id FROM payments_refund r JOIN payments_charge c ON c.id = r.charge_id
        WHERE c.state <> 'paid'
        """,
    ),
]
