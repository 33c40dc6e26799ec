"""The page that explains trust: its numbers are the code's, and the switch works."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from catalog import item_circles, item_scores, item_stars, nearness
from people import privacy, trust_rules
from people.models import Person, TrustRun

PAGE = "/about/trust"


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def stranger(db) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def lin(linwei) -> Client:
    client = Client()
    client.force_login(linwei, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    return client


def test_it_says_that_no_commission_raises_a_rank(stranger):
    said = words(stranger.get(PAGE))

    assert "A commission never raises its rank" in said
    assert "weighs only 70 %" in said


@pytest.mark.parametrize(
    ("module", "name", "value", "said"),
    [
        (trust_rules, "STRONGEST_FRIENDS", 151, "at most 151 of one person"),
        (trust_rules, "TOO_FAINT", 0.21, "less than 21 % as well"),
        (trust_rules, "FRIENDS_NEEDED", 6, "6 of them who are reached"),
        (trust_rules, "YOUNG_FACTOR", 0.5, "no more than 10 %"),
        (trust_rules, "SEEDS_NEEDED", 31, "once 31 people"),
        (item_scores, "RECENT", 0.61, "may still go back 61 %"),
        (item_scores, "MAY_EARN", 0.71, "weighs only 71 %"),
        (item_scores, "LEAST_PAID_MINOR", 600, "cost less than ¥6.00"),
        (item_scores, "HALVED_AFTER_DAYS", 366.0, "half as much after 366 days"),
        (item_circles, "MOST_OF_A_CIRCLE", 2.5, "for more than 2.5"),
        (item_stars, "MOST_MOVED_STARS", 0.16, "moves the stars by more than 0.16"),
        (nearness, "STRANGERS", 0.16, "strangers count 16 %"),
        (nearness, "NEARNESS_BASE", 0.5, "counts 50 %, with 3 friends 80 %"),
        (nearness, "MOST_OF_A_GATEWAY", 1.5, "count together for 1.5 at most"),
    ],
)
def test_it_cannot_say_another_number_than_the_code(
    stranger, monkeypatch, module, name, value, said
):
    assert said not in words(stranger.get(PAGE))

    monkeypatch.setattr(module, name, value)

    assert said in words(stranger.get(PAGE))


def test_it_says_when_everybody_counts_the_same(stranger):
    assert "everybody's word weighs the same" in words(stranger.get(PAGE))


def test_it_says_of_which_night_the_weights_are(stranger, noon):
    TrustRun.objects.create(
        state="published", counts=True, finished_at=noon, started_at=noon, people=1200, edges=9000
    )

    said = words(stranger.get(PAGE))

    assert "everybody's word weighs the same" not in said
    assert "1200 people and 9000 friendships" in said.replace(",", "")


def test_it_is_read_in_chinese_too(stranger):
    stranger.cookies["django_language"] = "zh-hans"

    said = words(stranger.get(PAGE))

    assert "佣金不会提高排名" in said
    assert "70%" in said


def test_a_person_switches_what_is_theirs_off_and_on(lin, linwei):
    assert "You see your friends' words first." in words(lin.get(PAGE)).replace("&#x27;", "'")

    answer = lin.post(PAGE, {"wanted": "off"})

    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    linwei.refresh_from_db()
    assert not linwei.personalised
    assert "You see what everybody sees" in words(lin.get(PAGE))
    lin.post(PAGE, {"wanted": "on"})
    assert Person.objects.get(pk=linwei.pk).personalised


@pytest.mark.parametrize("wanted", ["", "\x00", "ON", "x" * 100_000])
def test_an_unknown_press_changes_nothing(lin, linwei, wanted):
    assert lin.post(PAGE, {"wanted": wanted}).status_code == 422

    linwei.refresh_from_db()
    assert linwei.personalised


def test_a_stranger_is_led_to_sign_in_and_back(stranger):
    assert "Without signing in everybody sees the same." in words(stranger.get(PAGE))

    answer = stranger.post(PAGE, {"wanted": "off"})

    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/about/trust")


def test_what_is_shown_to_whom_depends_on_the_switch(linwei, rf):
    request = rf.get("/")
    request.user = linwei
    assert privacy.personalised(request)

    privacy.set_personalised(person=linwei, wanted=False)

    assert not privacy.personalised(request)


def test_the_page_asks_little(stranger, django_assert_num_queries):
    with django_assert_num_queries(1):
        stranger.get(PAGE)
