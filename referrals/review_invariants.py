"""What must hold of findings, reviews and the commissions that wait for them."""

from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "referrals.what_is_in_review_waits_for_a_person",
        """
        SELECT c.id FROM referrals_commission c
        WHERE c.in_review AND NOT EXISTS (
          SELECT 1 FROM referrals_review r
          WHERE r.attribution_id = c.attribution_id AND r.state = 'open'
        )
        """,
    ),
    Invariant(
        "referrals.an_open_review_holds_something",
        """
        SELECT r.id FROM referrals_review r
        WHERE r.state = 'open' AND r.attribution_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM referrals_commission c
          WHERE c.attribution_id = r.attribution_id AND c.in_review
        )
        """,
    ),
    Invariant(
        "referrals.nothing_is_released_under_review",
        """
        SELECT c.id, r.id FROM referrals_commission c
        JOIN referrals_review r ON r.attribution_id = c.attribution_id
        WHERE c.released_at >= r.opened_at
          AND (r.decided_at IS NULL OR r.state = 'refused' OR c.released_at < r.decided_at)
        """,
    ),
    Invariant(
        "referrals.a_review_says_what_was_found",
        """
        SELECT r.id FROM referrals_review r
        LEFT JOIN referrals_finding f ON f.review_id = r.id
          AND f.person_id = r.person_id AND f.attribution_id IS NOT DISTINCT FROM r.attribution_id
        GROUP BY r.id HAVING count(f.id) = 0
        """,
    ),
    Invariant(
        "referrals.whatever_was_refused_a_person_refused",
        """
        SELECT c.id FROM referrals_commission c
        WHERE c.refused_at IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM referrals_review r
          WHERE r.attribution_id = c.attribution_id AND r.state = 'refused'
            AND r.decided_at = c.refused_at
        )
        """,
    ),
    # What stood on the sharer's pending account, and nothing else, went to the shop.
    Invariant(
        "referrals.a_refusal_gives_the_shop_what_was_pending",
        """
        SELECT r.id, gave.minor, p.minor FROM referrals_review r
        JOIN referrals_attribution a ON a.id = r.attribution_id
        LEFT JOIN LATERAL (
          SELECT coalesce(sum(c.amount_minor - c.reversed_minor), 0) AS minor
          FROM referrals_commission c
          WHERE c.attribution_id = a.id AND c.refused_at = r.decided_at
            AND c.received_at IS NOT NULL
        ) gave ON true
        LEFT JOIN LATERAL (
          SELECT coalesce(sum(posting.amount_minor), 0) AS minor
          FROM ledger_transfer t JOIN ledger_posting posting ON posting.transfer_id = t.id
          JOIN ledger_account side ON side.id = posting.account_id
          WHERE t.key = 'review:' || r.id || ':refused'
            AND (side.code LIKE 'shop:' || a.shop_id || ':%%')
        ) p ON true
        WHERE r.state = 'refused' AND gave.minor <> p.minor
        """,
    ),
]
