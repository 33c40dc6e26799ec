"""What a trust run reads: people who are here, whom they are friends with, where it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from people.trust_rules import FRIENDSHIP_AGE, TRADES_COUNTED, YOUNG

PEOPLE = """
SELECT p.id, p.joined_at > %(young)s AS is_young, EXISTS (
  SELECT 1 FROM people_trustbar b WHERE b.person_id = p.id AND b.lifted_at IS NULL) AS is_barred
FROM people_person p WHERE p.is_active ORDER BY p.id
"""

# A pair once, with how many trades count. Who of them is gone is left to the reader, so that
# this stays one walk over the table.
FRIENDS = """
SELECT f.low_id, f.high_id, least(%(counted)s, coalesce(t.trades, 0))::smallint AS trades
FROM people_friendship f LEFT JOIN (
  SELECT low_id, high_id, count(DISTINCT order_key) AS trades
  FROM people_trade WHERE returned_at IS NULL GROUP BY low_id, high_id
) t ON t.low_id = f.low_id AND t.high_id = f.high_id
WHERE f.since <= %(settled)s AND f.low_id <> f.high_id
"""

SEEDS = """
SELECT s.person_id FROM people_trustseed s JOIN people_person p ON p.id = s.person_id
WHERE s.state IN ('seed', 'leaving') AND p.is_active AND NOT EXISTS (
  SELECT 1 FROM people_trustbar b WHERE b.person_id = p.id AND b.lifted_at IS NULL)
ORDER BY s.person_id
"""

PASSING = ("trust_next", "trust_people", "trust_edge", "trust_degree", "trust_reached")


@dataclass(frozen=True, slots=True)
class Found:
    """What a way of working weights out says of its work; the weights stand in ``trust_next``.

    Attributes:
        people: how many have a friend that counts.
        edges: how many friendships count.
        steps: how far the walk went.
        median: what is usual, where 1 is an even spread over all friendships.
    """

    people: int
    edges: int
    steps: int
    median: float | None
    seconds: dict[str, float] = field(default_factory=dict)


def seed_ids() -> list[int]:
    """Return who the walk starts from now; a closed or barred account starts nothing."""
    with connection.cursor() as cursor:
        cursor.execute(SEEDS)
        return [person_id for (person_id,) in cursor.fetchall()]


def moments(now: datetime) -> dict[str, Any]:
    """Return the moments that ``PEOPLE`` and ``FRIENDS`` ask for."""
    return {
        "young": now - YOUNG,
        "settled": now - FRIENDSHIP_AGE,
        "counted": TRADES_COUNTED,
    }


def make_table() -> None:
    """Make the empty table that takes the weights; it goes with the transaction."""
    with connection.cursor() as cursor:
        for name in PASSING:  # of a run before, in the same transaction
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(
            "CREATE TEMPORARY TABLE trust_next (person_id bigint PRIMARY KEY, g float8 NOT NULL,"
            " e float8 NOT NULL, t float8 NOT NULL) ON COMMIT DROP"
        )
