"""Bought near you: what several people of one's circles bought and kept, and nobody's name."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from discovery.shown import SHOWN, Place, eyes_of
from kit import clock
from people.models import Person

# Fewer than three could be told from each other; and where fewer than three did not buy it,
# it would be known of each of the others that they did.
FEWEST = 3
WITHIN = timedelta(days=180)
MOST = 8

# Only purchases count that their buyers let others know of: who fills a circle with accounts
# of their own could else make one buyer the third, and read from the page what they keep to
# themselves.
RANKING = f"""
WITH near AS MATERIALIZED (
  SELECT DISTINCT m.person_id FROM people_circlemember own
  JOIN people_circle c ON c.id = own.circle_id AND c.state = 'open'
  JOIN people_circlemember m ON m.circle_id = own.circle_id AND m.state = 'member'
  JOIN people_person w ON w.id = m.person_id AND w.is_active
  WHERE own.person_id = %(viewer)s AND own.state = 'member'
    AND m.person_id <> %(viewer)s AND m.person_id <> ALL(%(blocked)s)
),
bought AS (
  SELECT r.product_id, count(DISTINCT r.person_id) AS people FROM catalog_receipt r
  WHERE r.person_id IN (SELECT person_id FROM near) AND r.returned_at IS NULL
    AND r.seen_by <> 'me'
    AND r.keeps_from <= %(now)s AND r.received_at > %(since)s
  GROUP BY r.product_id
  HAVING count(DISTINCT r.person_id)
         BETWEEN %(fewest)s AND (SELECT count(*) FROM near) - %(fewest)s
)
SELECT b.product_id FROM bought b JOIN (SELECT p.id FROM {SHOWN}) shown ON shown.id = b.product_id
ORDER BY b.people DESC, b.product_id DESC LIMIT %(most)s
"""  # noqa: S608 -- made of this room's own constants


def places(viewer: Person) -> list[Place]:
    """Return what at least three people of the viewer's circles kept, most bought first."""
    if not viewer.personalised:
        return []
    now = clock.now()
    asked = {
        **eyes_of(viewer),
        "in_stock": True,
        "now": now,
        "since": now - WITHIN,
        "fewest": FEWEST,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(RANKING, asked)
        return [Place(product_id, None, by_friend=False) for (product_id,) in cursor.fetchall()]
