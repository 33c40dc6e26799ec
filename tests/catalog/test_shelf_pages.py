"""A shop's shelf in pages: the sixty-first product is reached, and every page stays true."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import listing, pages
from catalog.models import Category, Product
from kit import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf(hill_shop):
    """121 products; ``No. 1`` is the newest. Every second one is tea, the others are food."""
    kinds = list(Category.objects.order_by("pk")[:2])
    now = clock.now()
    return Product.objects.bulk_create(
        Product(
            shop=hill_shop,
            title=f"No. {number}",
            state="live",
            category=kinds[number % 2],
            published_at=now - timedelta(minutes=number),
        )
        for number in range(1, 122)
    )


def numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r">No\. (\d+)<", html)]


@pytest.fixture(params=["stranger", "signed in"])
def reader(request, client, xiaoyu):
    if request.param == "signed in":
        client.force_login(xiaoyu)
    return client


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("", 1, 60),
        ("?page=1", 1, 60),
        ("?page=2", 61, 120),
        ("?page=3", 121, 121),
        ("?page=4", 121, 121),
        ("?page=6", 121, 121),
        ("?page=999999", 121, 121),
        ("?page=" + "9" * 5000, 121, 121),
        ("?page=0", 1, 60),
        ("?page=-1", 1, 60),
        ("?page=x", 1, 60),
        ("?page=%D9%A3", 1, 60),
        ("?page=", 1, 60),
        ("?page=2&page=3", 121, 121),
    ],
)
def test_every_product_of_a_long_shelf_is_reached(reader, shelf, asked, first, last):
    assert numbers(reader.get(f"/shanli{asked}").text) == list(range(first, last + 1))


def test_the_pages_lead_to_each_other_and_say_where_they_stand(reader, shelf):
    first, second, third = (reader.get(f"/shanli?page={number}").text for number in (1, 2, 3))

    assert 'rel="next" href="/shanli?page=2"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev" href="/shanli?page=1"' in second
    assert 'rel="next" href="/shanli?page=3"' in second
    assert "第 2 / 3 页" in second
    assert 'rel="next"' not in third
    assert '<link rel="canonical" href="http://localhost:8000/shanli">' in first
    assert '<link rel="canonical" href="http://localhost:8000/shanli?page=3">' in third


def test_one_kind_of_goods_has_pages_of_its_own(reader, shelf):
    kind = shelf[0].category
    narrowed = reader.get(f"/shanli?category={kind.slug}")
    assert numbers(narrowed.text) == list(range(1, 121, 2))
    assert f'rel="next" href="/shanli?category={kind.slug}&amp;page=2"' in narrowed.text

    assert numbers(reader.get(f"/shanli?category={kind.slug}&page=2").text) == [121]


def test_a_kind_that_stands_on_the_last_page_only_is_offered_on_the_first(reader, shelf):
    other = Category.objects.order_by("pk")[2]
    Product.objects.filter(pk=shelf[-1].pk).update(category=other)

    assert f"/shanli?category={other.slug}" in reader.get("/shanli").text


def test_a_short_shelf_has_no_pages(reader, honey):
    assert 'class="pager"' not in reader.get("/shanli?page=7").text


@pytest.mark.parametrize("asked", ["", "?page=3", "?page=99", "?page=x"])
def test_who_asks_for_the_head_gets_the_head(reader, shelf, asked):
    answer = reader.head(f"/shanli{asked}")

    assert (answer.status_code, answer.content) == (200, b"")


def test_each_page_is_kept_whole_and_those_far_down_are_not(client, shelf):
    for asked in ("", "?page=2", "?page=5"):
        client.get(f"/shanli{asked}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/shanli{asked}")
        assert len(queries) == 0

    with CaptureQueriesContext(connection) as queries:
        client.get("/shanli?page=6")
    assert len(queries) > 0


def test_what_is_taken_down_is_gone_from_every_page(client, shelf):
    before = [numbers(client.get(f"/shanli?page={number}").text) for number in (1, 2, 3)]
    assert [len(page) for page in before] == [60, 60, 1]

    listing.unlist(product=shelf[0])

    after = [numbers(client.get(f"/shanli?page={number}").text) for number in (1, 2)]
    assert after == [list(range(2, 62)), list(range(62, 122))]
    assert numbers(client.get("/shanli?page=3").text) == list(range(62, 122))


def test_a_shelf_page_names_no_reader(client, shelf, linwei):
    client.force_login(linwei)
    client.get("/shanli?page=2")

    stranger = pages.shop_body("shanli", language="en", number=2)
    assert stranger is not None
    assert linwei.name not in stranger.filled()
