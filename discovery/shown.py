"""What discovery may show at all, and whose words it may show: SQL its three questions share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from people.models import Person
from people.trust import blocked_ids, friend_ids

# A product on sale in an open shop whose owner is neither blocked by the viewer nor
# blocks them, with something left to buy where %(in_stock)s says so.
SHOWN = """
    catalog_product p
    JOIN shops_shop s ON s.id = p.shop_id AND s.state = 'open' AND s.owner_id <> ALL(%(blocked)s)
    WHERE p.state = 'live' AND EXISTS (
      SELECT 1 FROM catalog_variant v WHERE v.product_id = p.id AND v.is_offered
      AND (v.available > 0 OR NOT %(in_stock)s)
    )
"""

# The newest recommendation by a friend of each product, and how many friends made one. Of
# closed accounts there is none among %(friends)s.
FRIENDS_PICKS = """
    SELECT e.product_id, max(e.created_at) AS said_at, count(*) AS people,
           (array_agg(e.id ORDER BY e.created_at DESC, e.id DESC))[1] AS endorsement_id
    FROM catalog_endorsement e
    WHERE e.person_id = ANY(%(friends)s) AND e.withdrawn_at IS NULL
      AND e.verdict = 'yes' AND e.visibility IN ('friends', 'everyone')
    GROUP BY e.product_id ORDER BY said_at DESC LIMIT %(most_picks)s
"""

# The same of anybody who said it to everyone, about one candidate ``c`` at a time: a short
# walk of an index for each, where a join would read every endorsement there is.
PUBLIC_PICK = """
    SELECT (array_agg(e.id ORDER BY e.created_at DESC, e.id DESC))[1] AS endorsement_id,
           count(*) AS people
    FROM catalog_endorsement e JOIN people_person w ON w.id = e.person_id AND w.is_active
    WHERE e.product_id = c.id AND e.withdrawn_at IS NULL AND e.verdict = 'yes'
      AND e.visibility = 'everyone'
      AND e.person_id <> ALL(%(blocked)s) AND e.person_id <> %(viewer)s
"""

# Of what very many friends recommend, the newest: nobody walks past two hundred and forty.
MOST_PICKS = 240


@dataclass(frozen=True, slots=True)
class Place:
    """One product's place in an answer, and the endorsement that says why it is there.

    ``of_new_shop``: it has one of the places kept for shops nobody could speak of yet.
    ``in_stock``: whether there was something left to buy, where that was asked.
    """

    product_id: int
    endorsement_id: int | None
    by_friend: bool
    of_new_shop: bool = False
    in_stock: bool = True


def viewer_of(user: Person | AnonymousUser) -> Person | None:
    """Return who is looking, or None for somebody we do not know."""
    return user if isinstance(user, Person) else None


def eyes_of(viewer: Person | None, *, for_order: bool = False) -> dict[str, Any]:
    """Return whose friends and blocks an answer is for, as parameters of its query.

    Args:
        viewer: who is looking, if we know.
        for_order: friends only move things up; who wants the same order as everybody has
            none then. Blocks hold for them all the same.
    """
    if viewer is None:
        return {"viewer": 0, "friends": [], "blocked": [], "most_picks": 0}
    by_friends = viewer.personalised or not for_order
    return {
        "viewer": viewer.pk,
        "friends": sorted(friend_ids(viewer.pk)) if by_friends else [],
        "blocked": sorted(blocked_ids(viewer.pk)),
        "most_picks": MOST_PICKS,
    }


def as_everybody(viewer: Person | None, eyes: dict[str, Any]) -> dict[str, Any]:
    """Return the same eyes without friends, for a viewer who wants everybody's order."""
    if viewer is None or viewer.personalised:
        return eyes
    return {**eyes, "friends": []}
