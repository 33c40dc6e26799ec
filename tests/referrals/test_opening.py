"""Opening a link: every kind of visitor is noted, people get a cookie, nobody else does."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client

from kit import clock, nearby
from referrals import stream
from referrals.models import Click, ClickHour, ShareLink
from referrals.touches import COOKIE_NAME
from tests.conftest import NOON
from tests.referrals.conftest import BROWSER, in_stream
from tests.referrals.doors import GAIN_EN, WHATSAPP, path_of, stored, touches_of


def test_a_person_gets_a_signed_cookie_that_proves_the_click(phone, link, hill_shop, noon):
    answer = phone.get(path_of(link))

    cookie = answer.cookies[COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 86400)
    assert (cookie["path"], cookie["domain"]) == ("/", "")  # else no browser took a __Host- name
    (touch,) = touches_of(phone)
    assert (touch.link_id, touch.shop_id, touch.at) == (link.pk, hill_shop.pk, NOON)
    assert stored() == [("human", link.pk)]
    assert Click.objects.get().id == touch.click_id
    assert Click.objects.get().visitor != ""


def test_coming_back_within_half_an_hour_is_one_visit(phone, link, noon):
    phone.get(path_of(link))
    phone.get(path_of(link))
    with clock.stopped_at(NOON + timedelta(minutes=31)):
        phone.get(path_of(link))

    assert stored() == [("human", link.pk)] * 2


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
def test_a_prefetch_is_sent_away_noted_and_not_counted(phone, link, header):
    answer = phone.get(path_of(link), **header)

    assert answer.status_code == 503
    assert answer["Cache-Control"] == "no-store, private"
    assert COOKIE_NAME not in answer.cookies
    assert stored() == [("prefetch", link.pk)]
    assert ClickHour.objects.get().humans == 0


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ({"HTTP_USER_AGENT": "Googlebot/2.1"}, "bot"),
        ({"HTTP_USER_AGENT": "curl/8.5.0"}, "bot"),
        ({"HTTP_SEC_FETCH_DEST": "image"}, "suspect"),
        ({"HTTP_SEC_FETCH_DEST": "iframe", "HTTP_SEC_FETCH_MODE": "navigate"}, "suspect"),
    ],
)
def test_robots_and_embedded_frames_get_the_page_and_no_cookie(phone, link, header, kind):
    answer = phone.get(path_of(link), **header)

    assert answer.status_code == 200
    assert COOKIE_NAME not in answer.cookies
    assert stored() == [(kind, link.pk)]
    hour = ClickHour.objects.get()
    assert (hour.humans, hour.others) == (0, 1)


def test_a_look_at_the_head_counts_nothing(phone, link):
    answer = phone.head(path_of(link))

    assert answer.status_code == 200
    assert COOKIE_NAME not in answer.cookies
    assert in_stream() == 0


def test_the_sharer_sees_no_card_and_is_counted_as_self(phone, link, linwei):
    phone.force_login(linwei)
    answer = phone.get(path_of(link))

    assert "recommends this to you" not in answer.content.decode()
    assert COOKIE_NAME not in answer.cookies
    assert stored() == [("self", link.pk)]


def test_the_shops_own_people_are_counted_as_self(phone, link, chen):
    phone.force_login(chen)

    assert COOKIE_NAME not in phone.get(path_of(link)).cookies
    assert stored() == [("self", link.pk)]


@pytest.mark.parametrize(
    "header",
    [
        {"HTTP_USER_AGENT": ""},
        {"HTTP_SEC_FETCH_MODE": "cors"},
        {"HTTP_ACCEPT": "image/webp"},
    ],
)
def test_who_may_be_a_person_gets_a_cookie_that_says_there_is_doubt(phone, link, header):
    phone.get(path_of(link), **header)

    (touch,) = touches_of(phone)
    assert touch.is_doubtful
    assert stored() == [("suspect", link.pk)]
    assert ClickHour.objects.get().humans == 0


def opened_often(link, times: int, *, address="203.0.113.9", agent="Phone") -> Client:
    """Open a link so many times, each time with a browser that has no cookie."""
    named = BROWSER | {"HTTP_USER_AGENT": f"Mozilla/5.0 {agent}"}
    browsers = [Client(**named) for _ in range(times)]
    for browser in browsers:
        browser.get(path_of(link), REMOTE_ADDR=address)
    return browsers[-1]


def test_the_twenty_first_click_of_a_visitor_in_a_minute_is_too_many(link, noon):
    last = opened_often(link, 21)

    assert Counter(kind for kind, _ in stored()) == {"human": 20, "rate": 1}
    hour = ClickHour.objects.get()
    assert (hour.humans, hour.others) == (20, 1)
    (touch,) = touches_of(last)  # it may be a person all the same, behind a crowd's address
    assert touch.is_doubtful


def test_another_telephone_behind_the_same_address_is_another_visitor(link, noon):
    opened_often(link, 20)
    opened_often(link, 1, agent="Other")

    assert Counter(kind for kind, _ in stored()) == {"human": 21}


def test_a_network_that_clicks_one_link_too_often_is_too_many(link, noon, monkeypatch):
    monkeypatch.setattr(stream, "MOST_OF_ONE_NETWORK", 3)
    for number in range(4):
        opened_often(link, 1, address=f"198.51.100.{number}")
    opened_often(link, 1, address="198.51.101.1")
    for number in range(4):
        opened_often(link, 1, address=f"2001:db8:7:{number}::1")
    opened_often(link, 1, address="2001:db8:8::1")

    assert Counter(kind for kind, _ in stored()) == {"human": 8, "rate": 2}


def test_what_is_counted_in_a_minute_names_no_address_and_is_soon_forgotten(link):
    opened_often(link, 1, address="203.0.113.77")
    names = list(stream.client().scan_iter(f"{stream.key()}:*"))

    assert len(names) == 2
    assert all(0 < stream.client().ttl(name) <= 60 for name in names)
    assert b"203.0" not in b"".join(names)


def test_robots_never_use_up_what_people_may_click(phone, link):
    for _ in range(25):
        phone.get(path_of(link), HTTP_USER_AGENT="Googlebot/2.1")
    phone.get(path_of(link), HTTP_USER_AGENT="Mozilla/5.0 Phone")

    assert Counter(kind for kind, _ in stored()) == {"bot": 25, "human": 1}


@pytest.mark.parametrize(
    ("query", "channel"),
    [
        ("?c=poster", "poster"),
        ("?c=moments&from=singlemessage", "moments"),
        ("?from=timeline&isappinstalled=0", "moments"),
        ("?from=groupmessage", "wechat"),
        ("?c=nonsense", ""),
        ("?c=%F0%9F%8D%AF", ""),
        ("?c=" + "x" * 5000, ""),
        ("", ""),
    ],
)
def test_a_click_knows_the_way_its_link_was_sent(phone, link, query, channel):
    phone.get(path_of(link) + query)
    stored()

    assert Click.objects.get().channel == channel
    assert touches_of(phone)[0].channel == channel


def test_a_link_that_has_ended_opens_the_product_and_pays_nobody(phone, link, honey, linwei, noon):
    ShareLink.objects.update(ends_at=NOON - timedelta(seconds=1))
    page = phone.get(path_of(link)).content.decode()

    assert "This link has ended. You can buy as always; nobody earns through it." in page
    assert GAIN_EN not in page
    assert "<h1>秦岭野花土蜂蜜" in page
    assert touches_of(phone) == []
    assert stored() == [("human", link.pk)]


def test_who_comes_back_by_an_ended_link_reads_one_thing(phone, link, noon):
    phone.get(path_of(link))
    ShareLink.objects.update(ends_at=NOON + timedelta(hours=1))
    nearby.forget_all()
    with clock.stopped_at(NOON + timedelta(hours=2)):
        page = phone.get(path_of(link)).content.decode()

    assert GAIN_EN in page
    assert "nobody earns through it" not in page


def test_a_click_from_before_the_end_still_counts_after_it(phone, link, honey, noon):
    phone.get(path_of(link))
    ShareLink.objects.update(ends_at=NOON + timedelta(hours=1))
    nearby.forget_all()
    with clock.stopped_at(NOON + timedelta(hours=2)):
        page = phone.get(f"/p/{honey.public_id}").content.decode()

    assert GAIN_EN in page


def test_in_wechat_the_page_stands_on_its_own(link, settings):
    """WeChat cuts off pages that send people on, and reaches nothing of other hosts."""
    wechat = BROWSER | {
        "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14; PGT-AN10) AppleWebKit/537.36 (KHTML, "
        "like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 "
        "MMWEBSDK/20240301 MicroMessenger/8.0.48.2580(0x28003036) WeChat/arm64 Language/zh_CN"
    }
    client = Client(**wechat, HTTP_ACCEPT_LANGUAGE="zh-CN")
    answer = client.get(path_of(link) + "?from=timeline&isappinstalled=0")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert len(touches_of(client)) == 1
    assert stored() == [("human", link.pk)]
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=.([^\"' ]+)", page)
    assert loaded
    assert all(address.startswith(("/", settings.BASE_URL)) for address in loaded)
    assert "http-equiv" not in page
