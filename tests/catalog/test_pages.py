"""A kept page shows what is true, says nothing of who looked before, and stands without a cache."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as CacheAway

from catalog import bodies, endorsing, listing, pages, photos, stock
from catalog.models import Product, Variant
from kit import clock

pytestmark = pytest.mark.django_db(transaction=True)


def body(product, language="zh-hans") -> Any:
    return pages.product_body(product.public_id, language=language)


def shelf(language="en", **narrowed) -> Any:
    return pages.shop_body("shanli", language=language, **narrowed)


def page(product, **slots):
    return body(product).filled(**slots)


def test_the_page_tells_price_terms_shop_and_words(honey, says, linwei):
    says(linwei, words="孩子每天早上一勺")

    html = body(honey, "en").filled()

    assert "秦岭野花土蜂蜜" in html
    assert "¥68.00" in html or "CN¥68.00" in html
    assert "Free shipping" in html
    assert "7 days to return it" in html
    assert "山里的小店" in html
    assert "孩子每天早上一勺" in html
    assert "bought it here" in html
    assert "Earns nothing from saying so" in html
    assert 'data-theme="tea"' in html
    assert 'lang="en"' in html


def test_who_may_earn_says_so_in_words(honey, says, linwei):
    says(linwei)
    endorsing.mark_earning(person_id=linwei.pk, product_id=honey.pk)

    html = body(honey, "en").filled()

    assert "May earn a commission" in html
    assert "Earns nothing" not in html


def test_every_slot_is_filled_or_empty_and_no_sign_is_left(honey):
    html = page(
        honey,
        title="林薇 推荐",
        head='<meta name="robots" content="noindex">',
        csrf="TOKEN",
        friend="<p>FRIEND</p>",
        disclosure="<p>WHO GAINS</p>",
        bag=pages.bag_badge("3", language="zh-hans"),
    )

    assert "<title>林薇 推荐" in html
    for piece in ("noindex", 'value="TOKEN"', "<p>FRIEND</p>", "<p>WHO GAINS</p>", "</span>3</b>"):
        assert piece in html
    assert bodies.OPENS not in html
    assert bodies.CLOSES not in html
    assert bodies.OPENS not in page(honey)


def test_a_slot_left_alone_shows_its_preset_or_nothing(honey):
    html = page(honey)

    assert "<title>秦岭野花土蜂蜜" in html
    assert 'name="csrfmiddlewaretoken" value=""' in html


def test_the_form_carries_variant_quantity_and_version(honey, jar):
    html = page(honey)

    assert (
        '<form class="col" id="buy" method="post" action="/bag" data-symbol="¥" data-rest=".00">'
        in html
    )
    assert '<input type="hidden" name="version" value="1">' in html
    assert f'name="variant" value="{jar.pk}" required checked' in html
    assert 'name="quantity"' in html
    assert 'form="buy" name="act" value="add"' in html
    assert 'form="buy" name="act" value="buy"' in html


def test_a_sold_out_variant_is_labelled_and_cannot_be_chosen(honey, jar):
    Variant.objects.create(product=honey, name="1kg", price_minor=12_000, available=0)

    html = body(honey, "en").filled()

    assert "1kg · " in html
    assert "(sold out)" in html
    assert html.count(" disabled>") == 1


def test_the_second_visitor_costs_no_query(honey):
    body(honey)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = body(honey)

    assert len(queries) == 0
    assert again.facts == {"product_id": honey.pk, "shop_id": honey.shop_id, "version": 1}


def test_selling_the_last_piece_is_seen_at_once(honey, jar):
    assert 'value="buy"' in page(honey)

    stock.reserve(variant_id=jar.pk, quantity=10, key="all")
    assert 'value="buy"' not in page(honey)

    stock.release(variant_id=jar.pk, quantity=10, key="back")
    assert 'value="buy"' in page(honey)


def test_every_job_that_changes_the_page_throws_it_away(honey, says, linwei, chen, picture):
    page(honey)
    said = says(linwei, words="第一句")
    assert "第一句" in page(honey)

    endorsing.withdraw(endorsement=said, person=linwei)
    assert "第一句" not in page(honey)

    only = honey.variants.get()
    photo = photos.take(upload=picture, by=chen)
    listing.save_draft(
        shop=honey.shop,
        product=honey,
        title="新名字",
        description="",
        commission_bp=None,
        category=None,
        variants=[listing.VariantInput(name="500g", price_minor=7000, id=only.pk)],
        photo_ids=[photo.pk],
    )
    assert "新名字" in page(honey)
    assert ".avif" not in page(honey)

    photos.render(photo.pk)
    assert ".avif" in page(honey)

    listing.unlist(product=honey)
    assert body(honey) is None


def test_a_page_of_what_is_not_on_sale_is_none(honey):
    listing.unlist(product=honey)

    assert body(honey) is None
    assert pages.product_body("0000000000", language="en") is None


def test_a_closed_shop_and_its_products_are_none(honey, hill_shop):
    hill_shop.state = "closed"
    hill_shop.save()

    assert pages.shop_body("shanli", language="en") is None
    assert body(honey) is None


def test_what_a_stranger_gets_names_no_friend(honey, says, linwei, xiaoyu, friends):
    says(linwei, visibility="friends", words="只给朋友")

    data = pages.product_page_data(honey, viewer=xiaoyu)

    assert "只给朋友" not in page(honey)
    assert [one.words for one in data["endorsements"]] == ["只给朋友"]
    assert (data["friends_bought"], data["friends_bought_count"]) == ([linwei], 1)


def test_words_that_look_like_markup_stay_words(honey, says, linwei):
    honey.title = '"><svg onload=alert(1)>{{7*7}}'
    honey.description = "</script><script>alert(1)</script>"
    honey.save()
    says(linwei, words="<b>{% load x %}</b>")

    html = page(honey)

    assert "<svg onload" not in html
    assert "<script>alert" not in html
    assert "<b>{%" not in html
    assert "{{7*7}}" in html
    assert "49" not in html.split("<h1>")[1].split("</h1>")[0]


def test_with_the_cache_away_the_page_still_stands(honey, monkeypatch):
    def away(*args, **kwargs):
        raise CacheAway("gone")

    for call in ("get", "set", "delete_many"):
        monkeypatch.setattr(type(caches["default"]), call, away)

    assert "秦岭野花土蜂蜜" in page(honey)
    with_sale = honey.variants.get()
    stock.reserve(variant_id=with_sale.pk, quantity=10, key="all")
    assert 'value="buy"' not in page(honey)


def test_the_shops_page_shows_its_goods_and_follow(honey, says, linwei):
    says(linwei, words="每年都买")

    html = shelf().filled(csrf="T", bag="")

    assert "山里的小店" in html
    assert f'href="/p/{honey.public_id}"' in html
    assert "每年都买" in html
    assert 'action="/shops/shanli/follow"' in html
    assert 'data-theme="tea"' in html
    assert bodies.OPENS not in html


def test_a_shops_page_forgets_what_was_taken_down(honey):
    assert honey.title in shelf().filled()

    listing.unlist(product=honey)

    assert honey.title not in shelf().filled()


def test_an_unknown_category_shows_everything(honey):
    html = shelf(category="no-such").filled()

    assert honey.title in html


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("abc", ("abc",)),
        ("a\x02x\x03b", ("a", "x", "b")),
        ("\x02x\x03\x02y\x03", ("", "x", "", "y", "")),
    ],
)
def test_a_page_is_cut_at_its_slots(written, pieces):
    assert bodies.split(written, preset={}, facts={}).pieces == pieces


def test_a_kept_page_never_says_how_many_are_left(honey, jar):
    assert "Chosen: 500g" in body(honey, "en").filled()

    stock.reserve(variant_id=jar.pk, quantity=3, key="three")

    assert " left" not in body(honey, "en").filled()
    assert "库存" not in page(honey)


def test_a_page_written_for_this_moment_says_how_many_are_left(client, honey, jar, linwei):
    client.force_login(linwei)
    path = f"/p/{honey.public_id}"
    assert "库存 10 件" in client.get(path).text

    stock.reserve(variant_id=jar.pk, quantity=3, key="three")

    assert "库存 7 件" in client.get(path).text


def test_what_stands_below_another_product_is_as_true_as_its_own_page(honey, jar, hill_shop):
    walnuts = Product.objects.create(
        shop=hill_shop, title="核桃", state="live", published_at=clock.now()
    )
    Variant.objects.create(product=walnuts, price_minor=2000, available=5)
    assert "¥68" in page(walnuts)

    stock.reserve(variant_id=jar.pk, quantity=10, key="all")
    assert "已售罄" in page(walnuts)

    listing.unlist(product=honey)
    assert honey.title not in page(walnuts)


def test_only_a_yes_of_somebody_who_kept_it_counts_as_recommending(
    honey, says, linwei, xiaoyu, wulan
):
    says(linwei)
    says(xiaoyu, verdict="so_so")
    says(wulan)
    endorsing.took_back(line_key=f"line:1:{wulan.pk}", at=clock.now())

    assert "1 recommends it" in shelf().filled()


@pytest.mark.parametrize(("verdict", "friends_told"), [("yes", 1), ("so_so", 0)])
def test_only_friends_who_recommend_are_said_to(
    honey, hill_shop, says, linwei, xiaoyu, friends, verdict, friends_told
):
    says(linwei, verdict=verdict)

    assert pages.shop_page_data(hill_shop, viewer=xiaoyu)["friends_count"] == friends_told


def test_a_shop_tells_the_day_it_opened(hill_shop, noon):
    hill_shop.opened_at = noon
    hill_shop.save()

    assert "open since Sun 22 Nov" in " ".join(shelf().filled().split())


@pytest.mark.parametrize(("who", "settings_shown"), [("chen", True), ("packer", False)])
def test_only_who_may_change_the_sign_is_led_there(
    client, request, hill_shop, packer, who, settings_shown
):
    client.force_login(request.getfixturevalue(who))

    html = client.get("/shanli").text

    assert ("/shop/settings?shop=shanli" in html) == settings_shown
    assert "管理小店" in html
