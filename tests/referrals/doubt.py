"""Sales in numbers, and signs of fraud in them, for the tests of the rules."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from kit import clock
from people.models import Person
from referrals import click_ids, evidence, storing
from referrals.facts import Facts
from referrals.models import Attribution, Finding, Review, ShareLink
from referrals.storing import Opening
from referrals.touches import Touch
from tests.referrals.conftest import order, touch_of

_numbers = count(1)


def newcomer(*, days_ago: int = 100) -> Person:
    """Somebody who joined a while ago."""
    person = Person.objects.create_user(name="顾客", email=f"{uuid4().hex}@example.test")
    person.joined_at = clock.now() - timedelta(days=days_ago)
    person.save()
    return person


def sale(link: ShareLink, buyer: Person | None = None, **also: Any) -> Attribution:
    """One order of ¥68.00 by this link, an hour after its click, by somebody new if not said."""
    number = next(_numbers)
    touch = also.pop("touch", None) or touch_of(link)
    brought: Attribution | None = order(
        link.shop,
        buyer or newcomer(),
        [touch],
        key=f"{number:010d}",
        lines=also.pop("lines", [(f"S{number}", 6800)]),
        **also,
    )
    assert brought is not None
    return brought


def doubtful(link: ShareLink, buyer: Person, **also: Any) -> Attribution:
    """A sale two seconds after its click, which no hand can do."""
    return sale(link, buyer, touch=touch_of(link, ago=timedelta(seconds=2)), **also)


def opened(link: ShareLink, *, kind: str, visitor: str, ago: timedelta) -> Touch:
    """A click as the drain stores it, and the touch that proves it."""
    at = clock.now() - ago
    click_id = click_ids.new_at(at)
    storing.store([Opening(click_id, link.pk, at, kind, visitor)])
    return Touch(click_id, link.pk, link.shop_id, at)


def facts_of(sold: Attribution) -> Facts:
    (facts,) = evidence.of_sales([sold.pk])
    return facts


def found_in(sold: Attribution) -> list[tuple[str, int, str]]:
    rows = Finding.objects.filter(attribution=sold).order_by("pk")
    return list(rows.values_list("rule", "score", "verdict"))


def the_review() -> Review:
    return Review.objects.get()
