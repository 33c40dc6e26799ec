"""What a shop pays its sharers: its own rate, and those of single products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from audit.recording import record
from catalog import bodies
from catalog.models import Product
from kit.locks import locked
from people.models import Person
from shops.models import Shop, Terms


class RatesMoved(Exception):
    """Somebody else changed the rates since they were looked at; nothing was written."""


@dataclass(frozen=True, slots=True)
class Rates:
    """A shop's rate, and those of some of its products by id; None has the shop's."""

    default_bp: int
    own: Mapping[int, int | None]


@transaction.atomic
def set_rates(
    *,
    shop: Shop,
    default_bp: int,
    own: Mapping[int, int | None],
    by: Person,
    seen: Rates | None = None,
) -> bool:
    """Write the shop's rate and those of the products named; say whether any differed.

    Whoever has a product in their bag whose rate changed is asked to look again. Orders
    already placed keep theirs.

    Args:
        shop: whose rates; products of others in ``own`` are passed over.
        default_bp: of every product without a rate of its own.
        own: a product's own rate by its id; None lets it have the shop's.
        by: the owner, whose act is kept for good.
        seen: what was stored when they were looked at.

    Raises:
        RatesMoved: it is no longer so.
    """
    terms = locked(Terms.objects.filter(shop=shop))[0]
    goods = locked(Product.objects.filter(shop=shop).only("pk", "public_id", "commission_bp"))
    if seen is not None and not _is_so(seen, terms, goods):
        raise RatesMoved(shop.pk)
    changed = [one for one in goods if own.get(one.pk, one.commission_bp) != one.commission_bp]
    default_differs = terms.commission_bp != default_bp
    if not changed and not default_differs:
        return False
    before = _told(terms.commission_bp, {one.public_id: one.commission_bp for one in changed})
    after = _told(default_bp, {one.public_id: own[one.pk] for one in changed})
    moved = {one.pk for one in changed}
    if default_differs:
        Terms.objects.filter(pk=terms.pk).update(commission_bp=default_bp)
        moved |= {one.pk for one in goods if own.get(one.pk, one.commission_bp) is None}
    for rate_bp in {own[one.pk] for one in changed}:
        having = [one.pk for one in changed if own[one.pk] == rate_bp]
        Product.objects.filter(pk__in=having).update(commission_bp=rate_bp)
    Product.objects.filter(pk__in=moved).update(version=F("version") + 1)
    bodies.forget_shop(shop.pk)
    record(
        actor=f"person:{by.pk}",
        act="shop.rates_changed",
        subject=f"shop:{shop.pk}",
        before=before,
        after=after,
    )
    return True


def _is_so(seen: Rates, terms: Terms, goods: Iterable[Product]) -> bool:
    stored = {one.pk: one.commission_bp for one in goods}
    as_seen = all(stored.get(pk, bp) == bp for pk, bp in seen.own.items())
    return as_seen and terms.commission_bp == seen.default_bp


def _told(default_bp: int, own: Mapping[str, int | None]) -> dict[str, Any]:
    return {"commission_bp": default_bp, "products": dict(own)}
