"""The programmes one is in, as a sharer reads them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from catalog.models import Product
from kit import clock
from referrals import links, programme
from referrals.models import ShareLink
from tests.referrals.programme import text_of

MINE = "/me/sharing"


@pytest.fixture
def lins(linwei):
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(linwei)
    return browser


def test_a_sharer_sees_what_each_shop_pays(noon, lins, held, link):
    page = text_of(lins.get(MINE))

    assert "山里的小店" in page
    assert "for 10% of what is paid for the goods" in page
    assert "1 order · ¥10.20 earned" in page
    assert f'href="{MINE}"' in lins.get("/me/earnings").content.decode()


def test_a_removed_sharer_reads_why_and_what_stays(lins, hill_shop, link, linwei, chen):
    programme.remove(shop=hill_shop, person=linwei, reason="Too many posts.", by=chen)
    page = text_of(lins.get(MINE))

    assert "no longer pays you for new orders" in page
    assert "Too many posts." in page
    assert "Too many posts." in text_of(lins.get("/me/notices"))


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("buyers", "people who bought there and kept it"),
        ("followers", "Follow it, and your links earn"),
        ("invited", "only people it invites"),
    ],
)
def test_who_does_not_meet_the_rule_is_told_which(lins, hill_shop, link, chen, who, words):
    programme.set_who(shop=hill_shop, who=who, by=chen)

    assert words in text_of(lins.get(MINE))


def test_an_invitation_stands_there_before_anything_was_shared(lins, hill_shop, linwei, chen):
    assert "You share for no shop yet" in text_of(lins.get(MINE))
    programme.set_who(shop=hill_shop, who="invited", by=chen)
    programme.invite(shop=hill_shop, person=linwei, by=chen)

    page = text_of(lins.get(MINE))
    assert "The shop invited you" in page
    assert "You may share all it sells" in page
    assert not ShareLink.objects.exists()


def test_ones_own_shop_is_no_programme(hers, hill_shop, honey, chen):
    links.link_for(person=chen, product=honey)

    assert "You share for no shop yet" in text_of(hers.get(MINE))


def test_many_shops_take_as_many_questions_as_one(
    lins, link, linwei, honey, xiaoyu, django_assert_num_queries
):
    with django_assert_num_queries(MINE_QUERIES):
        lins.get(MINE)
    for number in range(5):
        shop = type(honey.shop).objects.create(
            owner=xiaoyu, handle=f"shop-{number}", name=f"店 {number}"
        )
        type(honey.shop.terms).objects.create(shop=shop)
        product = Product.objects.create(shop=shop, title="x")
        links.link_for(person=linwei, product=product)

    with django_assert_num_queries(MINE_QUERIES):
        assert len(lins.get(MINE).context["parts"]) == 6


MINE_QUERIES = 9


def test_a_sharer_sees_what_a_piece_earns(lins, hill_shop, honey, jar, tea, link):
    """10% of 68.00, 12.5% of 128.50; nothing is said of what pays nothing or has no price."""
    for title, rate_bp in (("白送", 0), ("未定价", None)):
        Product.objects.create(
            shop=hill_shop,
            title=title,
            state="live",
            published_at=clock.now() - timedelta(days=1),
            commission_bp=rate_bp,
        )
    page = text_of(lins.get(MINE))

    assert "云雾绿茶 ¥16.06 a piece" in page
    assert "秦岭野花土蜂蜜 ¥6.80 a piece" in page
    assert "白送" not in page
    assert "未定价" not in page
