"""What must hold of share links, clicks, attributions and commissions at every moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from kit import clock
from kit.invariants import Invariant
from referrals import partitions
from referrals.review_invariants import INVARIANTS as REVIEWS


class _KeptFrom(Mapping[str, datetime]):
    """Since when every click is still there, asked at the moment of the check."""

    def __getitem__(self, name: str) -> datetime:
        return partitions.kept_from(clock.now())

    def __iter__(self) -> Iterator[str]:
        return iter(["kept_from"])

    def __len__(self) -> int:
        return 1


WHILE_CLICKS_ARE_KEPT = _KeptFrom()

INVARIANTS = [
    *REVIEWS,
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
        WHERE a.clicked_at >= %(kept_from)s
          AND (k.id IS NULL OR k.link_id <> a.link_id
               OR k.kind NOT IN ('human', 'suspect', 'rate'))
        """,
        WHILE_CLICKS_ARE_KEPT,
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
        "referrals.taken_candidate_has_its_attribution",
        """
        SELECT c.order_key FROM referrals_candidate c
        LEFT JOIN referrals_attribution a ON a.order_key = c.order_key
        WHERE c.rule = 'taken'
          AND (a.link_id, a.click_id, a.channel)
              IS DISTINCT FROM (c.link_id, c.click_id, c.channel)
        """,
    ),
    Invariant(
        "referrals.a_reshare_comes_from_anothers_link_to_the_product",
        """
        SELECT l.id FROM referrals_sharelink l JOIN referrals_sharelink p ON p.id = l.parent_id
        WHERE l.product_id <> p.product_id OR l.person_id = p.person_id
        """,
    ),
    Invariant(
        "referrals.a_name_leads_to_one_link",
        """
        SELECT f.slug FROM referrals_formerslug f JOIN referrals_sharelink l ON l.slug = f.slug
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
        "referrals.nothing_was_earned_while_removed",
        """
        SELECT c.id FROM referrals_commission c
        JOIN referrals_removal r ON (r.shop_id, r.person_id) = (c.shop_id, c.sharer_id)
        WHERE c.ordered_at > r.at AND (r.undone_at IS NULL OR c.ordered_at < r.undone_at)
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
        FROM (SELECT * FROM referrals_clickhour WHERE hour >= %(kept_from)s) h
        FULL JOIN (
          SELECT link_id, date_trunc('hour', at, 'UTC') AS hour, channel,
                 count(*) FILTER (WHERE kind = 'human') AS humans,
                 count(*) FILTER (WHERE kind <> 'human') AS others,
                 count(DISTINCT visitor) FILTER (WHERE kind = 'human' AND visitor <> '') AS visitors
          FROM referrals_click WHERE at >= %(kept_from)s GROUP BY 1, 2, 3
        ) k ON k.link_id = h.link_id AND k.hour = h.hour AND k.channel = h.channel
        WHERE (coalesce(h.humans, 0), coalesce(h.others, 0))
              <> (coalesce(k.humans, 0), coalesce(k.others, 0))
           OR (NOT h.awaits_visitors AND h.visitors <> k.visitors)
        """,
        WHILE_CLICKS_ARE_KEPT,
    ),
    Invariant(
        "referrals.a_click_is_of_a_link_there_is",
        """
        SELECT k.id FROM referrals_click k
        WHERE NOT EXISTS (SELECT FROM referrals_sharelink l WHERE l.id = k.link_id)
        """,
    ),
    Invariant(
        "referrals.states_have_their_moments",
        """
        SELECT id, state FROM referrals_commission
        WHERE (state = 'expected' AND paid_at IS NOT NULL)
           OR (state IN ('pending', 'held', 'released', 'reversed') AND paid_at IS NULL)
           OR (state IN ('held', 'released') AND received_at IS NULL)
           OR (state IN ('expected', 'pending') AND received_at IS NOT NULL)
           OR (state = 'void' AND received_at IS NOT NULL AND refused_at IS NULL)
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
            FROM referrals_commission WHERE released_at IS NOT NULL AND charity_id IS NULL
            UNION ALL
            SELECT 'sharer:' || c.sharer_id || ':' || c.currency, r.lost_minor
            FROM referrals_reversal r JOIN referrals_commission c ON c.id = r.commission_id
            WHERE c.charity_id IS NULL
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
    Invariant(
        "referrals.a_charity_has_what_it_was_given",
        """
        SELECT coalesce(a.code, s.code), a.balance_minor, s.minor
        FROM (SELECT code, balance_minor FROM ledger_account WHERE code LIKE 'charity:%%') a
        FULL JOIN (
          SELECT code, sum(minor) AS minor FROM (
            SELECT 'charity:' || charity_id || ':' || currency AS code,
                   amount_minor - reversed_minor AS minor
            FROM referrals_commission WHERE released_at IS NOT NULL AND charity_id IS NOT NULL
            UNION ALL
            SELECT 'charity:' || c.charity_id || ':' || c.currency, r.lost_minor
            FROM referrals_reversal r JOIN referrals_commission c ON c.id = r.commission_id
            WHERE c.charity_id IS NOT NULL
            UNION ALL
            SELECT account, suspense_minor FROM payments_difference
            WHERE account LIKE 'charity:%%' AND resolved_at IS NOT NULL
          ) moves GROUP BY code
        ) s ON s.code = a.code
        WHERE coalesce(a.balance_minor, 0) <> coalesce(s.minor, 0)
        """,
    ),
    Invariant(
        "referrals.commissions_go_where_their_attribution_says",
        """
        SELECT c.id, c.state, a.gives FROM referrals_commission c
        JOIN referrals_attribution a ON a.id = c.attribution_id
        WHERE c.charity_id IS DISTINCT FROM a.charity_id
           OR a.gives = 'none'
           OR (a.gives = 'buyer' AND c.state NOT IN ('given', 'void'))
           OR (a.gives <> 'buyer' AND c.state = 'given')
        """,
    ),
]
