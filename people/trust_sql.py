"""Everybody's weight by PostgreSQL alone, for a house without NumPy: minutes, not seconds.

Each table is what ``people.trust_walk`` holds in memory; both come to the same numbers.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from people import trust_rules as rules
from people.trust_graph import FRIENDS, PEOPLE, Found, moments

GRAPH = f"""
CREATE TEMPORARY TABLE trust_people ON COMMIT DROP AS {PEOPLE};
CREATE UNIQUE INDEX ON trust_people (id);
ANALYZE trust_people;
CREATE TEMPORARY TABLE trust_edge ON COMMIT DROP AS
WITH pair AS MATERIALIZED ({FRIENDS}), side AS (
  SELECT low_id AS person, high_id AS friend, trades FROM pair
  UNION ALL SELECT high_id, low_id, trades FROM pair
)
SELECT person, friend, trades, 1 + %(a_trade)s::float8 * trades AS weight,
  row_number() OVER (PARTITION BY person ORDER BY trades DESC, friend) AS place
FROM side JOIN trust_people a ON a.id = person JOIN trust_people b ON b.id = friend;
CREATE INDEX ON trust_edge (person, friend);
ANALYZE trust_edge;
DELETE FROM trust_edge e USING trust_edge back
WHERE back.place > %(strongest)s AND (e.person, e.friend) = (back.friend, back.person);
DELETE FROM trust_edge WHERE place > %(strongest)s;
CREATE TEMPORARY TABLE trust_degree ON COMMIT DROP AS
SELECT person, sum(weight) AS degree FROM trust_edge GROUP BY person;
ANALYZE trust_degree;
"""  # noqa: S608

# What reached a person, for each unit of what ties them: it is this that is compared.
START = """
CREATE TEMPORARY TABLE trust_reached ON COMMIT DROP AS
SELECT person, CASE WHEN person = ANY(%(seeds)s)
  THEN 1::float8 / count(*) FILTER (WHERE person = ANY(%(seeds)s)) OVER () / degree
  ELSE 0 END AS reached
FROM trust_degree
"""
STEP = """
CREATE TEMPORARY TABLE trust_stepped ON COMMIT DROP AS
SELECT e.friend AS person, sum(e.weight * r.reached) / d.degree AS reached
FROM trust_edge e JOIN trust_reached r USING (person) JOIN trust_degree d ON d.person = e.friend
GROUP BY e.friend, d.degree;
DROP TABLE trust_reached;
ANALYZE trust_stepped;
ALTER TABLE trust_stepped RENAME TO trust_reached;
"""
MIDDLE = """
SELECT count(*), (SELECT count(*) / 2 FROM trust_edge), (SELECT sum(degree) FROM trust_degree),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY reached),
  (SELECT count(*) FROM trust_degree WHERE person = ANY(%(seeds)s))
FROM trust_reached
"""

WEIGHTS = """
WITH g AS (
  SELECT person, CASE WHEN clipped < %(faint)s THEN 0 ELSE clipped END AS g
  FROM (SELECT person, round(least(1, reached / %(middle)s)::numeric, %(places)s)::float8 AS clipped
        FROM trust_reached) clip
), good AS (
  SELECT e.person, e.friend,
    row_number() OVER (PARTITION BY e.person ORDER BY e.trades DESC, e.friend) AS place,
    count(*) OVER (PARTITION BY e.person) AS friends
  FROM trust_edge e JOIN g ON g.person = e.friend WHERE g.g >= %(well)s
), near AS MATERIALIZED (SELECT * FROM good WHERE place <= %(grouped)s),
tied AS MATERIALIZED (
  SELECT a.person, a.place AS one, b.place AS other
  FROM near a JOIN near b ON b.person = a.person AND b.place <> a.place
  JOIN trust_edge e ON e.person = a.friend AND e.friend = b.friend
), met AS (
  WITH RECURSIVE walk (person, place) AS (
    SELECT person, place FROM near WHERE place = 1
    UNION SELECT tied.person, tied.other FROM walk JOIN tied
      ON tied.person = walk.person AND tied.one = walk.place
  ) SELECT person, count(*) AS met FROM walk GROUP BY person
), borne AS (
  SELECT p.id, p.is_barred, p.is_young,
    CASE WHEN met.met < least(%(grouped)s, near.friends)
      THEN CASE WHEN p.is_young THEN 1 ELSE near.friends END
      ELSE CASE WHEN p.is_young THEN 0 ELSE 1 END END AS counted
  FROM trust_people p JOIN near ON near.person = p.id AND near.place = 1
  JOIN met ON met.person = p.id
), evidence AS (
  SELECT id, CASE WHEN is_barred THEN 0 ELSE least(1, counted::float8 / %(needed)s)
    * CASE WHEN is_young THEN %(young_factor)s::float8 ELSE 1 END END AS e
  FROM borne
)
INSERT INTO trust_next (person_id, g, e, t)
SELECT g.person, g.g, coalesce(e.e, 0), g.g * coalesce(e.e, 0)
FROM g LEFT JOIN evidence e ON e.id = g.person WHERE g.g > 0
"""


def work_out(*, now: datetime, seeds: Sequence[int]) -> Found:
    """Put the weight of everybody it reaches into ``trust_next``, and say what was seen."""
    began = time.perf_counter()
    asked: dict[str, Any] = {
        **moments(now),
        "seeds": list(seeds),
        "a_trade": rules.A_TRADE,
        "strongest": rules.STRONGEST_FRIENDS,
        "faint": rules.TOO_FAINT,
        "places": rules.PLACES,
        "well": rules.WELL_REACHED,
        "grouped": rules.FRIENDS_GROUPED,
        "needed": rules.FRIENDS_NEEDED,
        "young_factor": rules.YOUNG_FACTOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(GRAPH, asked)
        cursor.execute(START, asked)
        cursor.execute("ANALYZE trust_reached")
        cursor.execute(MIDDLE, asked)
        people, edges, volume, _, starting = cursor.fetchone()
        steps = rules.steps(people)
        for _ in range(steps if starting else 0):
            cursor.execute(STEP)
        cursor.execute(MIDDLE, asked)
        middle = cursor.fetchone()[3] if starting else None
        if middle:
            cursor.execute(WEIGHTS, {**asked, "middle": middle})
    median = None if middle is None else middle * volume
    return Found(people, edges, steps, median, {"all": time.perf_counter() - began})
