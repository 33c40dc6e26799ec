"""Consent: no cookie before it is allowed, and the link counts within the visit all the same."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from kit import clock
from orders.models import Bag
from referrals import consent
from referrals.models import Click
from referrals.touches import COOKIE_NAME, Touch, cookie_with
from tests.conftest import NOON
from tests.referrals.conftest import BROWSER, touch_of
from tests.referrals.doors import GAIN_EN, path_of, stored, touches_of

QUESTION = "Remember for 30 days who sent you here?"


@pytest.fixture
def strict(settings):
    settings.CONSENT = "strict"


def hidden(page: str, name: str) -> str:
    """The value of a page's hidden field; the first of that name."""
    values: list[str] = re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return values[0]


def test_nothing_is_left_before_it_is_allowed(phone, link, strict):
    answer = phone.get(path_of(link))
    page = answer.content.decode()

    assert COOKIE_NAME not in answer.cookies
    assert set(answer.cookies) <= {"csrf"}
    assert QUESTION in page
    assert GAIN_EN in page
    assert stored() == [("human", link.pk)]


def test_where_nobody_must_be_asked_nobody_is(phone, link):
    page = phone.get(path_of(link)).content.decode()

    assert QUESTION not in page
    assert 'name="brought"' not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_question_is_asked_in_the_readers_language(link, strict, language):
    client = Client(**BROWSER, HTTP_ACCEPT_LANGUAGE=language)
    page = client.get(path_of(link)).content.decode()

    assert ("要记住是谁推荐你来的吗" in page) == (language == "zh-hans")
    assert (QUESTION in page) == (language == "en")


def test_who_allows_it_has_the_cookie_of_this_very_click(phone, link, strict):
    page = phone.get(path_of(link)).content.decode()
    form = {"act": "allow", "brought": hidden(page, "brought"), "next": path_of(link)}
    answer = phone.post("/about/cookies", form)

    assert (answer.status_code, answer["Location"]) == (302, path_of(link))
    (touch,) = touches_of(phone)
    stored()
    assert Click.objects.get().id == touch.click_id
    assert QUESTION not in phone.get(path_of(link)).content.decode()
    assert len(stored()) == 1  # the visit goes on


def test_who_takes_it_away_again_has_nothing(phone, link, strict):
    page = phone.get(path_of(link)).content.decode()
    phone.post("/about/cookies", {"act": "allow", "brought": hidden(page, "brought")})
    assert "There is such a note here." in phone.get("/about/cookies").content.decode()
    phone.post("/about/cookies", {"act": "forget"})

    assert touches_of(phone) == []
    assert "There is no such note here." in phone.get("/about/cookies").content.decode()
    assert QUESTION in phone.get(path_of(link)).content.decode()


@pytest.mark.parametrize(
    ("noted", "allowed", "buttons"),
    [
        (False, False, ["allow"]),
        (True, False, ["forget", "allow"]),
        (False, True, ["forget"]),
        (True, True, ["forget"]),
    ],
)
def test_what_is_noted_can_be_taken_away_whether_or_not_it_was_allowed(
    phone, link, strict, noted, allowed, buttons
):
    if noted:
        phone.cookies[COOKIE_NAME] = cookie_with([], touch_of(link))
    if allowed:
        phone.cookies[consent.ALLOWED_COOKIE] = consent.ALLOWED

    page = phone.get("/about/cookies").content.decode()

    assert re.findall(r'name="act" value="(\w+)"', page) == buttons


def test_on_the_products_own_page_it_goes_along_in_the_address(phone, link, honey, strict):
    page = phone.get(path_of(link)).content.decode()
    carried = hidden(page, "brought")
    own = phone.get(f"/p/{honey.public_id}", {"r": carried}).content.decode()

    assert GAIN_EN in own
    assert hidden(own, "brought") == carried
    assert GAIN_EN not in phone.get(f"/p/{honey.public_id}").content.decode()


@pytest.mark.parametrize(
    "value", ["", "x", "A" * 354, "x" * 100_000, "\x00", "🍯", "../../etc", "1\n2"]
)
def test_what_we_did_not_sign_proves_nothing(phone, link, honey, jar, strict, value):
    assert phone.get(f"/p/{honey.public_id}", {"r": value}).status_code in {200, 400}
    form = {"variant": jar.pk, "quantity": 1, "version": 1, "act": "add", "brought": value}
    assert phone.post("/bag", form).status_code == 302
    assert phone.post("/about/cookies", {"act": "allow", "brought": value}).status_code == 302

    assert Bag.objects.get().brought == ""
    assert touches_of(phone) == []


def test_a_day_later_the_visit_is_over(link, strict, noon):
    token = cookie_with([], touch_of(link, ago=timedelta()))

    with clock.stopped_at(NOON + timedelta(hours=23, minutes=59)):
        assert len(consent.carried(token)) == 1
    with clock.stopped_at(NOON + timedelta(days=1)):
        assert consent.carried(token) == []


def test_a_bag_carries_the_links_of_two_shops(link, noon):
    one = touch_of(link)
    other = Touch(one.click_id, link.pk + 1, link.shop_id + 1, NOON)
    both = consent.joined(cookie_with([], one), cookie_with([], other))

    assert {touch.shop_id for touch in consent.carried(both)} == {link.shop_id, link.shop_id + 1}
    assert consent.joined("", "") == ""
    assert consent.carried(consent.joined(cookie_with([], one), "garbage")) == [one]


def test_an_answer_leads_to_no_other_house(phone, db):
    answer = phone.post("/about/cookies", {"act": "allow", "next": "//evil.test"})

    assert (answer.status_code, answer["Location"]) == (302, "/about/cookies")
    assert COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize("body", [{}, {"act": ""}, {"act": "x"}, {"act": "ALLOW"}, {"act": "\x00"}])
def test_a_button_there_is_none_of_changes_nothing(phone, db, body):
    answer = phone.post("/about/cookies", body)

    assert answer.status_code == 422
    assert "Nothing was changed" in answer.content.decode()
    assert not answer.cookies


def test_who_is_signed_in_is_asked_too(phone, link, xiaoyu, strict):
    phone.force_login(xiaoyu)
    answer = phone.get(path_of(link))

    assert QUESTION in answer.content.decode()
    assert COOKIE_NAME not in answer.cookies


def test_the_page_about_it_costs_the_database_nothing(phone, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert phone.get("/about/cookies").status_code == 200
