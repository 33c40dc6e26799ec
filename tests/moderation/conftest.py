"""Listings that wait at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog.models import Hold, Product, Rule, Variant
from people.models import Person, StaffRole


@pytest.fixture
def rule(db):
    """Decanted cosmetics: the word, and the reason in both languages."""
    return Rule.objects.create(
        code="T-12",
        words=["分装"],
        reason_zh="分装化妆品不能销售。",
        reason_en="Decanted cosmetics may not be sold.",
    )


@pytest.fixture
def lipstick(hill_shop):
    """A held listing; the word stands in its description, with a blank put between."""
    product = Product.objects.create(
        shop=hill_shop, title="口红 3.5g", description="正品，分 装小样。", state="held"
    )
    Variant.objects.create(product=product, price_minor=3900, available=60)
    return product


@pytest.fixture
def hold(lipstick, rule, noon):
    return Hold.objects.create(
        product=lipstick,
        cause="rule",
        rule=rule,
        matched="分装",
        created_at=noon - timedelta(minutes=72),
    )


@pytest.fixture
def later_hold(hill_shop, noon):
    """A second one, of a new shop, fifty minutes younger."""
    product = Product.objects.create(shop=hill_shop, title="核桃", state="held")
    Variant.objects.create(product=product, price_minor=2000, available=5)
    return Hold.objects.create(
        product=product, cause="new_shop", created_at=noon - timedelta(minutes=22)
    )


@pytest.fixture
def second_moderator(db):
    person = Person.objects.create_user(name="老李", email="laoli@example.test")
    StaffRole.objects.create(person=person, role=StaffRole.Role.MODERATOR)
    return person
