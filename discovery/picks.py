"""Friends' picks: what each friend recommends, person by person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from catalog.models import Endorsement, Product
from discovery.cards import Card, card_of
from discovery.shown import SHOWN, eyes_of
from people.models import Person

# A row of eight fills the width of a tablet; the rest stands on the person's own page.
PICKS_A_ROW = 8
PEOPLE_A_PAGE = 30
MOST_PICKS = 240

# People whose newest pick is newest come first: the page answers "what is new with my friends".
RANKING = f"""
SELECT endorsement_id, person_id, picks FROM (
  SELECT e.id AS endorsement_id, e.person_id, e.created_at,
         count(*) OVER (PARTITION BY e.person_id) AS picks,
         max(e.created_at) OVER (PARTITION BY e.person_id) AS newest_at,
         row_number() OVER (PARTITION BY e.person_id ORDER BY e.created_at DESC, e.id DESC) AS place
  FROM catalog_endorsement e JOIN people_person w ON w.id = e.person_id AND w.is_active
  WHERE e.person_id = ANY(%(friends)s) AND e.withdrawn_at IS NULL
    AND e.verdict = 'yes' AND e.visibility IN ('friends', 'everyone')
    AND e.product_id IN (SELECT p.id FROM {SHOWN})
) pick
WHERE place <= %(a_row)s
ORDER BY newest_at DESC, person_id, place
LIMIT %(most)s
"""  # noqa: S608 -- made of this room's own constants


@dataclass(frozen=True, slots=True)
class Shelf:
    """One friend's picks: the newest few as cards, and how many there are."""

    person: Person
    cards: list[Card]
    count: int


def shelves(viewer: Person) -> list[Shelf]:
    """Return the viewer's friends who recommend something, newest pick first."""
    return _shelves(eyes_of(viewer), a_row=PICKS_A_ROW, most=PEOPLE_A_PAGE * PICKS_A_ROW)


def shelf_of(viewer: Person, friend_public_id: str) -> Shelf | None:
    """Return everything one friend recommends, or None when that is no friend's shelf."""
    eyes = eyes_of(viewer)
    friend = Person.objects.filter(public_id=friend_public_id, pk__in=eyes["friends"]).first()
    if friend is None:
        return None
    found = _shelves({**eyes, "friends": [friend.pk]}, a_row=MOST_PICKS, most=MOST_PICKS)
    return found[0] if found else Shelf(friend, [], 0)


def _shelves(eyes: dict[str, Any], *, a_row: int, most: int) -> list[Shelf]:
    parameters = {**eyes, "in_stock": False, "a_row": a_row, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(RANKING, parameters)
        rows = cursor.fetchall()
    endorsements = Endorsement.objects.select_related("person").in_bulk([row[0] for row in rows])
    products = (
        Product.objects.select_related("shop")
        .prefetch_related("photos", "variants")
        .in_bulk([endorsement.product_id for endorsement in endorsements.values()])
    )
    found: dict[int, Shelf] = {}
    for endorsement_id, person_id, count in rows:
        endorsement = endorsements[endorsement_id]
        shelf = found.setdefault(person_id, Shelf(endorsement.person, [], count))
        product = products[endorsement.product_id]
        shelf.cards.append(card_of(product, endorsement, lead_with_words=True))
    return list(found.values())
