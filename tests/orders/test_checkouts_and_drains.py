"""A checkout at two shops stores two clicks beside a drain that counts in the same hours.

The link of the shop whose parcel comes last is the older one, so that a checkout that stored
them one by one would lock the hours the other way round than the drain does.
"""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from django.db import OperationalError

from catalog.models import Product, Variant
from kit import clock
from orders.models import Order
from orders.placing import Wanted, place
from referrals import attribution, click_ids, links, storing
from referrals.models import Attribution, Click, ClickHour
from referrals.storing import Opening
from referrals.touches import Touch
from shops.models import Shop, Terms
from tests.orders.conftest import HOME
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)

WHILE_IT_HOLDS_SECONDS = 0.3


@pytest.fixture
def both(hill_shop, xiaoyu, chen, linwei, honey):
    """Lin Wei's links to a later shop's tea and to the honey, the tea's the older one."""
    shop = Shop.objects.create(owner=xiaoyu, handle="tea-hill", name="云雾茶山")
    Terms.objects.create(shop=shop)
    tea = Product.objects.create(
        shop=shop, title="云雾绿茶", state="live", published_at=shop.opened_at
    )
    Variant.objects.create(product=tea, price_minor=5000, available=4)
    to_tea = links.link_for(person=linwei, product=tea)
    to_honey = links.link_for(person=linwei, product=honey)
    assert to_honey.shop_id < to_tea.shop_id
    assert to_tea.pk < to_honey.pk
    return to_honey, to_tea


def checkout(both):
    """Buy a jar (¥68.00 and ¥10.00 for the parcel) and a tin (¥50.00, sent for nothing)."""
    at = clock.now()
    variants = [link.product.variants.get() for link in both]
    return place(
        lines=[Wanted(variant.pk, 1) for variant in variants],
        buyer=None,
        contact=HOME,
        checkout_key=uuid4().hex,
        touches=[Touch(click_ids.new_at(at), link.pk, link.shop_id, at) for link in both],
        language="en",
        seen_total_minor=6800 + 1000 + 5000,
    )


def drain(both):
    """Store one more click on each, a moment after the checkout began to."""
    time.sleep(WHILE_IT_HOLDS_SECONDS / 2)
    at = clock.now()
    return storing.store(
        [Opening(click_ids.new_at(at), link.pk, at, "human", "v") for link in both]
    )


@pytest.fixture
def slowly(monkeypatch):
    """Whoever stores holds what is locked for a while."""
    store = storing.store

    def store_slowly(openings):
        stored = store(openings)
        time.sleep(WHILE_IT_HOLDS_SECONDS)
        return stored

    monkeypatch.setattr(storing, "store", store_slowly)


def test_a_checkout_at_two_shops_and_a_drain_never_wait_in_a_circle(both, slowly, provider):
    placed, drained = together(lambda: checkout(both), lambda: drain(both))

    assert drained == 2, drained
    assert Order.objects.filter(checkout=placed).count() == 2
    assert Attribution.objects.count() == 2
    assert Click.objects.count() == 4
    assert [hour.humans for hour in ClickHour.objects.all()] == [2, 2]


def test_stored_parcel_by_parcel_they_do(both, slowly, provider, monkeypatch):
    """The circle above is a real one."""

    def one_by_one(taken):
        for one in taken:
            storing.store([attribution._opening(one)])

    monkeypatch.setattr(attribution, "_store", one_by_one)
    outcomes = together(lambda: checkout(both), lambda: drain(both))

    (unlucky,) = [one for one in outcomes if isinstance(one, OperationalError)]
    assert "deadlock detected" in str(unlucky)
