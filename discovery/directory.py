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

BY_NAME = f"""
WITH hits AS MATERIALIZED (
  SELECT n.shop_id, n.circle_id, ts_rank(n.search, {ALL_WORDS}) AS fit
  FROM discovery_entry n WHERE n.search @@ {ALL_WORDS} ORDER BY fit DESC, n.id LIMIT 200
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
# to them: nobody else can be found by name, so nobody can go through the house's people.
PEOPLE = """
WITH bridges AS MATERIALIZED (
  SELECT id FROM people_person
  WHERE id = ANY(%(bridges)s) AND named_to_friends_of_friends
)
SELECT w.id FROM people_person w
WHERE w.is_active AND w.id <> ALL(%(blocked)s) AND strpos(lower(w.name), %(typed)s) > 0
  AND (w.id = ANY(%(friends)s) OR (w.named_to_friends_of_friends AND w.id <> %(viewer)s
    AND w.id IN (
      SELECT f.high_id FROM bridges JOIN people_friendship f ON f.low_id = bridges.id
      UNION
      SELECT f.low_id FROM bridges JOIN people_friendship f ON f.high_id = bridges.id)))
ORDER BY w.id = ANY(%(friends)s) DESC, length(w.name), w.name, w.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What was found by its name, the best first, at most six of a kind."""

    shops: list[Shop]
    circles: list[Circle]
    people: list[Person]

    def __bool__(self) -> bool:
        return bool(self.shops or self.circles or self.people)


def find(viewer: Person | None, question: Question) -> Names:
    """Return the shops, circles and people that go by these words.

    Nobody finds whom they blocked or who blocked them, nor what is theirs.
    """
    if not question.words:
        return Names([], [], [])
    eyes = eyes_of(viewer)
    asked = eyes | parameters_of(question) | {"most": MOST_OF_A_KIND}
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
