"""The public doors: one answer, the friend on top, and who gains in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from catalog import endorsing
from kit import clock
from people.models import Block, Friendship, Person
from referrals import links
from referrals.touches import COOKIE_NAME
from tests.conftest import NOON
from tests.referrals.conftest import BROWSER, received_long_ago
from tests.referrals.doors import GAIN_EN, WHATSAPP, path_of, touches_of


def test_a_friends_link_is_the_product_itself_with_the_friend_on_top(phone, link, honey, linwei):
    answer = phone.get(path_of(link))

    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.index("林薇 recommends this to you") < page.index("<h1>秦岭野花土蜂蜜")
    assert GAIN_EN in page
    assert f'<link rel="canonical" href="http://localhost:8000/p/{honey.public_id}">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "<title>林薇 recommends to you: 秦岭野花土蜂蜜" in page
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex"


def test_it_is_read_in_chinese_by_who_reads_chinese(link):
    page = Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="zh-CN").get(path_of(link)).content.decode()

    assert "林薇" in page
    assert "¥6.80" in page
    assert "recommends" not in page


def test_the_friends_words_and_their_purchase_stand_on_the_card(phone, link, honey, jar, linwei):
    received_long_ago(linwei, honey, jar, key="X1")
    endorsing.endorse(
        person=linwei,
        product=honey,
        verdict="yes",
        words="孩子每天早上一勺 <b>",
        visibility="friends",
        language="zh-hans",
    )

    page = phone.get(path_of(link)).content.decode()

    assert '<q lang="zh-Hans">孩子每天早上一勺 &lt;b&gt;</q>' in page
    assert f"Bought and kept · {GAIN_EN}" in page
    assert "<title>林薇: “孩子每天早上一勺 &lt;b&gt;”" in page


@pytest.mark.parametrize("count", ["9" * 6000, "0" * 6000, "-1", "x", "1e3"])
def test_a_count_no_bag_ever_had_breaks_no_page(phone, link, honey, count):
    phone.cookies["bag_count"] = count
    for path in (path_of(link), f"/p/{honey.public_id}", "/shanli", "/accounts/login/"):
        answer = phone.get(path)
        assert answer.status_code == 200
        assert "9999" not in answer.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_other_methods_are_refused(phone, link, honey, method):
    for path in (path_of(link), f"/p/{honey.public_id}", "/shanli"):
        assert getattr(phone, method)(path).status_code == 405


def test_a_link_of_the_shops_own_people_pays_nobody_and_wipes_nobody_out(phone, link, honey, chen):
    phone.get(path_of(link))
    owners = links.link_for(person=chen, product=honey)
    page = phone.get(path_of(owners)).content.decode()

    assert "陈姐, of this shop, shows you this" in page
    assert "林薇 may earn ¥6.80 if you buy" in page
    assert [touch.link_id for touch in touches_of(phone)] == [link.pk]


def test_a_closed_account_shows_no_card_and_sets_no_cookie(phone, link, linwei):
    linwei.is_active = False
    linwei.save()
    answer = phone.get(path_of(link))

    assert answer.status_code == 200
    assert "林薇" not in answer.content.decode()
    assert COOKIE_NAME not in answer.cookies
    assert "林薇" not in Client(**WHATSAPP).get(path_of(link)).content.decode()


def test_who_blocked_the_sharer_sees_neither_card_nor_cookie(phone, link, linwei, xiaoyu):
    Block.objects.create(blocker=xiaoyu, blocked=linwei)
    phone.force_login(xiaoyu)
    answer = phone.get(path_of(link))

    assert "林薇" not in answer.content.decode()
    assert COOKIE_NAME not in answer.cookies


def test_a_product_taken_down_is_gone_with_the_shops_others(phone, link, honey):
    honey.state = "unlisted"
    honey.save()
    for path in (path_of(link), f"/p/{honey.public_id}"):
        answer = phone.get(path)
        assert answer.status_code == 410
        assert COOKIE_NAME not in answer.cookies
        assert 'href="/shanli"' in answer.content.decode()


def test_what_is_gone_asks_for_the_four_cards_it_shows(
    phone, honey, hill_shop, django_assert_num_queries
):
    for number in range(6):
        other = hill_shop.products.create(
            title=f"茶{number}", state="live", published_at=clock.now()
        )
        other.variants.create(name="a", price_minor=1000, available=1)
    honey.state = "unlisted"
    honey.save()

    with django_assert_num_queries(5):
        page = phone.get(f"/p/{honey.public_id}").content.decode()

    assert [f"茶{number}" in page for number in range(6)] == [False, False, True, True, True, True]


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_page_with_a_friend_and_a_forms_token_is_nobody_elses(
    phone, link, honey, xiaoyu, signed_in
):
    if signed_in:
        phone.force_login(xiaoyu)
    phone.get(path_of(link))

    for path in (f"/p/{honey.public_id}", "/shanli"):
        answer = phone.get(path)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-cache")


def test_a_listing_nobody_ever_saw_is_unknown(phone, honey):
    honey.state, honey.published_at = "held", None
    honey.save()

    assert phone.get(f"/p/{honey.public_id}").status_code == 404


def test_who_came_by_a_link_is_told_who_gains_on_the_products_own_page(phone, link, honey):
    before = phone.get(f"/p/{honey.public_id}").content.decode()
    phone.get(path_of(link))
    after = phone.get(f"/p/{honey.public_id}").content.decode()

    assert GAIN_EN not in before
    assert "林薇" not in before
    assert GAIN_EN in after
    assert "林薇 recommends this to you" in after


def test_on_another_product_of_the_shop_it_is_that_products_money(phone, link, hill_shop):
    tea = hill_shop.products.create(
        title="云雾绿茶", state="live", published_at=clock.now(), commission_bp=2000
    )
    tea.variants.create(name="a", price_minor=1000, available=1)
    tea.variants.create(name="b", price_minor=3000, available=1, position=1)
    phone.get(path_of(link))

    page = phone.get(f"/p/{tea.public_id}").content.decode()

    assert "林薇 brought you to this shop" in page
    assert "they may earn ¥2.00–¥6.00 if you buy" in page


def test_once_the_window_is_over_nobody_gains(phone, link, honey, noon):
    phone.get(path_of(link))
    with clock.stopped_at(NOON + timedelta(days=15, seconds=1)):
        assert GAIN_EN not in phone.get(f"/p/{honey.public_id}").content.decode()


def test_a_shop_has_its_page_and_says_who_gains(phone, link, hill_shop):
    assert phone.get("/shanli").status_code == 200
    assert "may earn" not in phone.get("/shanli").content.decode()
    phone.get(path_of(link))

    assert "林薇 brought you here and may earn" in phone.get("/shanli").content.decode()


def test_somebody_signed_in_gets_the_same_doors(phone, link, honey, xiaoyu):
    phone.force_login(xiaoyu)
    page = phone.get(path_of(link)).content.decode()

    assert GAIN_EN in page
    assert GAIN_EN in phone.get(f"/p/{honey.public_id}").content.decode()
    assert "brought you here" in phone.get("/shanli").content.decode()


@pytest.mark.parametrize(
    "path", ["/nobody-here", "/ShanLi", "/🍯", "/a" * 200, "/p/0000000000", "/p/１"]
)
def test_what_is_not_there_is_a_404(phone, hill_shop, path):
    assert phone.get(path).status_code == 404


def test_a_closed_shop_is_not_there(phone, hill_shop, honey, link):
    hill_shop.state = "closed"
    hill_shop.save()

    assert phone.get("/shanli").status_code == 404
    assert phone.get(path_of(link)).status_code == 410


def test_words_and_parameters_of_strangers_change_nothing(phone, link):
    answer = phone.get(path_of(link) + "?to=https://evil.test&next=//evil.test&wd_ref=x#y")

    assert answer.status_code == 200
    assert "evil.test" not in answer.content.decode()


def test_mutual_friends_are_counted_for_who_is_signed_in(phone, link, linwei, xiaoyu):
    hao = Person.objects.create_user(name="阿浩", email="hao@example.test")
    for one, other in ((linwei, hao), (xiaoyu, hao)):
        low, high = sorted((one, other), key=lambda person: person.pk)
        Friendship.objects.create(low=low, high=high)
    phone.force_login(xiaoyu)

    assert "You have 1 friend in common" in phone.get(path_of(link)).content.decode()
