"""Who shares a shop's goods, and what each has brought it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

from django.db import connection

from people.models import Person
from referrals.links import Face
from shops.models import Shop


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought to one shop; money in minor units of the shop.

    An order counts once it is paid, and costs what stands of its commissions, whoever they
    go to: the sharer, a charity, or the buyer as money off. A line ``received`` is ``kept``
    while nothing of it came back; of those with money off that is not known here.
    """

    links: int = 0
    clicks: int = 0
    orders: int = 0
    sales_minor: int = 0
    cost_minor: int = 0
    received: int = 0
    kept: int = 0

    @property
    def kept_bp(self) -> int:
        """How much of what was received is kept, in basis points of a whole per cent."""
        return self.kept * 100 // self.received * 100 if self.received else 0


@dataclass(frozen=True, slots=True)
class Sharer:
    """One person with links into a shop, and what they brought."""

    person_id: int
    public_id: str
    face: Face
    since: datetime
    brought: Brought


# What the links into one shop brought, by person: of all, of one, or of those removed.
PEOPLE = """
WITH linked AS (
  SELECT l.person_id, min(l.created_at) AS since, count(*) AS links
  FROM referrals_sharelink l
  WHERE l.shop_id = %(shop)s AND (%(person)s IS NULL OR l.person_id = %(person)s)
    AND (NOT %(removed)s OR EXISTS (
      SELECT 1 FROM referrals_removal r
      WHERE (r.shop_id, r.person_id) = (l.shop_id, l.person_id) AND r.undone_at IS NULL
    ))
  GROUP BY l.person_id
), clicked AS (
  SELECT l.person_id, sum(h.humans) AS clicks FROM referrals_clickhour h
  JOIN referrals_sharelink l ON l.id = h.link_id
  WHERE l.shop_id = %(shop)s AND (%(person)s IS NULL OR l.person_id = %(person)s)
  GROUP BY l.person_id
), earned AS (
  SELECT sharer_id AS person_id,
    count(DISTINCT attribution_id) FILTER (WHERE stands) AS orders,
    sum(goods_minor) FILTER (WHERE stands) AS sales_minor,
    sum(amount_minor - reversed_minor) FILTER (WHERE stands) AS cost_minor,
    count(*) FILTER (WHERE received_at IS NOT NULL) AS received,
    count(*) FILTER (WHERE received_at IS NOT NULL AND reversed_minor = 0) AS kept
  FROM (
    SELECT *, state IN ('pending', 'held', 'released')
        OR state = 'given' AND paid_at IS NOT NULL AS stands,
      base_minor - CASE WHEN state = 'given' THEN amount_minor ELSE 0 END AS goods_minor
    FROM referrals_commission
    WHERE shop_id = %(shop)s AND (%(person)s IS NULL OR sharer_id = %(person)s)
  ) commission
  GROUP BY sharer_id
), brought AS (
  SELECT person_id, since, links, coalesce(clicks, 0) AS clicks, coalesce(orders, 0) AS orders,
    coalesce(sales_minor, 0) AS sales_minor, coalesce(cost_minor, 0) AS cost_minor,
    coalesce(received, 0) AS received, coalesce(kept, 0) AS kept
  FROM linked LEFT JOIN clicked USING (person_id) LEFT JOIN earned USING (person_id)
)
"""

RANKED = """
SELECT p.id, p.public_id, p.name, p.avatar, since,
  links, clicks, orders, sales_minor, cost_minor, received, kept
FROM brought JOIN people_person p ON p.id = person_id
ORDER BY cost_minor DESC, clicks DESC, p.id
LIMIT %(most)s OFFSET %(after)s
"""

SUMMED = """
SELECT count(*), coalesce(sum(links), 0), coalesce(sum(clicks), 0), coalesce(sum(orders), 0),
  coalesce(sum(sales_minor), 0), coalesce(sum(cost_minor), 0),
  coalesce(sum(received), 0), coalesce(sum(kept), 0)
FROM brought
"""

GOODS = """
SELECT p.public_id, p.title, count(DISTINCT c.attribution_id) FILTER (WHERE c.stands),
  coalesce(sum(c.goods_minor) FILTER (WHERE c.stands), 0),
  coalesce(sum(c.amount_minor - c.reversed_minor) FILTER (WHERE c.stands), 0),
  count(c.id) FILTER (WHERE c.received_at IS NOT NULL),
  count(c.id) FILTER (WHERE c.received_at IS NOT NULL AND c.reversed_minor = 0)
FROM (
  SELECT product_id FROM referrals_sharelink
  WHERE shop_id = %(shop)s AND person_id = %(person)s
  UNION
  SELECT product_id FROM referrals_commission
  WHERE shop_id = %(shop)s AND sharer_id = %(person)s
) shared
JOIN catalog_product p ON p.id = shared.product_id
LEFT JOIN (
  SELECT *, state IN ('pending', 'held', 'released')
      OR state = 'given' AND paid_at IS NOT NULL AS stands,
    base_minor - CASE WHEN state = 'given' THEN amount_minor ELSE 0 END AS goods_minor
  FROM referrals_commission
  WHERE shop_id = %(shop)s AND sharer_id = %(person)s
) c ON c.product_id = p.id
GROUP BY p.id
ORDER BY 4 DESC, p.id DESC
LIMIT %(most)s
"""


class Ranking(Sequence[Sharer]):
    """A shop's sharers, who brought most first; reads no more of them than are looked at."""

    def __init__(self, shop: Shop, *, removed: bool = False) -> None:
        self._wanted = _wanted(shop, removed=removed)
        self.count_all, self.total = _summed(self._wanted)

    def __len__(self) -> int:
        return self.count_all

    @overload
    def __getitem__(self, place: int) -> Sharer: ...
    @overload
    def __getitem__(self, place: slice) -> list[Sharer]: ...
    def __getitem__(self, place: int | slice) -> Sharer | list[Sharer]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        first, last, _step = place.indices(self.count_all)
        return list(_ranked(self._wanted, most=last - first, after=first))


def everybody(shop: Shop) -> Iterator[Sharer]:
    """Yield every sharer of a shop, who brought most first; one statement."""
    return _ranked(_wanted(shop), most=None, after=0)


def brought_by(shop: Shop, person: Person) -> Brought:
    """Return what one person brought to one shop."""
    return _summed(_wanted(shop, person_id=person.pk))[1]


@dataclass(frozen=True, slots=True)
class Good:
    """One product somebody shares or brought a sale of, and what they brought of it."""

    public_id: str
    title: str
    brought: Brought


def goods_of(shop: Shop, person: Person, *, most: int) -> list[Good]:
    """Return what one person shares or sold of a shop's products, the best sold first.

    A link brings a buyer to the whole shop, so what they buy may be another product.
    """
    with connection.cursor() as cursor:
        cursor.execute(GOODS, {"shop": shop.pk, "person": person.pk, "most": most})
        return [
            Good(code, title, Brought(0, 0, *map(int, figures)))
            for code, title, *figures in cursor.fetchall()
        ]


def _wanted(shop: Shop, *, person_id: int | None = None, removed: bool = False) -> dict[str, Any]:
    return {"shop": shop.pk, "person": person_id, "removed": removed}


def _summed(wanted: dict[str, Any]) -> tuple[int, Brought]:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE + SUMMED, wanted)
        count, *figures = cursor.fetchone()
    return int(count), Brought(*map(int, figures))


def _ranked(wanted: dict[str, Any], *, most: int | None, after: int) -> Iterator[Sharer]:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE + RANKED, wanted | {"most": most, "after": after})
        rows = cursor.fetchall()
    for person_id, public_id, name, avatar, since, *figures in rows:
        brought = Brought(*map(int, figures))
        yield Sharer(person_id, public_id, Face(name, avatar), since, brought)
