"""People who speak of a product: made quickly, with receipts as old as a test wants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import count

from catalog import endorsing
from catalog.models import Endorsement
from kit import clock
from people.models import Friendship, Person

_numbers = count(1)


def person() -> Person:
    number = next(_numbers)
    return Person.objects.create_user(name=f"顾客{number}", email=f"speaks{number}@example.test")


def people(how_many: int) -> list[Person]:
    return [person() for _ in range(how_many)]


def befriend(a: Person, b: Person, *, days: int = 30) -> Friendship:
    low, high = sorted([a, b], key=lambda one: one.pk)
    return Friendship.objects.create(low=low, high=high, since=clock.now() - timedelta(days=days))


def befriend_all(these: Iterable[Person]) -> None:
    these = list(these)
    for place, one in enumerate(these):
        for other in these[place + 1 :]:
            befriend(one, other)


def received(who: Person, product, *, days_ago: int = 30, paid_minor: int = 6800, **origin):
    at = clock.now() - timedelta(days=days_ago)
    return endorsing.receive(
        line_key=f"spoken:{next(_numbers)}",
        person=who,
        product_id=product.pk,
        variant_id=product.variants.get().pk,
        quantity=1,
        net_paid_minor=paid_minor,
        received_at=at,
        keeps_from=at + timedelta(days=7),
        origin=endorsing.Origin(**origin),
    )


def say(who: Person, product, *, verdict: str = "yes", **how) -> Endorsement:
    said = {"words": "", "visibility": "everyone", "language": "zh-hans"} | how
    return endorsing.endorse(person=who, product=product, verdict=verdict, **said)


def received_and_said(who: Person, product, *, verdict: str = "yes", **how) -> Endorsement:
    origin = {name: how.pop(name) for name in ("days_ago", "paid_minor", "marks") if name in how}
    received(who, product, **origin)
    return say(who, product, verdict=verdict, **how)
