"""More like this: what other products share words or a kind with one."""

from __future__ import annotations

from django.db import connection

from catalog import words
from catalog.models import Product
from discovery.shown import SHOWN, Place, eyes_of
from people.models import Person

MOST = 24
MOST_WORDS = 8
# Of a common word the newest few hundred are looked at, and of a kind the newest hundred:
# beyond them is the search.
LOOKED_AT = 400
OF_A_KIND = 100

# Friends' picks first; then what shares most words, and what stands behind it. What a product
# pays a sharer is not asked.
RANKING = f"""
WITH by_words AS MATERIALIZED (
  SELECT id FROM catalog_product WHERE search @@ to_tsquery('simple', %(any)s)
  LIMIT %(looked_at)s
),
by_kind AS MATERIALIZED (
  SELECT id FROM catalog_product
  WHERE category_id = %(category)s AND state = 'live' ORDER BY published_at DESC LIMIT %(of_a_kind)s
)
SELECT near.id FROM (
  SELECT p.id, ts_rank(p.search, to_tsquery('simple', %(any)s)) AS fit FROM {SHOWN}
  AND p.id IN (TABLE by_words UNION TABLE by_kind) AND p.id <> %(product)s
) near
ORDER BY EXISTS (
  SELECT 1 FROM catalog_endorsement e
  WHERE e.product_id = near.id AND e.person_id = ANY(%(friends)s)
    AND e.withdrawn_at IS NULL AND e.verdict = 'yes'
    AND e.visibility IN ('friends', 'everyone')
) DESC, near.fit * (1 + least(coalesce(
  (SELECT score FROM catalog_itemscore WHERE product_id = near.id), 0), 5.0) / 10.0) DESC,
near.id DESC
LIMIT %(most)s
"""  # noqa: S608 -- made of this room's own constants


def places(viewer: Person | None, product: Product) -> list[Place]:
    """Return what is like ``product``, nearest first; one ranking query."""
    plain = [word for word in words.cut(product.title) if word.isalnum() and not word.isdigit()]
    # The longest words say most about a thing.
    telling = sorted(dict.fromkeys(plain), key=len, reverse=True)[:MOST_WORDS]
    asked = {
        **eyes_of(viewer, for_order=True),
        "in_stock": True,
        "any": " | ".join(f"'{word}'" for word in telling),
        "category": product.category_id,
        "product": product.pk,
        "looked_at": LOOKED_AT,
        "of_a_kind": OF_A_KIND,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(RANKING, asked)
        return [Place(product_id, None, by_friend=False) for (product_id,) in cursor.fetchall()]
