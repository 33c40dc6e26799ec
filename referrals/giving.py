"""Giving away: leaving what a link's sales earn to the buyer, to a charity, or to nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from audit.recording import record
from catalog.models import Product
from kit import clock
from kit.locks import locked
from people.models import Person
from referrals.expecting import LineToEarn, as_gifts, shares_of
from referrals.judging import Judged, Purchase, judge_all
from referrals.models import Charity, ClaimedTouch, Gives, ShareLink
from referrals.rules import Rule
from referrals.touches import Touch
from shops.models import Shop


class CharityClosed(Exception):
    """The charity takes nothing any more; nothing was written."""


@dataclass(frozen=True, slots=True)
class Gift:
    """What somebody's link takes off what a shopper is about to buy in one shop."""

    giver: str
    minor: int


@transaction.atomic
def choose(*, link: ShareLink, gives: str, charity: Charity | None = None) -> ShareLink:
    """Decide what becomes of what this link's sales earn, from the next order on.

    Orders that are placed already keep what they were placed with. Pages that remember the
    link say the old for up to a minute.

    Args:
        link: its maker's own.
        gives: one of ``Gives``.
        charity: which one, if it is to be a charity.

    Raises:
        CharityClosed: it was closed a moment ago.
    """
    charity = charity if gives == Gives.CHARITY else None
    if charity is not None and not Charity.objects.listed().filter(pk=charity.pk).exists():
        raise CharityClosed(charity.pk)
    stood = locked(ShareLink.objects.filter(pk=link.pk))[0]
    before = _told(stood.gives, stood.charity_id)
    after = _told(gives, charity.pk if charity else None)
    if before != after:
        ShareLink.objects.filter(pk=link.pk).update(gives=gives, charity=charity)
        record(
            actor=f"person:{link.person_id}",
            act="link.gives_changed",
            subject=f"link:{link.pk}",
            before=before,
            after=after,
        )
    link.gives, link.charity = gives, charity
    return link


def closed_charity(link: ShareLink, *, language: str) -> str:
    """Return the name of the charity a link gives to, if that takes nothing any more."""
    if link.charity is None or link.charity.closed_at is None:
        return ""
    return link.charity.name_in(language)


def _told(gives: str, charity_id: int | None) -> dict[str, str | int | None]:
    return {"gives": str(gives), "charity": charity_id}


@dataclass(frozen=True, slots=True)
class Basket:
    """What somebody is about to buy in one shop, as it would earn."""

    shop: Shop
    lines: Sequence[LineToEarn]


def foreseen(
    *, touches: Iterable[Touch], buyer: Person | None, baskets: Iterable[Basket]
) -> dict[int, Gift]:
    """Return, by shop, what would be taken off if these were ordered now; writes nothing.

    By the very rules of the order (``referrals.judging``). The contact that the buyer has yet
    to type takes no gift away, or trying phones at checkout would tell a sharer's. Eleven
    queries at most, however many shops there are, and one where no link gives anything.
    """
    proved = list(touches)
    by_shop = {basket.shop.pk: basket for basket in baskets}
    giving_in = _shops_giving(shop_ids=by_shop, touches=proved, buyer=buyer)
    at = clock.now()
    purchases = [Purchase(by_shop[pk].shop, buyer, frozenset(), at) for pk in sorted(giving_in)]
    judged = _judged(purchases, proved) if purchases else {}
    givers = {pk: giver for pk, some in judged.items() if (giver := _giver(some)) is not None}
    ids = {line.product_id for pk in givers for line in by_shop[pk].lines}
    products = Product.objects.in_bulk(ids) if ids else {}
    gifts = {pk: _gift(giver, by_shop[pk], products) for pk, giver in givers.items()}
    return {pk: gift for pk, gift in gifts.items() if gift.minor}


def _shops_giving(
    *, shop_ids: Collection[int], touches: Iterable[Touch], buyer: Person | None
) -> set[int]:
    """Return in which of these shops a link this shopper followed gives to its buyers."""
    followed = Q(pk__in={touch.link_id for touch in touches})
    if buyer is not None:
        followed |= Q(pk__in=ClaimedTouch.objects.filter(person=buyer).values("link"))
    links = ShareLink.objects.filter(followed, shop__in=shop_ids, gives=Gives.BUYER)
    return set(links.values_list("shop_id", flat=True))


@transaction.atomic
def _judged(purchases: Sequence[Purchase], touches: list[Touch]) -> dict[int, list[Judged]]:
    return judge_all(purchases, touches)


def _giver(judged: Iterable[Judged]) -> Person | None:
    """Return whose link is taken, if it gives to its buyers."""
    taken = next((one.link for one in judged if one.rule == Rule.TAKEN), None)
    return taken.person if taken is not None and taken.gives == Gives.BUYER else None


def _gift(giver: Person, basket: Basket, products: Mapping[int, Product]) -> Gift:
    shares = shares_of(basket.lines, shop=basket.shop, products=products)
    return Gift(giver.name, sum(one.minor for one in as_gifts(shares)))
