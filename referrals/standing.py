"""Who shares a shop's goods, and what each has brought it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from referrals.links import Face
from shops.models import Shop


@dataclass(frozen=True, slots=True)
class Sharer:
    """One person's links into one shop, added up; money in minor units of the shop."""

    face: Face
    links: int
    clicks: int
    orders: int
    sales_minor: int
    cost_minor: int


# An order counts once it is paid. What it cost is what stands of its commissions.
SHARERS = """
SELECT p.name, p.avatar, link.links, coalesce(clicked.clicks, 0), coalesce(earned.orders, 0),
       coalesce(earned.sales_minor, 0), coalesce(earned.cost_minor, 0)
FROM (
  SELECT person_id, count(*) AS links FROM referrals_sharelink WHERE shop_id = %(shop)s
  GROUP BY person_id
) link
JOIN people_person p ON p.id = link.person_id
LEFT JOIN (
  SELECT l.person_id, sum(h.humans) AS clicks FROM referrals_clickhour h
  JOIN referrals_sharelink l ON l.id = h.link_id WHERE l.shop_id = %(shop)s
  GROUP BY l.person_id
) clicked ON clicked.person_id = link.person_id
LEFT JOIN (
  SELECT sharer_id, count(DISTINCT attribution_id) AS orders, sum(base_minor) AS sales_minor,
         sum(amount_minor - reversed_minor) AS cost_minor
  FROM referrals_commission
  WHERE shop_id = %(shop)s AND state IN ('pending', 'held', 'released')
  GROUP BY sharer_id
) earned ON earned.sharer_id = link.person_id
ORDER BY 7 DESC, 4 DESC, p.id
LIMIT %(most)s
"""


def sharers_of(shop: Shop, *, most: int = 200) -> list[Sharer]:
    """Return who shares this shop, who brought most first; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(SHARERS, {"shop": shop.pk, "most": most})
        return [
            Sharer(Face(name, avatar), *(int(figure) for figure in figures))
            for name, avatar, *figures in cursor.fetchall()
        ]
