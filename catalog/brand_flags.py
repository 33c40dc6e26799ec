"""Flags: listings that go beyond their certificate, told to the brand's owner and the vendor."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from catalog import brand_news
from catalog.models import BrandFlag, Certificate, Naming
from kit import clock
from notifications.telling import tell_many

# What is on sale under a certificate and goes beyond it. A shop that says nothing of where it
# is cannot be outside of anywhere.
BEYOND = """
SELECT n.certificate_id, n.product_id, 'price' AS kind
FROM catalog_naming n
JOIN catalog_certificate c ON c.id = n.certificate_id
JOIN catalog_product p ON p.id = n.product_id AND p.state = 'live'
WHERE EXISTS (
  SELECT FROM catalog_variant v WHERE v.product_id = p.id AND v.is_offered
    AND (v.price_minor < c.price_min_minor OR v.price_minor > c.price_max_minor))
UNION ALL
SELECT n.certificate_id, n.product_id, 'area'
FROM catalog_naming n
JOIN catalog_certificate c ON c.id = n.certificate_id AND jsonb_array_length(c.areas) > 0
JOIN catalog_product p ON p.id = n.product_id AND p.state = 'live'
JOIN shops_shop s ON s.id = p.shop_id AND s.place <> ''
WHERE NOT EXISTS (
  SELECT FROM jsonb_array_elements_text(c.areas) area
  WHERE strpos(lower(s.place), lower(area)) > 0)
"""

SEE = f"""
INSERT INTO catalog_brandflag (certificate_id, product_id, kind, seen_at)
SELECT certificate_id, product_id, kind, %(now)s FROM ({BEYOND}) beyond
ON CONFLICT (certificate_id, product_id, kind) WHERE gone_at IS NULL DO NOTHING
RETURNING id
"""  # noqa: S608  # our own words put together

# A flag of a channel stays as long as the listing is sold under that certificate.
LET_GO = f"""
UPDATE catalog_brandflag f SET gone_at = %(now)s
WHERE f.gone_at IS NULL AND NOT EXISTS (
  SELECT FROM ({BEYOND}) beyond
  WHERE beyond.certificate_id = f.certificate_id AND beyond.product_id = f.product_id
    AND beyond.kind = f.kind)
  AND NOT (f.kind = 'channel' AND EXISTS (
    SELECT FROM catalog_naming n
    WHERE n.certificate_id = f.certificate_id AND n.product_id = f.product_id))
"""  # noqa: S608  # our own words put together


@transaction.atomic
def look() -> int:
    """Flag what goes beyond its certificate, let go what no longer does; return how many new.

    Two statements, however many listings there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(LET_GO, {"now": clock.now()})
        cursor.execute(SEE, {"now": clock.now()})
        fresh = [row for (row,) in cursor.fetchall()]
    _tell(fresh)
    return len(fresh)


@transaction.atomic
def shown_in(*, channel: str, product_ids: Iterable[int]) -> int:
    """Flag listings that were opened from a channel their certificate leaves out.

    The room that counts clicks tells it; return how many are new.
    """
    bound = Naming.objects.filter(
        product__in=list(product_ids), certificate__state=Certificate.State.ISSUED
    ).exclude(certificate__channels=[])
    beyond = bound.exclude(certificate__channels__contains=[channel])
    fresh = []
    for certificate_id, product_id in beyond.values_list("certificate", "product"):
        flag, created = BrandFlag.objects.get_or_create(
            certificate_id=certificate_id,
            product_id=product_id,
            kind=BrandFlag.Kind.CHANNEL,
            gone_at=None,
        )
        fresh += [flag.pk] if created else []
    _tell(fresh)
    return len(fresh)


def _tell(flag_ids: list[int]) -> None:
    flags = BrandFlag.objects.filter(pk__in=flag_ids).select_related(
        "product", "certificate__brand__owner", "certificate__shop__owner"
    )
    tell_many([news for flag in flags for news in brand_news.flagged(flag)])
