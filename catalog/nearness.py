"""Nearness: how much the words about products weigh for one viewer.

A friend counts whole; who has m friends of the viewer for a friend, 1 − 0.7^m of it, up to
0.8; a stranger a little. All who are reached through one friend count together no more than
that friend would, so a ring behind one who befriends everybody adds little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from catalog.item_circles import MOST_OF_A_CIRCLE
from kit import clock

NEARNESS_BASE, MOST_NEARNESS = 0.7, 0.8
MOST_OF_A_GATEWAY = 1.0
STRANGERS = 0.15
YOUNG = timedelta(days=7)  # a friendship of yesterday is no reason to believe anybody

# One statement, however many products: their weights, beside each how its writer stands to
# the viewer. ``gateway`` is one friend of theirs whom the viewer knows. Nobody blocked. The
# viewer's friends stand in an array, so that their edges are walked in the index alone, and met
# with the writers' ids in one hash; a walk of each writer's own edges took a third longer.
SEEN = """
WITH shut_out AS MATERIALIZED (
  SELECT blocked_id AS pk FROM people_block WHERE blocker_id = %(viewer)s
  UNION SELECT blocker_id FROM people_block WHERE blocked_id = %(viewer)s
), friends AS MATERIALIZED (
  SELECT f.pk FROM (
    SELECT high_id AS pk FROM people_friendship
    WHERE low_id = %(viewer)s AND since <= %(old_enough)s
    UNION ALL
    SELECT low_id FROM people_friendship
    WHERE high_id = %(viewer)s AND since <= %(old_enough)s
  ) f JOIN people_person p ON p.id = f.pk AND p.is_active
  WHERE f.pk NOT IN (SELECT pk FROM shut_out)
), said AS MATERIALIZED (
  SELECT w.product_id, w.person_id, w.weight, w.circle,
         w.person_id IN (SELECT pk FROM friends) AS is_friend
  FROM catalog_weight w JOIN catalog_endorsement e ON e.id = w.endorsement_id
  WHERE w.product_id = ANY(%(products)s) AND w.weight > 0 AND e.verdict = 'yes'
    AND e.withdrawn_at IS NULL
    AND (e.visibility = 'everyone'
         OR e.visibility = 'friends' AND w.person_id IN (SELECT pk FROM friends))
    AND w.person_id <> %(viewer)s AND w.person_id NOT IN (SELECT pk FROM shut_out)
), others AS MATERIALIZED (
  SELECT DISTINCT person_id FROM said WHERE NOT is_friend
), known AS (
  SELECT person_id, count(*) AS shared, min(friend) AS gateway FROM (
    SELECT o.person_id, g.low_id AS friend
    FROM others o JOIN people_friendship g ON g.high_id = o.person_id
      AND g.low_id = ANY((SELECT array_agg(pk) FROM friends)::bigint[])
    UNION ALL
    SELECT o.person_id, g.high_id
    FROM others o JOIN people_friendship g ON g.low_id = o.person_id
      AND g.high_id = ANY((SELECT array_agg(pk) FROM friends)::bigint[])
  ) pair GROUP BY person_id
)
SELECT said.product_id, said.person_id, said.weight, said.circle, said.is_friend,
       coalesce(known.shared, 0), coalesce(known.gateway, 0)
FROM said LEFT JOIN known ON known.person_id = said.person_id
ORDER BY said.product_id, said.person_id
"""


class Voice(NamedTuple):
    """Somebody who recommends a product, as they stand to one viewer."""

    product_id: int
    person_id: int
    weight: float
    circle: int
    is_friend: bool
    shared: int
    gateway: int

    @property
    def nearness(self) -> float:
        """How near they stand to the viewer, from a stranger's 0.15 to a friend's 1."""
        return nearness_of(is_friend=self.is_friend, shared=self.shared)


def nearness_of(*, is_friend: bool, shared: int) -> float:
    """Return how near somebody stands who is a friend, or has so many friends in common."""
    if is_friend:
        return 1.0
    if not shared:
        return STRANGERS
    return min(MOST_NEARNESS, 1.0 - NEARNESS_BASE**shared)


def voices(viewer_id: int, product_ids: Collection[int]) -> list[Voice]:
    """Return who recommends these products to this viewer; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, _parameters(viewer_id, product_ids, clock.now()))
        return [Voice(*row) for row in cursor.fetchall()]


def _parameters(viewer_id: int, product_ids: Collection[int], now: datetime) -> dict[str, Any]:
    return {
        "viewer": viewer_id,
        "products": sorted(set(product_ids)),
        "old_enough": now - YOUNG,
    }


def for_viewer(viewer_id: int, product_ids: Collection[int]) -> dict[int, float]:
    """Return each product's score for one viewer, rounded; one statement."""
    of: dict[int, list[Voice]] = defaultdict(list)
    for voice in voices(viewer_id, product_ids):
        of[voice.product_id].append(voice)
    return {product: round(score(of[product]), 2) for product in sorted(set(product_ids))}


def score(heard: Iterable[Voice]) -> float:
    """Return what these voices about one product come to, with every cap held."""
    friends, gateways, rest = 0.0, defaultdict[int, float](float), defaultdict[int, float](float)
    for voice in heard:
        if voice.is_friend:
            friends += voice.weight
        elif voice.shared:
            gateways[voice.gateway] += voice.weight * voice.nearness
        else:
            rest[voice.circle] += voice.weight
    near = sum(min(MOST_OF_A_GATEWAY, one) for one in gateways.values())
    far = sum(min(MOST_OF_A_CIRCLE, one) for one in rest.values())
    return friends + near + STRANGERS * far
