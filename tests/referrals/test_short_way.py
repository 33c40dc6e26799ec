"""The short way to the public doors answers as the long way does, whatever is away."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from referrals.models import Click, ClickHour
from referrals.touches import COOKIE_NAME
from tests.referrals.conftest import BROWSER
from tests.referrals.doors import GAIN_EN, path_of


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


@pytest.mark.parametrize("cookie", ["x" * 4000, "garbage", "", "A" * 354])
def test_a_forged_cookie_is_no_cookie(phone, link, honey, cookie):
    phone.cookies[COOKIE_NAME] = cookie

    assert phone.get(f"/p/{honey.public_id}").status_code == 200
    assert GAIN_EN not in phone.get(f"/p/{honey.public_id}").content.decode()


@pytest.mark.django_db(transaction=True)
def test_without_valkey_the_page_answers_and_the_click_is_stored(phone, link, dead_valkey):
    answer = phone.get(path_of(link))

    assert answer.status_code == 200
    assert COOKIE_NAME in answer.cookies
    assert list(Click.objects.values_list("kind", "link_id")) == [("human", link.pk)]
    assert ClickHour.objects.get().humans == 1
