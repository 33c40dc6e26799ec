"""What the seed has made so far, found again by the catalogue's keys."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from catalog.models import Product, Variant
from devstack.demo import catalogue, kinds
from people.models import Person
from shops.models import Shop

# Any seed gives a street; this one gives the same street each time.
DICE_SEED = 20261122


@dataclass
class World:
    """The street as it stands; ``present`` is the moment at which its history ends."""

    present: datetime
    people: dict[str, Person] = field(default_factory=dict)
    friends: set[frozenset[str]] = field(default_factory=set)
    shops: dict[str, Shop] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    variants: dict[str, list[Variant]] = field(default_factory=dict)
    sharers: dict[str, list[str]] = field(
        default_factory=dict
    )  # product key -> people, oldest first
    dice: random.Random = field(default_factory=lambda: random.Random(DICE_SEED))

    def ago(self, *, days: float) -> datetime:
        """Return the moment ``days`` before the present."""
        return self.present - timedelta(days=days)

    def are_friends(self, one: str, other: str) -> bool:
        """Say whether two people of the demo are friends by now."""
        return frozenset({one, other}) in self.friends

    def owner_of(self, product_key: str) -> str:
        """Return the key of the person whose shop sells this product."""
        return SHOP_OF[product_key].owner


SHOPS = {shop.handle: shop for shop in catalogue.SHOPS}
PRODUCTS = {product.key: product for product in catalogue.PRODUCTS}
SHOP_OF: dict[str, kinds.Shop] = {
    product.key: SHOPS[product.shop] for product in catalogue.PRODUCTS
}
