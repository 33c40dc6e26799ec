"""What a process remembers for a moment, and the tokens it draws."""

import re
import time
from collections import Counter

import pytest
from django.middleware import csrf

from referrals.form_tokens import form_token
from referrals.nearby import Nearby, forget_all


@pytest.fixture
def asked():
    return []


def _matches(token: str, cookie: object) -> bool:
    """Ask Django's own check, which the stubs leave out."""
    return bool(csrf._does_token_match(token, cookie))  # type: ignore[attr-defined]


def looking_up(asked, fact):
    def look_up():
        asked.append(fact)
        return fact

    return look_up


def test_a_fact_is_looked_up_once_and_again_when_it_is_old(asked):
    nearby: Nearby[str] = Nearby(seconds=0.05, absent_seconds=0, most=9)

    assert [nearby.get("a", looking_up(asked, "one")) for _ in range(3)] == ["one"] * 3
    assert asked == ["one"]
    time.sleep(0.06)
    assert nearby.get("a", looking_up(asked, "two")) == "two"


def test_what_is_not_there_is_asked_for_again_sooner(asked):
    nearby: Nearby[str] = Nearby(seconds=60, absent_seconds=0, most=9)

    assert nearby.get("a", looking_up(asked, None)) is None
    assert nearby.get("a", looking_up(asked, "now")) == "now"


def test_a_flood_of_keys_takes_no_more_room(asked):
    nearby: Nearby[int] = Nearby(seconds=60, absent_seconds=60, most=10)
    for number in range(1000):
        nearby.get(f"{number}", looking_up(asked, number))

    assert len(nearby._kept) <= 10


def test_everything_is_forgotten_between_two_worlds(asked):
    nearby: Nearby[int] = Nearby(seconds=60, absent_seconds=60, most=10)
    nearby.get("a", looking_up(asked, 1))
    forget_all()

    assert nearby.get("a", looking_up(asked, 2)) == 2


def test_a_token_is_one_that_django_takes():
    environ: dict[str, object] = {}
    token = form_token(environ)

    assert re.fullmatch(r"[A-Za-z0-9]{64}", token)
    assert environ["CSRF_COOKIE_NEEDS_UPDATE"] is True
    assert _matches(token, environ["CSRF_COOKIE"])
    again = form_token(environ)
    assert again != token
    assert _matches(again, environ["CSRF_COOKIE"])
    assert not _matches(again, form_token({})[:32])


def test_every_sign_is_drawn_as_often_as_any_other():
    drawn = Counter("".join(form_token({})[:32] for _ in range(2000)))

    assert len(drawn) == 62
    # 64,000 signs: about 1,032 of each; eight standard deviations either way.
    assert min(drawn.values()) > 780
    assert max(drawn.values()) < 1290
