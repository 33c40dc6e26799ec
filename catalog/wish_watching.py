"""Watching what is wished for: who hears when it comes back or gets cheaper, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, Q

from catalog.models import Product, Variant, WishedProduct
from kit import clock
from notifications.telling import News, tell_many
from shops.models import Shop

BACK, CHEAPER = "wish_back", "wish_cheaper"

# Less of a drop is not worth a notice.
LEAST_DROP_PERCENT = 5

# A price that was put up counts as the usual one only after a month. Whoever raises it on
# Monday to lower it on Tuesday has lowered nothing, and nobody is told that they have.
USUAL_AFTER = timedelta(days=30)

# One person hears of five wishes a day, and one product is told to a thousand of those who
# wished for it first: it would be sold out before more of them had looked.
MOST_A_DAY = 5
MOST_TOLD = 1_000
MOST_A_SWEEP = 200

MOVED = """
SELECT w.id, w.product_id, p.title, p.public_id, w.least_minor, w.in_stock,
       present.least_minor, present.in_stock
FROM catalog_wishedproduct w
JOIN catalog_product p ON p.id = w.product_id
JOIN shops_shop s ON s.id = p.shop_id
CROSS JOIN LATERAL (
  SELECT coalesce(min(v.price_minor) FILTER (WHERE v.available > 0), min(v.price_minor),
                  w.least_minor) AS least_minor,
         p.state = 'live' AND s.state = 'open' AND coalesce(max(v.available) > 0, false) AS in_stock
  FROM catalog_variant v WHERE v.product_id = p.id AND v.is_offered
) present
WHERE present.in_stock <> w.in_stock
   OR present.in_stock AND present.least_minor * 100 <= w.least_minor * (100 - %(drop)s)
   OR present.in_stock AND present.least_minor > w.least_minor AND w.looked_at < %(usual)s
ORDER BY w.id LIMIT %(most)s
"""

# Who wished for it, and who follows a list it is on and may still see that list.
LISTENERS = """
SELECT h.person_id FROM (
  SELECT l.person_id, l.person_id AS owner_id, w.wished_at AS since
  FROM catalog_wish w JOIN catalog_wishlist l ON l.id = w.wish_list_id
  WHERE w.product_id = %(product)s
  UNION ALL
  SELECT f.person_id, l.person_id, f.since
  FROM catalog_wish w JOIN catalog_wishlist l ON l.id = w.wish_list_id
  JOIN catalog_wishfollow f ON f.wish_list_id = l.id
  WHERE w.product_id = %(product)s AND (l.seen_by = 'everyone' OR l.seen_by = 'friends' AND EXISTS (
    SELECT 1 FROM people_friendship s
    WHERE (s.low_id, s.high_id)
        = (least(f.person_id, l.person_id), greatest(f.person_id, l.person_id))))
) h
JOIN people_person w ON w.id = h.person_id AND w.is_active
JOIN people_person o ON o.id = h.owner_id AND o.is_active
JOIN catalog_product p ON p.id = %(product)s
JOIN shops_shop s ON s.id = p.shop_id
WHERE NOT EXISTS (
  SELECT 1 FROM people_block b
  WHERE (b.blocker_id = h.person_id AND b.blocked_id IN (h.owner_id, s.owner_id))
     OR (b.blocked_id = h.person_id AND b.blocker_id IN (h.owner_id, s.owner_id))
) AND (
  SELECT count(*) FROM notifications_notice n
  WHERE n.person_id = h.person_id AND n.created_at > %(yesterday)s AND n.kind = ANY(%(kinds)s)
) < %(most_a_day)s
GROUP BY h.person_id ORDER BY min(h.since), h.person_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Move:
    """A wished product that stands otherwise than when it was last looked at."""

    wished_id: int
    product_id: int
    title: str
    public_id: str
    was_minor: int
    was_in_stock: bool
    least_minor: int
    in_stock: bool

    @property
    def kind(self) -> str:
        """What is told of it; empty when it is nothing to tell."""
        if not self.in_stock:
            return ""
        if not self.was_in_stock:
            return BACK
        return CHEAPER if self.least_minor < self.was_minor else ""


def standing_of(product: Product) -> tuple[int, bool]:
    """Return the lowest price a product is offered at, and whether it can be bought now."""
    offered = Variant.objects.filter(product=product, is_offered=True)
    found = offered.aggregate(
        in_stock=Min("price_minor", filter=Q(available__gt=0)),
        any=Min("price_minor"),
        pieces=Max("available"),
    )
    is_open = Shop.objects.open().filter(pk=product.shop_id).exists()
    on_sale = product.state == Product.State.LIVE and is_open
    return found["in_stock"] or found["any"] or 0, on_sale and bool(found["pieces"])


def look() -> int:
    """Look at what is wished for, tell of what moved, and return how many products did."""
    now = clock.now()
    asked = {
        "drop": LEAST_DROP_PERCENT,
        "usual": now - USUAL_AFTER,
        "most": MOST_A_SWEEP,
    }
    moves = [Move(*row) for row in _rows(MOVED, asked)]
    return sum(_moved(move) for move in moves)


@transaction.atomic
def _moved(move: Move) -> bool:
    """Write down how a product stands now, and tell; whether nobody else did so meanwhile."""
    now = clock.now()
    # A higher price does not count yet while the lower one is the usual one.
    is_drop = move.least_minor < move.was_minor
    was = WishedProduct.objects.filter(
        pk=move.wished_id, least_minor=move.was_minor, in_stock=move.was_in_stock
    )
    row = was.select_for_update().first()
    if row is None:
        return False
    if is_drop or row.looked_at < now - USUAL_AFTER:
        row.least_minor, row.looked_at = move.least_minor, now
    row.in_stock = move.in_stock
    row.save(update_fields=["least_minor", "in_stock", "looked_at"])
    if move.kind:
        _tell(move)
    return True


def _tell(move: Move) -> None:
    now = clock.now()
    asked = {
        "product": move.product_id,
        "yesterday": now - timedelta(days=1),
        "kinds": [BACK, CHEAPER],
        "most_a_day": MOST_A_DAY,
        "most": MOST_TOLD,
    }
    tell_many(
        [
            News(
                person_id=person_id,
                kind=move.kind,
                key=f"{move.product_id}:{now:%Y-%m-%d}",
                data={"product": move.title},
                path=f"/p/{move.public_id}",
            )
            for (person_id,) in _rows(LISTENERS, asked)
        ]
    )


def _rows(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
