"""Minding: what time does to certificates, found and done by one sweep."""

from __future__ import annotations

import math
from datetime import timedelta

from django.db import connection, transaction

from audit.recording import record
from catalog import brand_flags, brand_news, brand_reading, brand_settling, brands
from catalog.models import Brand, Certificate
from catalog.naming import BEST
from catalog.states import CERTIFICATE_MAY_BECOME
from kit import clock
from kit.locks import locked
from kit.sweeping import one_by_one
from notifications.telling import tell_many

# How long before its end a shop is told: time to ask for another one, and a last word.
# Our own choice; longer than the week in which most people answer a letter.
WARNINGS = {1: "certificate_ends_tomorrow", 14: "certificate_ends_soon"}
A_DAY = timedelta(days=1)
MOST_AT_ONCE = 2_000  # listings; the next beat goes on

# Listings that are not where their certificates put them.
UNSETTLED = f"""
WITH standing AS (
  SELECT n.product_id, n.certificate_id AS noted, {BEST} AS best, n.taken_down_at, p.state,
    b.state = 'verified' AND b.policy = 'block' AND n.cleared_at IS NULL AS blocks
  FROM catalog_naming n
  JOIN catalog_product p ON p.id = n.product_id
  JOIN catalog_brand b ON b.id = n.brand_id
  WHERE p.state IN ('live', 'held') OR n.taken_down_at IS NOT NULL)
SELECT product_id FROM standing s
WHERE noted IS DISTINCT FROM best
   OR (state = 'live' AND blocks AND best IS NULL)
   OR (state = 'unlisted' AND taken_down_at IS NOT NULL AND best IS NOT NULL
     AND NOT EXISTS (
       SELECT FROM standing f
       WHERE f.product_id = s.product_id AND f.taken_down_at IS NOT NULL AND f.best IS NULL)
     AND EXISTS (
       SELECT FROM catalog_variant v WHERE v.product_id = s.product_id AND v.is_offered))
   OR (state = 'held' AND blocks AND best IS NULL AND NOT EXISTS (
     SELECT FROM catalog_hold h
     WHERE h.product_id = s.product_id AND h.state = 'waiting' AND h.cause = 'brand'))
UNION
SELECT h.product_id FROM catalog_hold h
WHERE h.state = 'waiting' AND h.cause = 'brand' AND NOT EXISTS (
  SELECT FROM standing s WHERE s.product_id = h.product_id AND s.blocks AND s.best IS NULL)
ORDER BY product_id LIMIT %(most)s
"""  # noqa: S608  # our own words put together


def mind() -> int:
    """End what is over, warn of what ends soon, and let the listings follow.

    Returns:
        How many listings had to be moved.
    """
    end_what_is_over()
    warn()
    closed = Brand.objects.filter(state=Brand.State.CLOSED, namings__isnull=False)
    one_by_one(brands.forget_namings, list(closed.values_list("pk", flat=True).distinct()))
    one_by_one(
        brand_reading.read,
        list(brand_reading.unread(now=clock.now()).values_list("pk", flat=True)),
    )
    product_ids = unsettled()
    one_by_one(brand_settling.settle, brand_settling.in_batches(product_ids))
    if product_ids:  # what a batch could not do keeps only itself waiting
        left = set(product_ids).intersection(unsettled())
        one_by_one(brand_settling.settle, [[product_id] for product_id in sorted(left)])
    brand_flags.look()
    return len(product_ids)


def unsettled() -> list[int]:
    """Return the listings that must move, in one statement; no more than one beat can do."""
    with connection.cursor() as cursor:
        cursor.execute(UNSETTLED, {"now": clock.now(), "most": MOST_AT_ONCE})
        return [row for (row,) in cursor.fetchall()]


@transaction.atomic
def end_what_is_over() -> int:
    """End the certificates whose time is up, in one statement, and tell their shops."""
    now = clock.now()
    over = locked(Certificate.objects.over(now=now))
    ids = [one.pk for one in over]
    Certificate.objects.filter(
        pk__in=ids, state__in=CERTIFICATE_MAY_BECOME[Certificate.State.ENDED]
    ).update(state=Certificate.State.ENDED, over_at=now)
    _tell(ids, "certificate_ended")
    for one in ids:  # last, because the chain is held until this transaction ends
        record(actor="house", act="certificate.ended", subject=f"certificate:{one}")
    return len(ids)


@transaction.atomic
def warn() -> int:
    """Tell shops of certificates that end within 14 days, and within one; each once."""
    now, told = clock.now(), 0
    for days, kind in WARNINGS.items():
        ending = Certificate.objects.ending(before=now + days * A_DAY).exclude(
            warned_days__lte=days
        )
        ids = [one.pk for one in locked(ending)]
        Certificate.objects.filter(pk__in=ids).update(warned_days=days)
        _tell(ids, kind)
        told += len(ids)
    return told


def _tell(ids: list[int], kind: str) -> None:
    now = clock.now()
    rows = Certificate.objects.filter(pk__in=ids).select_related("brand", "shop__owner")
    tell_many(
        [
            brand_news.about_certificate(
                one, kind, days=max(0, math.ceil((one.ends_at - now) / A_DAY))
            )
            for one in rows
        ]
    )
