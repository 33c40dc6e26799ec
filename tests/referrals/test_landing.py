"""The public doors: one answer, the friend on top, a cookie for people and for nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog import endorsing
from kit import clock
from people.models import Block, Friendship, Person
from referrals import clicks, links
from referrals.models import Click, ClickHour, ShareLink
from referrals.touches import COOKIE_NAME, read_cookie
from tests.conftest import NOON
from tests.referrals.conftest import BROWSER, in_stream

WHATSAPP: dict[str, Any] = {"HTTP_USER_AGENT": "WhatsApp/2.23.20.0 A"}
GAIN_EN = "they may earn ¥6.80 if you buy"


@pytest.fixture
def browser():
    """A phone's browser that reads English."""
    return Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="en")


def path_of(link) -> str:
    return f"/s/{link.code}"


def touches_of(client):
    cookie = client.cookies.get(COOKIE_NAME)
    return read_cookie(cookie.value if cookie else None)


def stored() -> list[tuple[str, int]]:
    clicks.drain(5)
    return list(Click.objects.order_by("at", "pk").values_list("kind", "link_id"))


def test_a_friends_link_is_the_product_itself_with_the_friend_on_top(browser, link, honey, linwei):
    answer = browser.get(path_of(link))

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


def test_a_person_gets_a_signed_cookie_that_proves_the_click(browser, link, hill_shop, noon):
    answer = browser.get(path_of(link))

    cookie = answer.cookies[COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 86400)
    assert (cookie["path"], cookie["domain"]) == ("/", "")  # else no browser took a __Host- name
    (touch,) = touches_of(browser)
    assert (touch.link_id, touch.shop_id, touch.at) == (link.pk, hill_shop.pk, NOON)
    assert stored() == [("human", link.pk)]
    assert Click.objects.get().pk == touch.click_id
    assert Click.objects.get().visitor != ""


def test_coming_back_within_half_an_hour_is_one_visit(browser, link, noon):
    browser.get(path_of(link))
    browser.get(path_of(link))
    with clock.stopped_at(NOON + timedelta(minutes=31)):
        browser.get(path_of(link))

    assert stored() == [("human", link.pk)] * 2


def test_the_friends_words_and_their_purchase_stand_on_the_card(browser, link, honey, jar, linwei):
    endorsing.receive(
        line_key="X1",
        person=linwei,
        product_id=honey.pk,
        variant_id=jar.pk,
        quantity=1,
        net_paid_minor=6800,
        received_at=clock.now() - timedelta(days=20),
        keeps_from=clock.now() - timedelta(days=13),
    )
    endorsing.endorse(
        person=linwei,
        product=honey,
        verdict="yes",
        words="孩子每天早上一勺 <b>",
        visibility="friends",
        language="zh-hans",
    )

    page = browser.get(path_of(link)).content.decode()

    assert '<q lang="zh-Hans">孩子每天早上一勺 &lt;b&gt;</q>' in page
    assert f"Bought and kept · {GAIN_EN}" in page
    assert "<title>林薇: “孩子每天早上一勺 &lt;b&gt;”" in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_unknown_code_is_a_404_without_a_cookie(browser, db, method):
    for code in ("0000000000", "x", "UUUUUUUUUU", "蜂蜜", "0" * 300, "0000000000/", "%00"):
        answer = getattr(browser, method)(f"/s/{code}")
        assert answer.status_code in {404, 400}
        assert COOKIE_NAME not in answer.cookies


def test_letters_of_other_alphabets_are_no_code(browser, link):
    ShareLink.objects.update(code="S" * 10)

    assert browser.get("/s/" + "S" * 10).status_code == 200
    assert browser.get("/s/" + "ſ" * 10).status_code == 404  # its capital is an S


def test_who_guesses_codes_is_stopped_and_known_codes_still_open(browser, link):
    codes = [f"{number:010}" for number in range(31)]
    answers = [browser.get(f"/s/{code}", REMOTE_ADDR="203.0.113.5").status_code for code in codes]

    assert answers == [404] * 30 + [429]
    refused = browser.get("/s/0000000099", REMOTE_ADDR="203.0.113.5")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert COOKIE_NAME not in refused.cookies
    assert browser.get(path_of(link), REMOTE_ADDR="203.0.113.5").status_code == 200
    assert browser.get("/s/0000000099", REMOTE_ADDR="203.0.113.6").status_code == 404


def test_a_household_of_ipv6_addresses_guesses_as_one(browser, db):
    for number in range(30):
        browser.get("/s/0000000000", REMOTE_ADDR=f"2001:db8:1:2::{number:x}")

    assert browser.get("/s/0000000000", REMOTE_ADDR="2001:db8:1:2:f::1").status_code == 429
    assert browser.get("/s/0000000000", REMOTE_ADDR="2001:db8:1:3::1").status_code == 404


@pytest.mark.parametrize("count", ["9" * 6000, "0" * 6000, "-1", "x", "1e3"])
def test_a_count_no_bag_ever_had_breaks_no_page(browser, link, honey, count):
    browser.cookies["bag_count"] = count
    for path in (path_of(link), f"/p/{honey.public_id}", "/shanli", "/accounts/login/"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "9999" not in answer.content.decode()


def test_small_letters_open_the_same_link(browser, link):
    assert browser.get(path_of(link).replace(link.code, link.code.lower())).status_code == 200


def test_a_preview_gets_open_graph_lines_and_no_cookie(link, honey):
    client = Client(**WHATSAPP)
    answer = client.get(path_of(link))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert COOKIE_NAME not in answer.cookies
    assert '<meta property="og:title" content="林薇' in page
    assert "¥6.80" in page
    assert f'<meta property="og:url" content="http://localhost:8000/s/{link.code}">' in page
    assert '<meta property="product:price:amount" content="68.00">' in page
    assert stored() == [("preview", link.pk)]


@pytest.mark.parametrize(
    "header",
    [
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_X_MOZ": "prefetch"},
        {"HTTP_X_PURPOSE": "preview"},
    ],
)
def test_a_prefetch_is_sent_away_and_counts_nothing(browser, link, header):
    answer = browser.get(path_of(link), **header)

    assert answer.status_code == 503
    assert answer["Cache-Control"] == "no-store, private"
    assert COOKIE_NAME not in answer.cookies
    assert in_stream() == 0


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ({"HTTP_USER_AGENT": "Googlebot/2.1"}, "bot"),
        ({"HTTP_USER_AGENT": "curl/8.5.0"}, "bot"),
        ({"HTTP_USER_AGENT": ""}, "suspect"),
        ({"HTTP_SEC_FETCH_DEST": "image"}, "suspect"),
        ({"HTTP_SEC_FETCH_DEST": "iframe", "HTTP_SEC_FETCH_MODE": "navigate"}, "suspect"),
    ],
)
def test_robots_and_embedded_frames_get_the_page_and_no_cookie(browser, link, header, kind):
    answer = browser.get(path_of(link), **header)

    assert answer.status_code == 200
    assert COOKIE_NAME not in answer.cookies
    assert stored() == [(kind, link.pk)]
    hour = ClickHour.objects.get()
    assert (hour.humans, hour.others) == (0, 1)


def test_a_look_at_the_head_counts_nothing(browser, link):
    answer = browser.head(path_of(link))

    assert answer.status_code == 200
    assert COOKIE_NAME not in answer.cookies
    assert in_stream() == 0


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_other_methods_are_refused(browser, link, honey, method):
    for path in (path_of(link), f"/p/{honey.public_id}", "/shanli"):
        assert getattr(browser, method)(path).status_code == 405


def test_the_sharer_sees_no_card_and_is_counted_as_self(browser, link, linwei):
    browser.force_login(linwei)
    answer = browser.get(path_of(link))

    assert "recommends this to you" not in answer.content.decode()
    assert COOKIE_NAME not in answer.cookies
    assert stored() == [("self", link.pk)]


def test_the_shops_own_people_are_counted_as_self(browser, link, chen):
    browser.force_login(chen)

    assert COOKIE_NAME not in browser.get(path_of(link)).cookies
    assert stored() == [("self", link.pk)]


def test_a_link_of_the_shops_own_people_pays_nobody_and_wipes_nobody_out(
    browser, link, honey, chen
):
    browser.get(path_of(link))
    owners = links.link_for(person=chen, product=honey)
    page = browser.get(path_of(owners)).content.decode()

    assert "陈姐, of this shop, shows you this" in page
    assert "林薇 may earn ¥6.80 if you buy" in page
    assert [touch.link_id for touch in touches_of(browser)] == [link.pk]


def test_a_closed_account_shows_no_card_and_sets_no_cookie(browser, link, linwei):
    linwei.is_active = False
    linwei.save()
    answer = browser.get(path_of(link))

    assert answer.status_code == 200
    assert "林薇" not in answer.content.decode()
    assert COOKIE_NAME not in answer.cookies
    assert "林薇" not in Client(**WHATSAPP).get(path_of(link)).content.decode()


def test_who_blocked_the_sharer_sees_neither_card_nor_cookie(browser, link, linwei, xiaoyu):
    Block.objects.create(blocker=xiaoyu, blocked=linwei)
    browser.force_login(xiaoyu)
    answer = browser.get(path_of(link))

    assert "林薇" not in answer.content.decode()
    assert COOKIE_NAME not in answer.cookies


def test_a_product_taken_down_is_gone_with_the_shops_others(browser, link, honey):
    honey.state = "unlisted"
    honey.save()
    for path in (path_of(link), f"/p/{honey.public_id}"):
        answer = browser.get(path)
        assert answer.status_code == 410
        assert COOKIE_NAME not in answer.cookies
        assert 'href="/shanli"' in answer.content.decode()


def test_a_listing_nobody_ever_saw_is_unknown(browser, honey):
    honey.state, honey.published_at = "held", None
    honey.save()

    assert browser.get(f"/p/{honey.public_id}").status_code == 404


def test_who_came_by_a_link_is_told_who_gains_on_the_products_own_page(browser, link, honey):
    before = browser.get(f"/p/{honey.public_id}").content.decode()
    browser.get(path_of(link))
    after = browser.get(f"/p/{honey.public_id}").content.decode()

    assert GAIN_EN not in before
    assert "林薇" not in before
    assert GAIN_EN in after
    assert "林薇 recommends this to you" in after


def test_on_another_product_of_the_shop_it_is_that_products_money(browser, link, hill_shop):
    tea = hill_shop.products.create(
        title="云雾绿茶", state="live", published_at=clock.now(), commission_bp=2000
    )
    tea.variants.create(name="a", price_minor=1000, available=1)
    tea.variants.create(name="b", price_minor=3000, available=1, position=1)
    browser.get(path_of(link))

    page = browser.get(f"/p/{tea.public_id}").content.decode()

    assert "林薇 brought you to this shop" in page
    assert "they may earn ¥2.00–¥6.00 if you buy" in page


def test_once_the_window_is_over_nobody_gains(browser, link, honey, noon):
    browser.get(path_of(link))
    with clock.stopped_at(NOON + timedelta(days=15, seconds=1)):
        assert GAIN_EN not in browser.get(f"/p/{honey.public_id}").content.decode()


def test_a_shop_has_its_page_and_says_who_gains(browser, link, hill_shop):
    assert browser.get("/shanli").status_code == 200
    assert "may earn" not in browser.get("/shanli").content.decode()
    browser.get(path_of(link))

    assert "林薇 brought you here and may earn" in browser.get("/shanli").content.decode()


def test_somebody_signed_in_gets_the_same_doors(browser, link, honey, xiaoyu):
    browser.force_login(xiaoyu)
    page = browser.get(path_of(link)).content.decode()

    assert GAIN_EN in page
    assert GAIN_EN in browser.get(f"/p/{honey.public_id}").content.decode()
    assert "brought you here" in browser.get("/shanli").content.decode()


@pytest.mark.parametrize(
    "path", ["/nobody-here", "/ShanLi", "/🍯", "/a" * 200, "/p/0000000000", "/p/１"]
)
def test_what_is_not_there_is_a_404(browser, hill_shop, path):
    assert browser.get(path).status_code == 404


def test_a_closed_shop_is_not_there(browser, hill_shop, honey, link):
    hill_shop.state = "closed"
    hill_shop.save()

    assert browser.get("/shanli").status_code == 404
    assert browser.get(path_of(link)).status_code == 410


def test_words_and_parameters_of_strangers_change_nothing(browser, link):
    answer = browser.get(path_of(link) + "?to=https://evil.test&next=//evil.test&wd_ref=x#y")

    assert answer.status_code == 200
    assert "evil.test" not in answer.content.decode()


@pytest.mark.parametrize("cookie", ["x" * 4000, "garbage", "", "A" * 354])
def test_a_forged_cookie_is_no_cookie(browser, link, honey, cookie):
    browser.cookies[COOKIE_NAME] = cookie

    assert browser.get(f"/p/{honey.public_id}").status_code == 200
    assert GAIN_EN not in browser.get(f"/p/{honey.public_id}").content.decode()


@pytest.mark.django_db(transaction=True)
def test_without_valkey_the_page_answers_and_the_click_is_stored(browser, link, dead_valkey):
    answer = browser.get(path_of(link))

    assert answer.status_code == 200
    assert COOKIE_NAME in answer.cookies
    assert list(Click.objects.values_list("kind", "link_id")) == [("human", link.pk)]
    assert ClickHour.objects.get().humans == 1


def test_mutual_friends_are_counted_for_who_is_signed_in(browser, link, linwei, xiaoyu):
    hao = Person.objects.create_user(name="阿浩", email="hao@example.test")
    for one, other in ((linwei, hao), (xiaoyu, hao)):
        low, high = sorted((one, other), key=lambda person: person.pk)
        Friendship.objects.create(low=low, high=high)
    browser.force_login(xiaoyu)

    assert "You have 1 friend in common" in browser.get(path_of(link)).content.decode()


def test_the_short_way_answers_exactly_as_the_long_way(link, settings, noon):
    def answered():
        answer = Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="en").get(path_of(link))
        token = answer.cookies["csrf"].value
        names = ["vary", "content-security-policy", "x-frame-options", "content-length"]
        names += ["content-language", "referrer-policy", "x-content-type-options", "cache-control"]
        cookies = {name: (one["httponly"], one["samesite"]) for name, one in answer.cookies.items()}
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        return {name: answer.get(name) for name in names}, cookies, page, len(token)

    short = answered()
    short_way = "referrals.views.short_way.ShareLinksFirst"
    settings.MIDDLEWARE = [step for step in settings.MIDDLEWARE if step != short_way]
    long = answered()

    assert short[0]["content-language"] == "en"
    assert short[0]["vary"] is not None
    assert {**short[0], "vary": ""} == {**long[0], "vary": ""}
    assert short[1:] == long[1:]


def test_the_bag_takes_what_the_short_ways_form_sends(link, jar):
    client = Client(**BROWSER, enforce_csrf_checks=True)
    page = client.get(path_of(link)).content.decode()
    (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
    form = {"variant": jar.pk, "quantity": 1, "version": 1, "act": "add"}

    assert client.post("/bag", form).status_code == 403
    assert client.post("/bag", form | {"csrfmiddlewaretoken": token}).status_code == 302


def test_a_strange_host_is_refused_on_the_short_way(link):
    assert Client(**BROWSER).get(path_of(link), HTTP_HOST="evil.test").status_code == 400
