"""Chains of re-shares: by whom a recommendation came, told only by people who agreed.

Provenance and nothing else: no commission, rate or attribution may ever read it, and a
house test keeps this module out of the code that pays.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from referrals.models import ShareLink
from referrals.touches import Touch

# Further back than this nobody knows anybody any more.
MOST_NAMED = 3

# Only the nearest ten are walked: a chain can be long, and a page asks for three names.
THROUGH = """
WITH RECURSIVE chain AS (
  SELECT link.id, link.parent_id, link.person_id, link.may_be_named, 0 AS far
  FROM referrals_sharelink link WHERE link.id = %(link)s
  UNION ALL
  SELECT link.id, link.parent_id, link.person_id, link.may_be_named, chain.far + 1
  FROM chain JOIN referrals_sharelink link ON link.id = chain.parent_id WHERE chain.far < 10
)
SELECT person.name FROM chain JOIN people_person person ON person.id = chain.person_id
WHERE chain.far > 0 AND chain.may_be_named AND person.is_active
  AND person.id <> (SELECT person_id FROM chain WHERE far = 0)
ORDER BY chain.far LIMIT %(most)s
"""


def names_through(link: ShareLink) -> tuple[str, ...]:
    """Return the people by whom this link's maker came to the product, nearest first.

    Only those who may be named; no query for a link that came from nobody's.
    """
    if link.parent_id is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(THROUGH, {"link": link.pk, "most": MOST_NAMED})
        return tuple(name for (name,) in cursor.fetchall())


def parent_for(*, person_id: int, product_id: int, touches: Iterable[Touch]) -> int | None:
    """Return the link by which this person last came to this product, another one's."""
    clicked = [touch.link_id for touch in sorted(touches, key=_newest_first)]
    if not clicked:
        return None
    others = ShareLink.objects.filter(pk__in=clicked, product=product_id)
    known = set(others.exclude(person=person_id).values_list("pk", flat=True))
    return next((link_id for link_id in clicked if link_id in known), None)


def _newest_first(touch: Touch) -> float:
    return -touch.at.timestamp()
