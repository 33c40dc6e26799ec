"""The directory: shops, circles and people by their names, as one viewer may find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Q

from catalog import words
from discovery.models import Entry
from discovery.search import ALL_WORDS, Question, parameters_of
from discovery.shown import eyes_of
from people.models import Circle, Person
from shops.models import Shop

MOST_OF_A_KIND = 6  # a row of each above the goods; who wants more writes more of the name
MOST_WRITTEN = 2_000  # by one sweep, about a second; the next goes on

# Friends of friends are looked through by way of so many friends: with more, a page would
# wait for hundreds of thousands of pairs to find somebody whose friend could tell their name.
MOST_BRIDGES = 200

# Of a word that very many shops are called by, so many are looked at: who wants another
# writes more of its name.
LOOKED_AT = 1_000

BY_NAME = f"""
WITH called AS MATERIALIZED (
  SELECT n.id, n.shop_id, n.circle_id, n.search
  FROM discovery_entry n WHERE n.search @@ {ALL_WORDS} LIMIT %(looked_at)s
),
hits AS MATERIALIZED (
  SELECT n.shop_id, n.circle_id, ts_rank(n.search, {ALL_WORDS}) AS fit
  FROM called n ORDER BY fit DESC, n.id LIMIT 200
)
(SELECT 'shop', s.id FROM hits JOIN shops_shop s ON s.id = hits.shop_id
 WHERE s.state = 'open' AND s.owner_id <> ALL(%(blocked)s)
 ORDER BY hits.fit DESC, s.id LIMIT %(most)s)
UNION ALL
(SELECT 'circle', c.id FROM hits JOIN people_circle c ON c.id = hits.circle_id
 WHERE c.state = 'open' AND c.host_id <> ALL(%(blocked)s)
   AND (c.seen_by = 'everyone' OR EXISTS (
     SELECT 1 FROM people_circlemember m
     WHERE m.circle_id = c.id AND m.person_id = %(viewer)s AND m.state = 'member'))
 ORDER BY hits.fit DESC, c.id LIMIT %(most)s)
"""  # noqa: S608 -- made of this room's own constants

# Only friends, and friends of friends where both sides of that friendship agreed to be named
# to them and no block parts them: nobody else can be found by name, so nobody can go through
# the house's people. From the few who may be found to their names: OFFSET keeps the planner
# from reading every name in the house instead.
PEOPLE = """
WITH bridges AS MATERIALIZED (
  SELECT id FROM people_person
  WHERE id = ANY(%(bridges)s) AND named_to_friends_of_friends
),
beyond AS MATERIALIZED (
  SELECT bridges.id AS bridge_id, f.high_id AS id
  FROM bridges JOIN people_friendship f ON f.low_id = bridges.id
  UNION ALL
  SELECT bridges.id, f.low_id
  FROM bridges JOIN people_friendship f ON f.high_id = bridges.id
),
called AS MATERIALIZED (
  SELECT w.id, w.name, true AS is_friend FROM people_person w
  WHERE w.id = ANY(%(friends)s) AND w.is_active AND w.id <> ALL(%(blocked)s)
    AND strpos(lower(w.name), %(typed)s) > 0
  UNION
  SELECT w.id, w.name, false FROM beyond CROSS JOIN LATERAL (
    SELECT id, name FROM people_person
    WHERE id = beyond.id AND named_to_friends_of_friends AND is_active
      AND strpos(lower(name), %(typed)s) > 0 OFFSET 0
  ) w
  WHERE w.id <> %(viewer)s AND w.id <> ALL(%(blocked)s) AND w.id <> ALL(%(friends)s)
    AND NOT EXISTS (
      SELECT 1 FROM people_block b
      WHERE (b.blocker_id, b.blocked_id) = (w.id, beyond.bridge_id)
         OR (b.blocker_id, b.blocked_id) = (beyond.bridge_id, w.id))
)
SELECT id FROM called ORDER BY is_friend DESC, length(name), name, id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What was found by its name, the best first, at most six of a kind."""

    shops: list[Shop]
    circles: list[Circle]
    people: list[Person]

    def __bool__(self) -> bool:
        return bool(self.shops or self.circles or self.people)


def find(viewer: Person | None, question: Question, *, eyes: dict[str, Any] | None = None) -> Names:
    """Return the shops, circles and people that go by these words.

    Nobody finds whom they blocked or who blocked them, nor what is theirs.

    Args:
        viewer: who is looking, if we know.
        question: from ``search.read``.
        eyes: the viewer's, where the caller knows them.
    """
    if not question.words:
        return Names([], [], [])
    eyes = eyes or eyes_of(viewer)
    asked = eyes | parameters_of(question) | {"most": MOST_OF_A_KIND, "looked_at": LOOKED_AT}
    ids: dict[str, list[int]] = {"shop": [], "circle": []}
    for kind, row_id in _rows(BY_NAME, asked):
        ids[kind].append(row_id)
    shops, circles = Shop.objects.in_bulk(ids["shop"]), Circle.objects.in_bulk(ids["circle"])
    return Names(
        [shops[one] for one in ids["shop"] if one in shops],
        [circles[one] for one in ids["circle"] if one in circles],
        _people(asked) if eyes["friends"] else [],
    )


def _people(asked: dict[str, Any]) -> list[Person]:
    found = _rows(PEOPLE, asked | {"bridges": asked["friends"][:MOST_BRIDGES]})
    people = Person.objects.in_bulk([person_id for (person_id,) in found])
    return [people[person_id] for (person_id,) in found if person_id in people]


def _rows(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def write(*, most: int = MOST_WRITTEN) -> int:
    """Write every name that is new or changed into the directory; return how many."""
    stale = Q(entry__isnull=True) | ~Q(entry__name=F("name"))
    shops = list(Shop.objects.filter(stale).only("pk", "name").order_by("pk")[:most])
    circles = list(Circle.objects.filter(stale).only("pk", "name").order_by("pk")[:most])
    _write(
        [Entry(shop=one, name=one.name, search=words.of_name(one.name)) for one in shops], "shop"
    )
    _write(
        [Entry(circle=one, name=one.name, search=words.of_name(one.name)) for one in circles],
        "circle",
    )
    return len(shops) + len(circles)


def _write(entries: list[Entry], of: str) -> None:
    Entry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=[of],
        update_fields=["name", "search"],
        batch_size=500,
    )
