"""Signing in as people do: in a real Chromium, by code and by passkey."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from people.models import Person
from tests.browser import overflow, small_targets, violations
from tests.passkeys import give_passkeys

pytestmark = pytest.mark.django_db(transaction=True)


def newest_code() -> str:
    return str(re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))[0])


def sign_in(page, contact: str, *, scripts: bool = True) -> None:
    page.locator("[name=contact]").fill(contact)
    page.locator("form:has([name=contact]) button").first.click()
    page.wait_for_url("**/accounts/login/code/confirm/**")
    page.locator("[name=code]").fill(newest_code())
    if not scripts:  # with them the page sends itself once six digits are there
        page.locator("form:has([name=code]) button").first.click()
    page.wait_for_url(lambda url: "confirm" not in url)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("contact", ["mei@example.test", "13800138000"])
def test_somebody_new_is_in_with_one_field_and_six_digits(open_page, contact, scripts):
    page = open_page("/accounts/login/?next=/me", scripts=scripts)

    sign_in(page, contact, scripts=scripts)

    assert page.url.endswith("/me")
    assert Person.objects.get().name in page.locator("main").inner_text()


def test_a_passkey_is_added_and_signs_in_without_a_code(open_page):
    page = open_page("/accounts/login/?next=/accounts/2fa/webauthn/add/")
    give_passkeys(page)
    sign_in(page, "mei@example.test")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/accounts/2fa/")
    mei = Person.objects.get()
    assert Authenticator.objects.filter(user=mei, type=Authenticator.Type.WEBAUTHN).count() == 1

    root = page.url.split("/accounts/")[0]
    page.goto(f"{root}/me")
    page.locator("form[action='/accounts/logout/'] button").click()
    page.wait_for_load_state()
    letters = len(mail.outbox)
    page.goto(f"{root}/accounts/login/?next=/me")
    page.locator("#passkey_login").click()
    page.wait_for_url(lambda url: "login" not in url)

    assert page.url.endswith("/me")
    assert mei.name in page.locator("main").inner_text()
    assert len(mail.outbox) == letters


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_of_people_are_for_everybody(open_page, language, look, linwei, xiaoyu):
    page = open_page("/accounts/login/?next=/me", language=language, look=look)
    root = page.url.split("/accounts/")[0]
    assert (violations(page), small_targets(page), overflow(page)) == ([], [], 0)
    sign_in(page, linwei.email)

    for path in ("/me", "/me/profile", "/me/friends", "/me/notices", f"/u/{xiaoyu.public_id}",
                 f"/u/{xiaoyu.public_id}/add", f"/u/{xiaoyu.public_id}/block"):  # fmt: skip
        page.goto(root + path)
        assert (path, violations(page), small_targets(page), overflow(page)) == (path, [], [], 0)
