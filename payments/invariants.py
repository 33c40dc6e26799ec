"""What must hold of money at the door, at every moment."""

from __future__ import annotations

from kit.invariants import Invariant

OPEN = "('awaiting', 'reserved', 'submitting', 'unknown', 'accepted', 'awaiting_payee', 'frozen')"

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
           OR (p.state IN ('returned', 'cancelled') AND returned.n <> 1)
           OR (p.state = 'cancelled' AND settled.n <> 0)
           OR (p.state NOT IN ('settled', 'returned', 'cancelled') AND settled.n + returned.n <> 0)
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
        "payments.large_payouts_were_approved_by_two",
        """
        SELECT p.id FROM payments_payout p
        WHERE p.state NOT IN ('awaiting', 'cancelled') AND p.approvals_needed > 0
          AND (p.approved_by_id IS NULL OR p.approved_by_id = p.person_id
               OR (p.approvals_needed = 2
                   AND (p.second_by_id IS NULL OR p.second_by_id = p.person_id
                        OR p.second_by_id = p.approved_by_id)))
        """,
    ),
    Invariant(
        "payments.what_a_charity_is_paid_went_where_another_one_wrote_down",
        """
        SELECT p.id FROM payments_payout p
        WHERE p.account LIKE 'charity:%%' AND (
          p.person_id IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM payments_destination d
            WHERE d.charity_id = split_part(p.account, ':', 2)::bigint
              AND (d.provider, d.identifier) = (p.provider, p.destination)
          ) OR p.state NOT IN ('awaiting', 'cancelled') AND EXISTS (
            SELECT 1 FROM payments_destination d
            WHERE d.charity_id = split_part(p.account, ':', 2)::bigint
              AND (d.provider, d.identifier) = (p.provider, p.destination)
              AND d.since <= coalesce(p.second_at, p.approved_at)
              AND d.set_by_id IN (p.approved_by_id, p.second_by_id)
          )
        )
        """,
    ),
    Invariant(
        "payments.a_run_is_paid_out_of_its_own_currency_and_rail",
        """
        SELECT p.id FROM payments_payout p JOIN payments_payoutrun r ON r.id = p.batch_id
        WHERE (p.run, p.currency, p.provider) <> (r.period, r.currency, r.rail)
        """,
    ),
    Invariant(
        "payments.suspense_is_the_sum_of_open_differences",
        """
        SELECT coalesce(a.code, d.code), a.balance_minor, d.sum_minor
        FROM (SELECT code, balance_minor FROM ledger_account
              WHERE code LIKE 'platform:suspense:%%') a
        FULL JOIN (
          SELECT 'platform:suspense:' || currency AS code, sum(suspense_minor) AS sum_minor
          FROM payments_difference WHERE resolved_at IS NULL GROUP BY currency
        ) d ON d.code = a.code
        WHERE coalesce(a.balance_minor, 0) <> coalesce(d.sum_minor, 0)
        """,
    ),
    Invariant(
        "payments.every_write_off_was_posted_once_approved",
        """
        SELECT w.id, w.state FROM payments_writeoff w
        LEFT JOIN ledger_transfer t ON t.key = 'writeoff:' || w.id
        WHERE (w.state = 'approved') <> (t.id IS NOT NULL)
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
