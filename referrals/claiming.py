"""Claiming: the clicks of a browser become those of whoever signs in there, on every device."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from kit import clock
from people.models import Person
from referrals.models import ClaimedTouch, ShareLink
from referrals.touches import COOKIE_AGE, Touch

# Of one person in one shop an order looks at no more than these: as many shares of one
# shop as anybody opens within a month, and a bound for whoever opens links by the thousand.
MOST_LOOKED_AT = 50


def claim(*, person: Person, touches: Iterable[Touch]) -> None:
    """Take a browser's touches along into an account.

    A click belongs to whoever claims it first, so that a shared computer hands nobody's
    clicks on to the next one. Orders placed before stay as they are.
    """
    proven = list(touches)
    if not proven:
        return
    links = ShareLink.objects.filter(pk__in=[touch.link_id for touch in proven])
    known = set(links.values_list("pk", "shop_id"))
    now = clock.now()
    ClaimedTouch.objects.bulk_create(
        (
            ClaimedTouch(
                click_id=touch.click_id,
                person=person,
                link_id=touch.link_id,
                shop_id=touch.shop_id,
                at=touch.at,
                channel=touch.channel,
                is_doubtful=touch.is_doubtful,
                claimed_at=now,
            )
            for touch in proven
            if (touch.link_id, touch.shop_id) in known
        ),
        ignore_conflicts=True,
    )


def claimed_by(person_id: int | None, *, shop_id: int) -> list[Touch]:
    """Return what a person's account can prove for one shop, newest first; one query.

    A guest has no account. Old ones may be among them: the shop's window decides.
    """
    if person_id is None:
        return []
    mine = ClaimedTouch.objects.filter(person=person_id, shop=shop_id).order_by("-at")
    return [_as_touch(row) for row in mine[:MOST_LOOKED_AT]]


def claimed_in(person_id: int | None, *, shop_ids: Collection[int]) -> list[Touch]:
    """Return the same for several shops, as many of each as of one; one query."""
    if person_id is None or not shop_ids:
        return []
    newest_first = Window(RowNumber(), partition_by=F("shop"), order_by=F("at").desc())
    mine = ClaimedTouch.objects.filter(person=person_id, shop__in=shop_ids)
    rows = mine.annotate(place=newest_first).filter(place__lte=MOST_LOOKED_AT)
    return [_as_touch(row) for row in rows.order_by("-at")]


def how_many(person: Person) -> int:
    """Return how many clicks this account can prove, old ones among them."""
    return ClaimedTouch.objects.filter(person=person).count()


def forget_old(*, now: datetime) -> int:
    """Delete the touches that no window can reach any more; return how many."""
    deleted, _ = ClaimedTouch.objects.filter(at__lte=now - COOKIE_AGE).delete()
    return deleted


def forget_person(person: Person) -> None:
    """Delete what links this account to clicks: its owner's wish, and part of its erasure."""
    ClaimedTouch.objects.filter(person=person).delete()


def _as_touch(row: ClaimedTouch) -> Touch:
    return Touch(
        click_id=row.click_id,
        link_id=row.link_id,
        shop_id=row.shop_id,
        at=row.at,
        channel=row.channel,
        is_doubtful=row.is_doubtful,
    )
