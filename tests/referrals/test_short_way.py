"""The short way to the public doors answers as the long way does, whatever is away."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from referrals.models import Click, ClickHour
from referrals.touches import COOKIE_NAME
from referrals.views import short_way
from tests.referrals.conftest import BROWSER
from tests.referrals.doors import GAIN_EN, path_of

SHORT_WAY = "referrals.views.short_way.ShareLinksFirst"


def told(answer) -> dict[str, object]:
    """Every header, with what may stand in any order put in order."""
    headers = {name.lower(): text for name, text in answer.headers.items()}
    parts = {
        "vary": headers.pop("vary").split(", "),
        "csp": headers.pop("content-security-policy").split("; "),
    }
    return headers | {name: sorted(part) for name, part in parts.items()}


@pytest.mark.parametrize("is_secure", [True, False])
@pytest.mark.parametrize("language", ["en", "zh-CN", "fr", "", "x" * 300])
@pytest.mark.parametrize("door", ["/s/{code}", "/p/{public_id}", "/p/{small}"])
def test_the_short_way_answers_exactly_as_the_long_way(
    link, honey, settings, noon, door, language, is_secure
):
    path = door.format(code=link.code, public_id=honey.public_id, small=honey.public_id.lower())

    def answered():
        client = Client(**BROWSER, HTTP_ACCEPT_LANGUAGE=language)
        answer = client.get(path, secure=is_secure)
        token = answer.cookies["csrf"].value
        cookies = {
            name: {fact: one[fact] for fact in one if fact != "expires"}
            for name, one in answer.cookies.items()
        }
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        return told(answer), cookies, page, len(token)

    settings.SECURE_HSTS_SECONDS = 3600
    short = answered()
    settings.MIDDLEWARE = [step for step in settings.MIDDLEWARE if step != SHORT_WAY]
    long = answered()

    assert short == long
    assert short[0]["content-language"] == ("en" if language == "en" else "zh-hans")


@pytest.mark.parametrize(
    "how",
    [
        {"HTTP_COOKIE": "session=abc"},
        {"QUERY_STRING": "c=%00"},
        {"QUERY_STRING": "c=%ff"},
        {"QUERY_STRING": "c=\xff"},
    ],
)
def test_what_is_unusual_goes_the_long_way(link, how, monkeypatch):
    monkeypatch.setattr(short_way, "_open", lambda _: pytest.fail("went the short way"))

    assert Client(**BROWSER).get(path_of(link), **how).status_code in {200, 400}


def test_without_tls_the_short_way_leads_to_it_too(link, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client(**BROWSER).get(path_of(link))

    assert answer.status_code == 301
    assert answer["Location"].startswith("https://")
    assert Client(**BROWSER).get(path_of(link), secure=True).status_code == 200


def test_who_chose_a_language_reads_it(link):
    client = Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.cookies["django_language"] = "en"

    assert client.get(path_of(link))["Content-Language"] == "en"


def test_a_stranger_costs_the_database_nothing(link, honey, django_assert_num_queries):
    for path in (path_of(link), f"/p/{honey.public_id}"):
        Client(**BROWSER).get(path)
        with django_assert_num_queries(0):
            Client(**BROWSER).get(path)


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
