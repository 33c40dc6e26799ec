"""A street to stroll on: a second shop, friendships, and what people recommend."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from catalog import words
from catalog.models import Endorsement, Product, Receipt, Variant
from kit import clock
from people.models import Friendship, Person
from shops.models import Membership, Shop, Terms
from tests.conftest import NOON

Make = Callable[..., Product]


@pytest.fixture
def hao(db):
    """Another vendor: scarves, in a shop of long standing."""
    return Person.objects.create_user(name="阿浩", email="hao@example.test")


@pytest.fixture
def scarf_shop(hao, noon):
    return open_shop(hao, "ahao", opened_at=noon - timedelta(days=400))


@pytest.fixture
def old_hill_shop(hill_shop, noon):
    """Chen's shop, long past being new."""
    hill_shop.opened_at = noon - timedelta(days=400)
    hill_shop.save()
    return hill_shop


def open_shop(owner: Person, handle: str, *, opened_at: datetime) -> Shop:
    shop = Shop.objects.create(
        owner=owner, handle=handle, name=f"{owner.name}的店", opened_at=opened_at
    )
    Membership.objects.create(shop=shop, person=owner, role="owner")
    Terms.objects.create(shop=shop)
    return shop


def put_on_sale(
    shop: Shop, title: str, *, hours_ago: float = 1, price_minor: int = 5000, available: int = 5
) -> Product:
    product = Product.objects.create(
        shop=shop,
        title=title,
        state="live",
        published_at=NOON - timedelta(hours=hours_ago),
        search=words.vector(title=title, shop_name=shop.name, description=""),
    )
    Variant.objects.create(product=product, price_minor=price_minor, available=available)
    return product


def befriend(one: Person, other: Person) -> None:
    low, high = sorted([one, other], key=lambda person: person.pk)
    Friendship.objects.create(low=low, high=high)


def receive(person: Person, product: Product) -> Receipt:
    return Receipt.objects.create(
        line_key=f"{person.pk}:{product.pk}",
        person=person,
        product=product,
        variant=product.variants.all()[0],
        quantity=1,
        net_paid_minor=5000,
        received_at=clock.now(),
        keeps_from=clock.now(),
    )


def recommend(
    person: Person,
    product: Product,
    words_said: str = "",
    *,
    days_ago: float = 1,
    visibility: str = "friends",
    verdict: str = "yes",
) -> Endorsement:
    return Endorsement.objects.create(
        person=person,
        product=product,
        receipt=receive(person, product),
        verdict=verdict,
        words=words_said,
        visibility=visibility,
        created_at=NOON - timedelta(days=days_ago),
    )
