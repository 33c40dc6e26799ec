"""What must hold of the ledger at every moment."""

from kit.invariants import Invariant

INVARIANTS = [
    Invariant(
        "ledger.every_transfer_sums_to_zero",
        """
        SELECT p.transfer_id, a.currency, sum(p.amount_minor) FROM ledger_posting p
        JOIN ledger_account a ON a.id = p.account_id
        GROUP BY p.transfer_id, a.currency HAVING sum(p.amount_minor) <> 0
        """,
    ),
    Invariant(
        "ledger.every_transfer_has_two_sides",
        """
        SELECT t.id FROM ledger_transfer t LEFT JOIN ledger_posting p ON p.transfer_id = t.id
        GROUP BY t.id HAVING count(p.id) < 2
        """,
    ),
    Invariant(
        "ledger.balances_are_the_sum_of_their_postings",
        """
        SELECT a.code, a.balance_minor, sum(p.amount_minor) FROM ledger_account a
        LEFT JOIN ledger_posting p ON p.account_id = a.id WHERE a.running
        GROUP BY a.id HAVING a.balance_minor <> coalesce(sum(p.amount_minor), 0)
        """,
    ),
    Invariant(
        "ledger.version_chains_have_no_gap",
        """
        SELECT * FROM (
          SELECT account_id, account_version, balance_after_minor, amount_minor,
                 lag(balance_after_minor, 1, 0::bigint) OVER chain AS before_minor,
                 row_number() OVER chain AS place
          FROM ledger_posting WHERE account_version IS NOT NULL
          WINDOW chain AS (PARTITION BY account_id ORDER BY account_version)
        ) link
        WHERE balance_after_minor <> before_minor + amount_minor OR place <> account_version
        """,
    ),
    Invariant(
        "ledger.every_posting_is_of_a_transfer_and_an_account",
        """
        SELECT p.id, p.transfer_id, p.account_id FROM ledger_posting p
        LEFT JOIN ledger_transfer t ON t.id = p.transfer_id
        LEFT JOIN ledger_account a ON a.id = p.account_id
        WHERE t.id IS NULL OR a.id IS NULL OR a.running = (p.account_version IS NULL)
        """,
    ),
    Invariant(
        "ledger.checkpoints_are_the_sum_of_what_they_count",
        """
        SELECT a.code, c.through, c.balance_minor, sum(p.amount_minor) FROM ledger_checkpoint c
        JOIN ledger_account a ON a.id = c.account_id
        LEFT JOIN ledger_posting p ON p.account_id = c.account_id AND p.id <= c.through
        WHERE c.through = (SELECT max(n.through) FROM ledger_checkpoint n
                           WHERE n.account_id = c.account_id)
        GROUP BY a.code, c.id HAVING c.balance_minor <> coalesce(sum(p.amount_minor), 0)
        """,
    ),
    Invariant(
        "ledger.no_account_is_below_its_floor",
        "SELECT code, balance_minor, floor_minor FROM ledger_account"
        " WHERE balance_minor < floor_minor",
    ),
    Invariant(
        "ledger.sealed_days_are_as_they_were_sealed",
        """
        SELECT s.day, s.digest FROM ledger_dayseal s
        LEFT JOIN LATERAL (
          SELECT count(*) AS transfers, encode(sha256(convert_to(
            s.previous_digest || E'\\n'
            || coalesce(string_agg(d.digest || E'\\n', '' ORDER BY d.id), ''), 'UTF8'
          )), 'hex') AS digest
          FROM ledger_digests(s.first, s.last) d
        ) today ON true
        WHERE (today.digest, today.transfers) IS DISTINCT FROM (s.digest::text, s.transfers)
        """,
    ),
    Invariant(
        "ledger.every_seal_follows_the_one_before",
        """
        SELECT day FROM (
          SELECT day, previous_digest, first,
                 lag(digest, 1, repeat('0', 64)) OVER chain AS before,
                 lag(last, 1, 0::bigint) OVER chain AS before_last,
                 lag(day) OVER chain AS before_day
          FROM ledger_dayseal WINDOW chain AS (ORDER BY last)
        ) link WHERE previous_digest <> before OR first <> before_last + 1 OR day <= before_day
        """,
    ),
]
