"""What must hold of share links, clicks, attributions and commissions at every moment."""

from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "referrals.one_line_pays_one_sharer",
        """
        SELECT line_key, count(*) FROM referrals_commission
        GROUP BY line_key HAVING count(*) > 1
        """,
    ),
    Invariant(
        "referrals.nobody_earns_from_their_own_order",
        """
        SELECT c.id FROM referrals_commission c
        JOIN referrals_attribution a ON a.id = c.attribution_id
        WHERE a.buyer_id = c.sharer_id
        """,
    ),
    Invariant(
        "referrals.commission_and_attribution_name_one_sharer",
        """
        SELECT c.id FROM referrals_commission c
        JOIN referrals_attribution a ON a.id = c.attribution_id
        JOIN referrals_sharelink l ON l.id = a.link_id
        WHERE (c.sharer_id, c.shop_id) IS DISTINCT FROM (a.sharer_id, a.shop_id)
           OR (a.sharer_id, a.shop_id) IS DISTINCT FROM (l.person_id, l.shop_id)
        """,
    ),
    Invariant(
        "referrals.taken_click_is_stored_and_a_persons",
        """
        SELECT a.id FROM referrals_attribution a
        LEFT JOIN referrals_click k ON k.id = a.click_id
        WHERE k.id IS NULL OR k.link_id <> a.link_id OR k.kind <> 'human'
        """,
    ),
    Invariant(
        "referrals.trace_takes_exactly_one_candidate",
        """
        SELECT a.id FROM referrals_attribution a
        WHERE (SELECT count(*) FROM jsonb_array_elements(a.trace) step
               WHERE step ->> 'rule' = 'taken') <> 1
        """,
    ),
    Invariant(
        "referrals.pending_balances_are_what_is_held",
        """
        SELECT coalesce(account.code, held.code), account.balance_minor, held.net_minor
        FROM (
          SELECT 'sharer-pending:' || sharer_id || ':' || currency AS code,
                 sum(amount_minor - reversed_minor) AS net_minor
          FROM referrals_commission WHERE state = 'held' GROUP BY 1
        ) held
        FULL JOIN (
          SELECT code, balance_minor FROM ledger_account WHERE code LIKE 'sharer-pending:%%'
        ) account ON account.code = held.code
        WHERE coalesce(account.balance_minor, 0) <> coalesce(held.net_minor, 0)
        """,
    ),
    Invariant(
        "referrals.released_commissions_were_posted",
        """
        SELECT c.id FROM referrals_commission c
        LEFT JOIN ledger_transfer t ON t.key = 'commission:' || c.id || ':released'
        WHERE (c.released_at IS NOT NULL AND t.id IS NULL AND c.amount_minor > c.reversed_minor)
           OR (c.released_at IS NULL AND t.id IS NOT NULL)
        """,
    ),
    Invariant(
        "referrals.hours_count_every_click",
        """
        SELECT coalesce(h.link_id, k.link_id), coalesce(h.hour, k.hour)
        FROM referrals_clickhour h
        FULL JOIN (
          SELECT link_id, date_trunc('hour', at, 'UTC') AS hour,
                 count(*) FILTER (WHERE kind = 'human') AS humans,
                 count(*) FILTER (WHERE kind <> 'human') AS others
          FROM referrals_click GROUP BY 1, 2
        ) k ON k.link_id = h.link_id AND k.hour = h.hour
        WHERE (coalesce(h.humans, 0), coalesce(h.others, 0))
              <> (coalesce(k.humans, 0), coalesce(k.others, 0))
        """,
    ),
    Invariant(
        "referrals.states_have_their_moments",
        """
        SELECT id, state FROM referrals_commission
        WHERE (state = 'expected' AND paid_at IS NOT NULL)
           OR (state IN ('pending', 'held', 'released', 'reversed') AND paid_at IS NULL)
           OR (state IN ('held', 'released') AND received_at IS NULL)
           OR (state IN ('expected', 'pending', 'void') AND received_at IS NOT NULL)
           OR (state = 'released' AND released_at IS NULL)
           OR (state = 'released' AND released_at < held_until)
           OR (state = 'reversed') <> (amount_minor = reversed_minor AND state <> 'void')
        """,
    ),
    Invariant(
        "referrals.reversals_add_up",
        """
        SELECT c.id, c.reversed_minor, r.minor FROM referrals_commission c
        LEFT JOIN (
          SELECT commission_id, sum(amount_minor) AS minor FROM referrals_reversal GROUP BY 1
        ) r ON r.commission_id = c.id
        WHERE c.reversed_minor <> coalesce(r.minor, 0)
        """,
    ),
    # Three accounts of one sum: what was earned and kept, what left, and what the ledger holds.
    Invariant(
        "referrals.a_sharer_has_what_was_earned_and_not_paid_out",
        """
        SELECT coalesce(a.code, s.code), a.balance_minor, s.minor
        FROM (SELECT code, balance_minor FROM ledger_account WHERE code LIKE 'sharer:%%') a
        FULL JOIN (
          SELECT code, sum(minor) AS minor FROM (
            SELECT 'sharer:' || sharer_id || ':' || currency AS code,
                   amount_minor - reversed_minor AS minor
            FROM referrals_commission WHERE released_at IS NOT NULL
            UNION ALL
            SELECT 'sharer:' || c.sharer_id || ':' || c.currency, r.lost_minor
            FROM referrals_reversal r JOIN referrals_commission c ON c.id = r.commission_id
            UNION ALL
            SELECT account, -amount_minor FROM payments_payout
            WHERE account LIKE 'sharer:%%' AND state NOT IN ('returned', 'cancelled')
            UNION ALL
            SELECT account, amount_minor FROM payments_writeoff
            WHERE account LIKE 'sharer:%%' AND state = 'approved'
          ) moves GROUP BY code
        ) s ON s.code = a.code
        WHERE coalesce(a.balance_minor, 0) <> coalesce(s.minor, 0)
        """,
    ),
]
