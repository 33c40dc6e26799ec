"""Naming: which listings name a registered brand, and which certificate covers each."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from catalog import brand_words
from catalog.models import Brand, Certificate, Naming, Product
from kit import clock
from kit.locks import locked

# The certificate that covers a naming now: valid, of this brand and shop, for this kind or this
# very product; of several the one that lasts longest.
BEST = """
(SELECT c.id FROM catalog_certificate c
 WHERE c.brand_id = n.brand_id AND c.shop_id = p.shop_id AND c.state = 'issued'
   AND c.starts_at <= %(now)s AND c.ends_at > %(now)s
   AND (c.category_id IS NULL OR c.category_id = p.category_id)
   AND (NOT c.for_products OR EXISTS (
     SELECT FROM catalog_certificate_products cp
     WHERE cp.certificate_id = c.id AND cp.product_id = p.id))
 ORDER BY c.ends_at DESC, c.id DESC LIMIT 1)
"""

COVER = f"""
WITH asked AS (
  SELECT n.id, n.certificate_id AS was, {BEST} AS best
  FROM catalog_naming n JOIN catalog_product p ON p.id = n.product_id
  WHERE n.product_id = ANY(%(products)s))
UPDATE catalog_naming n SET certificate_id = asked.best FROM asked
WHERE n.id = asked.id AND asked.was IS DISTINCT FROM asked.best
RETURNING n.id, n.product_id, asked.was, asked.best
"""  # noqa: S608  # our own words put together

# Names a brand that wants such listings held back, and nothing covers it.
UNCOVERED = Q(
    certificate=None,
    cleared_at=None,
    brand__state=Brand.State.VERIFIED,
    brand__policy=Brand.Policy.BLOCK,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A naming is covered by another certificate than before, or by none."""

    naming_id: int
    product_id: int
    was: int | None
    best: int | None


def note(*, product: Product, words: str) -> bool:
    """Write down which registered brands a listing names; return whether it names any.

    What a moderator let pass stays let pass while its words are the same.

    Args:
        product: locked by the caller.
        words: what rules read of it, ``screening.words_of``.
    """
    found = brand_words.named_in(words)
    known = {one.brand_id: one for one in product.namings.all()}
    if not found and not known:
        return False
    digest = hashlib.sha256(words.encode()).hexdigest()
    gone = set(known) - set(found)
    if gone:
        product.namings.filter(brand__in=gone).delete()
    for brand_id, word in found.items():
        one = known.get(brand_id)
        if one is None:
            Naming.objects.create(product=product, brand_id=brand_id, matched=word, digest=digest)
        elif one.digest != digest:
            one.matched, one.digest, one.cleared_at = word, digest, None
            one.save(update_fields=["matched", "digest", "cleared_at"])
    return bool(found)


def cover(product_ids: Collection[int]) -> list[Change]:
    """Let every naming of these products know the certificate that covers it now.

    The products are locked by the caller. Their certificates are locked here, after them:
    one that is being revoked is then either seen as revoked, or its revoker sees what we did.
    """
    ids = list(product_ids)
    named = Brand.objects.filter(namings__product__in=ids).values("pk")
    locked(
        Certificate.objects.valid(now=clock.now()).filter(
            brand__in=named, shop__in=Product.objects.filter(pk__in=ids).values("shop")
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(COVER, {"products": ids, "now": clock.now()})
        return [Change(*row) for row in cursor.fetchall()]


def uncovered(product: Product) -> QuerySet[Naming]:
    """Return what keeps a listing from being on sale: brands that block it, uncovered."""
    return product.namings.filter(UNCOVERED).select_related("brand").order_by("pk")


def clear(product: Product, *, brand_id: int | None) -> None:
    """Let a brand's words pass without a certificate: a moderator has looked at them."""
    product.namings.filter(UNCOVERED, brand=brand_id).update(cleared_at=clock.now())


def shown_of(product: Product) -> list[Naming]:
    """Return what a product's page says of brands: covered ones first; cleared ones not at all."""
    said = product.namings.filter(
        Q(certificate__isnull=False) | Q(cleared_at=None), brand__state=Brand.State.VERIFIED
    )
    return list(said.select_related("brand", "certificate").order_by("certificate", "pk"))
