"""Following a shop, to hear of its new goods."""

from __future__ import annotations

from people.models import Person
from shops.models import Follow, Shop


def follow(*, person: Person, shop: Shop) -> Follow:
    """Follow ``shop``; following twice is following once."""
    return Follow.objects.get_or_create(person=person, shop=shop)[0]


def unfollow(*, person: Person, shop: Shop) -> None:
    """Stop following ``shop``, if one did."""
    Follow.objects.filter(person=person, shop=shop).delete()
