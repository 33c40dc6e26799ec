"""Cards: a ranked place with the words, pictures and price a page shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.models import Endorsement, Photo, Product
from discovery.shown import Place
from people.models import Person


@dataclass(frozen=True, slots=True)
class Card:
    """One product on a page of many.

    ``price_minor`` is the lowest of what can be bought; ``price_from`` is not empty when
    there are dearer variants.
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
            endorsements.get(place.endorsement_id or 0),
            lead_with_words=lead_with_words,
        )
        for place in places
        if place.product_id in products
    ]


def card_of(product: Product, endorsement: Endorsement | None, *, lead_with_words: bool) -> Card:
    """Return the card of a product with its shop, photos and variants loaded."""
    offered = [variant for variant in product.variants.all() if variant.is_offered]
    is_live = product.state == Product.State.LIVE
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
    )


def in_two_columns(cards: Iterable[Card]) -> tuple[list[Card], list[Card]]:
    """Deal cards to a left and a right column, so that what is read is what is seen."""
    dealt = list(cards)
    return dealt[::2], dealt[1::2]
