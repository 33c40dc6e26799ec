"""Following a shop, to hear of its new goods."""

from __future__ import annotations

from django.db.models import QuerySet

from people.models import Person
from people.trust import blocked_ids
from shops.models import Follow, Shop


def follow(*, person: Person, shop: Shop) -> Follow:
    """Follow ``shop``; following twice is following once."""
    return Follow.objects.get_or_create(person=person, shop=shop)[0]


def unfollow(*, person: Person, shop: Shop) -> None:
    """Stop following ``shop``, if one did."""
    Follow.objects.filter(person=person, shop=shop).delete()


def followed_by(person: Person) -> QuerySet[Shop]:
    """Return the open shops a person follows, the latest first.

    Left out are those of people who blocked them or whom they blocked.
    """
    followed = Shop.objects.open().filter(follows__person=person)
    here = followed.exclude(owner_id__in=blocked_ids(person.pk))
    return here.order_by("-follows__since", "pk")
