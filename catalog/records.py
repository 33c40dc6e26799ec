"""Records: what came of somebody's words, and how many spoke against a shop's goods."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Count

from catalog.models import Endorsement
from catalog.models.endorsement import Outcome
from kit import clock

# Fewer buyers than this could be guessed by who knows them; nobody's purchase is told.
FEWEST_TOLD = 5

# Orders that came by a person's own link, after they spoke of the product. Kept: past the
# return window and not sent back. Their own purchases tell nothing.
CAME_OF_IT = """
SELECT e.id, count(*), count(*) FILTER (WHERE r.returned_at IS NULL AND r.keeps_from <= %(now)s)
FROM catalog_endorsement e
JOIN catalog_receipt r ON r.brought_by_id = e.person_id AND r.product_id = e.product_id
  AND r.received_at > e.created_at AND r.person_id IS DISTINCT FROM e.person_id
WHERE e.id = ANY(%(endorsements)s)
GROUP BY e.id HAVING count(*) >= %(fewest)s
"""

OF_A_PERSON = """
SELECT count(*), count(*) FILTER (WHERE r.returned_at IS NULL AND r.keeps_from <= %(now)s)
FROM catalog_endorsement e
JOIN catalog_receipt r ON r.brought_by_id = e.person_id AND r.product_id = e.product_id
  AND r.received_at > e.created_at AND r.person_id IS DISTINCT FROM e.person_id
WHERE e.person_id = %(person)s AND e.withdrawn_at IS NULL AND e.visibility = 'everyone'
"""


def outcomes(endorsement_ids: Collection[int]) -> dict[int, Outcome]:
    """Return what came of each of these endorsements; those with too few are left out."""
    if not endorsement_ids:
        return {}
    facts: dict[str, Any] = {
        "endorsements": list(endorsement_ids),
        "now": clock.now(),
        "fewest": FEWEST_TOLD,
    }
    with connection.cursor() as cursor:
        cursor.execute(CAME_OF_IT, facts)
        return {pk: Outcome(bought, kept) for pk, bought, kept in cursor.fetchall()}


def of_person(person_id: int) -> Outcome | None:
    """Return what came of all that somebody recommends to everyone; None for too few."""
    with connection.cursor() as cursor:
        cursor.execute(OF_A_PERSON, {"person": person_id, "now": clock.now()})
        bought, kept = cursor.fetchone()
    return Outcome(bought, kept) if bought >= FEWEST_TOLD else None


def disliked_in(shop_id: int) -> int:
    """Return how many people do not recommend something of a shop, in fives.

    Rounded down, so that whoever looks before and after one person spoke learns nothing.
    """
    against = Endorsement.objects.live().filter(
        product__shop=shop_id, verdict=Endorsement.Verdict.NO, person__is_active=True
    )
    people: int = against.aggregate(people=Count("person", distinct=True))["people"]
    return people - people % FEWEST_TOLD
