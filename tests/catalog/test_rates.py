"""Rates: the shop's and a product's own, written together, on record, another version for all."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from audit.models import AuditEvent
from catalog import bodies, pages
from catalog.models import Product
from catalog.rates import set_rates
from kit import clock


@pytest.fixture
def tea(hill_shop):
    """Tea with a rate of its own: 5 %."""
    return Product.objects.create(
        shop=hill_shop,
        title="云雾绿茶",
        state="live",
        published_at=clock.now(),
        commission_bp=500,
    )


def rows(*products) -> list[tuple[int | None, int]]:
    """Return rate and version of each product as stored."""
    for product in products:
        product.refresh_from_db()
    return [(product.commission_bp, product.version) for product in products]


def test_the_shops_rate_moves_every_product_that_has_no_other(hill_shop, honey, tea, chen):
    assert set_rates(shop=hill_shop, default_bp=1250, own={}, by=chen) is True

    hill_shop.terms.refresh_from_db()
    assert hill_shop.terms.commission_bp == 1250
    assert rows(honey, tea) == [(None, 2), (500, 1)]
    event = AuditEvent.objects.get()
    assert (event.actor, event.act) == (f"person:{chen.pk}", "shop.rates_changed")
    assert event.before == {"commission_bp": 1000, "products": {}}
    assert event.after == {"commission_bp": 1250, "products": {}}


def test_products_take_and_lose_rates_of_their_own(hill_shop, honey, tea, chen):
    set_rates(shop=hill_shop, default_bp=1000, own={honey.pk: 2000, tea.pk: None}, by=chen)

    assert rows(honey, tea) == [(2000, 2), (None, 2)]
    event = AuditEvent.objects.get()
    assert event.before["products"] == {honey.public_id: None, tea.public_id: 500}
    assert event.after["products"] == {honey.public_id: 2000, tea.public_id: None}


def test_all_of_it_moves_at_once_and_each_product_by_one_version(hill_shop, honey, tea, chen):
    set_rates(shop=hill_shop, default_bp=0, own={honey.pk: 3000, tea.pk: None}, by=chen)

    assert rows(honey, tea) == [(3000, 2), (None, 2)]


def test_rates_saved_as_they_were_change_nothing(hill_shop, honey, tea, chen):
    same = {honey.pk: None, tea.pk: 500}

    assert set_rates(shop=hill_shop, default_bp=1000, own=same, by=chen) is False
    assert rows(honey, tea) == [(None, 1), (500, 1)]
    assert not AuditEvent.objects.exists()


def test_products_of_others_keep_their_rate(hill_shop, honey, chen):
    assert set_rates(shop=hill_shop, default_bp=1000, own={honey.pk + 99: 3000}, by=chen) is False


@pytest.mark.django_db(transaction=True)
def test_the_kept_page_is_thrown_away(hill_shop, honey, jar, chen):
    assert pages.product_body(honey.public_id, language="en", look="") is not None
    key = bodies.product_key(honey.public_id, "en", "")
    assert cache.get(key) is not None

    set_rates(shop=hill_shop, default_bp=2000, own={}, by=chen)

    assert cache.get(key) is None


def test_a_whole_shelf_takes_no_more_questions_than_one_product(
    hill_shop, chen, django_assert_max_num_queries
):
    many = [Product(shop=hill_shop, title=f"{number}") for number in range(300)]
    Product.objects.bulk_create(many)
    own = {product.pk: 100 for product in many}

    with django_assert_max_num_queries(14):
        set_rates(shop=hill_shop, default_bp=1100, own=own, by=chen)

    assert Product.objects.filter(commission_bp=100, version=2).count() == 300
