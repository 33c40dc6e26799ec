"""Codes of share links: read as people copy them, and not to be guessed."""

from __future__ import annotations

import pytest

from referrals.models import ShareLink
from referrals.touches import COOKIE_NAME
from tests.referrals.doors import path_of


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_unknown_code_is_a_404_without_a_cookie(phone, db, method):
    for code in ("0000000000", "x", "UUUUUUUUUU", "蜂蜜", "0" * 300, "0000000000/", "%00"):
        answer = getattr(phone, method)(f"/s/{code}")
        assert answer.status_code in {404, 400}
        assert COOKIE_NAME not in answer.cookies


def test_letters_of_other_alphabets_are_no_code(phone, link):
    ShareLink.objects.update(code="S" * 10)

    assert phone.get("/s/" + "S" * 10).status_code == 200
    assert phone.get("/s/" + "ſ" * 10).status_code == 404  # its capital is an S


def test_who_guesses_codes_is_stopped_and_known_codes_still_open(phone, link):
    codes = [f"{number:010}" for number in range(31)]
    answers = [phone.get(f"/s/{code}", REMOTE_ADDR="203.0.113.5").status_code for code in codes]

    assert answers == [404] * 30 + [429]
    refused = phone.get("/s/0000000099", REMOTE_ADDR="203.0.113.5")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert COOKIE_NAME not in refused.cookies
    assert phone.get(path_of(link), REMOTE_ADDR="203.0.113.5").status_code == 200
    assert phone.get("/s/0000000099", REMOTE_ADDR="203.0.113.6").status_code == 404


def test_a_household_of_ipv6_addresses_guesses_as_one(phone, db):
    for number in range(30):
        phone.get("/s/0000000000", REMOTE_ADDR=f"2001:db8:1:2::{number:x}")

    assert phone.get("/s/0000000000", REMOTE_ADDR="2001:db8:1:2:f::1").status_code == 429
    assert phone.get("/s/0000000000", REMOTE_ADDR="2001:db8:1:3::1").status_code == 404


def test_small_letters_open_the_same_link(phone, link):
    assert phone.get(path_of(link).replace(link.code, link.code.lower())).status_code == 200
