"""A small street for the benches: a shop, its products, and people who share them."""

from __future__ import annotations

from uuid import uuid4

from catalog.models import Product, StockMove, Variant
from kit import clock
from people.models import Person
from referrals.links import link_for
from referrals.models import ShareLink
from shops.models import Membership, Shop, Terms

STORY = "来自秦岭北坡的一个小蜂场。春天采槐花，夏天采荆条，秋天只采野花。\n" * 12


def share_links(*, products: int, sharers: int) -> list[ShareLink]:
    """Make a shop with so many products, each shared by so many people."""
    name = uuid4().hex[:8]  # each bench has a street of its own
    vendor = Person.objects.create_user(name="陈姐", email=f"vendor-{name}@bench.test")
    shop = Shop.objects.create(
        owner=vendor, handle=f"bench-{name}", name="山里的小店", trusted_at=clock.now()
    )
    Membership.objects.create(shop=shop, person=vendor, role=Membership.Role.OWNER)
    Terms.objects.create(shop=shop)
    people = [
        Person.objects.create_user(name=f"朋友{number}", email=f"friend{number}-{name}@bench.test")
        for number in range(sharers)
    ]
    shelf = [_product(shop, number) for number in range(products)]
    return [link_for(person=person, product=product) for product in shelf for person in people]


def _product(shop: Shop, number: int) -> Product:
    product = Product.objects.create(
        shop=shop,
        title=f"野花土蜂蜜 {number}",
        description=STORY,
        state=Product.State.LIVE,
        published_at=clock.now(),
    )
    variant = Variant.objects.create(product=product, name="500g", price_minor=6800, available=1000)
    StockMove.objects.create(
        variant=variant,
        kind=StockMove.Kind.ADJUSTED,
        key=f"bench:{variant.pk}",
        available_change=1000,
        reserved_change=0,
    )
    return product
