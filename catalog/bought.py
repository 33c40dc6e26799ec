"""Purchases as others may know of them: each kept one says who, and starts as its buyer wishes.

A purchase is its buyer's own until they say otherwise. Whoever speaks of a thing in words is
known to have it by whoever may read those words (``catalog.witnesses``); here stands the rest.
"""

from __future__ import annotations

from django.db.models import Max, QuerySet

from catalog.models import Product, Receipt
from people import trust
from people.models import Audience, Person

SHOWN = (Audience.FRIENDS, Audience.EVERYONE)


def starts_as(person: Person | None, product_id: int) -> str:
    """Return who may know of a new purchase: as that of the same thing before, or as wished."""
    if person is None:
        return Audience.ME
    before = Receipt.objects.filter(person=person, product_id=product_id).order_by("-pk").first()
    return before.seen_by if before else person.purchases_seen_by


def show(*, person: Person, product_id: int, seen_by: str) -> int:
    """Say who may know that a person has a product; return how many purchases that says."""
    return Receipt.objects.filter(person=person, product_id=product_id).update(seen_by=seen_by)


def kept_by(person: Person) -> QuerySet[Receipt]:
    """Return what a person bought and kept, each product once, the latest first."""
    mine = _kept().filter(person=person)
    latest = mine.order_by().values("product").annotate(latest=Max("pk")).values("latest")
    return _kept().filter(pk__in=latest).select_related("product__shop").order_by("-pk")


def seen_of(viewer: Person | None, person: Person) -> QuerySet[Receipt]:
    """Return what somebody bought, kept and lets ``viewer`` know of, while it is on sale.

    Nothing for whom a block, either way, parts from them.
    """
    found = kept_by(person).filter(product__in=Product.objects.on_sale())
    if viewer is not None and person.pk in trust.blocked_ids(viewer.pk):
        return found.none()
    is_friend = viewer is not None and trust.are_friends(viewer, person)
    return found.filter(seen_by__in=SHOWN if is_friend else [Audience.EVERYONE])


def friends_who_bought(viewer: Person | None, product_id: int) -> list[Person]:
    """Return the friends who kept a product and let friends know of it, by name."""
    if viewer is None:
        return []
    theirs = _kept().filter(product_id=product_id, seen_by__in=SHOWN)
    friends = trust.friends_of(viewer).filter(pk__in=theirs.values("person"))
    return list(friends.order_by("name", "pk"))


def _kept() -> QuerySet[Receipt]:
    """Return what was paid for and kept; a gift is its giver's purchase, and theirs to tell."""
    return Receipt.objects.filter(returned_at=None, given_by=None).exclude(person=None)
