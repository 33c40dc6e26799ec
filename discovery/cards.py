"""Cards: a ranked place with the words, pictures and price a page shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import gettext as _

from catalog.models import Endorsement, Photo, Product
from discovery.shown import Place
from people.models import Person
from people.trust import NO_REASON, Kind, Reason, reasons
from shops.models import Shop

Tile = TypeVar("Tile")


@dataclass(frozen=True, slots=True)
class Card:
    """One product on a page of many.

    ``price_minor`` is the lowest of what can be bought; ``price_from`` is not empty when
    there are dearer variants. ``is_live`` is no longer so when a kept ranking is older than
    the taking down of its product.
    """

    path: str
    title: str
    photo: Photo | None
    price_minor: int
    currency: str
    price_from: str
    fact: str
    person: Person | None
    why: str
    is_live: bool = True


def cards_of(places: Sequence[Place], *, lead_with_words: bool) -> list[Card]:
    """Return the cards of these places, in their order, in four queries however many.

    Args:
        places: ranked products, each with the endorsement that put it there.
        lead_with_words: title a card with the endorsement's words where it has some.
    """
    products = (
        Product.objects.select_related("shop")
        .prefetch_related("photos", "variants")
        .in_bulk([place.product_id for place in places])
    )
    endorsements = Endorsement.objects.select_related("person").in_bulk(
        [place.endorsement_id for place in places if place.endorsement_id]
    )
    return [
        card_of(
            products[place.product_id],
            _standing(endorsements.get(place.endorsement_id or 0), place),
            lead_with_words=lead_with_words,
        )
        for place in places
        if place.product_id in products
    ]


def _standing(said: Endorsement | None, place: Place) -> Endorsement | None:
    """Return the endorsement unless it was taken back or hidden since the place was ranked."""
    if said is None or said.withdrawn_at is not None or not said.person.is_active:
        return None
    if said.verdict != Endorsement.Verdict.YES:
        return None
    for_friends = place.by_friend and said.visibility == Endorsement.Visibility.FRIENDS
    return said if for_friends or said.visibility == Endorsement.Visibility.EVERYONE else None


def explained(cards: Sequence[Card], places: Sequence[Place], viewer: Person | None) -> list[Card]:
    """Return the cards of what is still on sale, each of which says why it is there.

    A friend's word says so already. Who is two steps away is named by way of whom, where
    all three agreed to that; else a tile says that its shop is new, or it is.

    Args:
        cards: of ``cards_of``, one for each place.
        places: the same, in their order.
        viewer: whose friends explain; three statements when there are any.
    """
    wanted = viewer is not None and viewer.personalised
    authors = {
        card.person.pk
        for card, place in zip(cards, places, strict=True)
        if wanted and card.person is not None and not place.by_friend
    }
    near = reasons(viewer.pk, authors) if viewer is not None and authors else {}
    return [
        replace(card, why=_why(card, place, near))
        for card, place in zip(cards, places, strict=True)
        if card.is_live
    ]


def _why(card: Card, place: Place, near: dict[int, Reason]) -> str:
    if card.person is None:
        return _("A new shop") if place.of_new_shop else _("New on the street")
    reason = near.get(card.person.pk, NO_REASON)
    if reason.kind == Kind.THROUGH:
        names = {"friend": reason.via[0], "name": card.person.name}
        return _("Your friend %(friend)s → %(name)s recommends") % names
    return card.why


def card_of(product: Product, endorsement: Endorsement | None, *, lead_with_words: bool) -> Card:
    """Return the card of a product with its shop, photos and variants loaded."""
    offered = [variant for variant in product.variants.all() if variant.is_offered]
    is_live = product.state == Product.State.LIVE and product.shop.state == Shop.State.OPEN
    in_stock = [variant for variant in offered if variant.available and is_live]
    prices = sorted({variant.price_minor for variant in in_stock or offered}) or [0]
    words = endorsement.words if endorsement and lead_with_words else ""
    return Card(
        path=f"/p/{product.public_id}",
        title=words or product.title,
        photo=next(iter(product.photos.all()), None),
        price_minor=prices[0],
        currency=product.shop.currency,
        price_from="from" if len(prices) > 1 else "",
        fact=product.shop.name if in_stock else _("Sold out"),
        person=endorsement.person if endorsement else None,
        why=_("%(name)s recommends") % {"name": endorsement.person.name} if endorsement else "",
        is_live=is_live,
    )


def in_two_columns(cards: Iterable[Tile]) -> tuple[list[Tile], list[Tile]]:
    """Deal tiles to a left and a right column, so that what is read is what is seen."""
    dealt = list(cards)
    return dealt[::2], dealt[1::2]
