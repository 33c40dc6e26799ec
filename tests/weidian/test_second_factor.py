"""Staff prove themselves twice: what leads them there, and what counts as a proof."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from people.models import StaffRole
from tests.passkeys import give_passkeys, sign_in_twice
from tests.weidian.entrance import CONFIRM, ask, newest_code, sign_in, who
from tests.weidian.test_signing_in_browser import sign_in as sign_in_by_hand

FIRST, ADD = "/accounts/2fa/first/", "/accounts/2fa/webauthn/add/"
SHOW = "/accounts/2fa/webauthn/reauthenticate/"


def test_staff_without_a_passkey_are_led_to_add_one_and_told_why(client, wulan):
    client.cookies["django_language"] = "en"
    sign_in(client, wulan.email)

    assert client.get("/desk/")["Location"] == f"{FIRST}?next=/desk/"
    led = client.get(f"{FIRST}?next=/desk/")
    assert led["Location"] == f"{ADD}?next=/desk/"
    page = client.get(led["Location"]).content.decode()
    assert "Work for the house needs a passkey beside the code" in page
    assert '<input type="hidden" name="next" value="/desk/">' in page


def test_staff_with_a_passkey_are_asked_for_it_at_the_door(client, wulan):
    Authenticator.objects.create(user=wulan, type="webauthn", data={"name": "phone"})
    ask(client, wulan.email)

    answer = client.post(CONFIRM, {"code": newest_code()})

    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert who(client) is None


def test_a_session_from_before_the_role_shows_the_passkey_once_more(client, linwei):
    Authenticator.objects.create(user=linwei, type="webauthn", data={"name": "phone"})
    sign_in(client, linwei.email)
    StaffRole.objects.create(person=linwei, role="moderator")

    assert client.get("/desk/")["Location"] == f"{FIRST}?next=/desk/"
    assert client.get(f"{FIRST}?next=/desk/")["Location"] == f"{SHOW}?next=/desk/"


def test_another_persons_proof_is_no_proof(client, wulan, linwei):
    sign_in_twice(client, linwei)
    session = client.session
    records = session["account_authentication_methods"]
    client.force_login(wulan)
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(linwei.pk)
    session.save()

    assert client.get("/desk/")["Location"] == f"{FIRST}?next=/desk/"


def test_who_proved_themselves_twice_sits_down(client, wulan):
    sign_in_twice(client, wulan)

    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "javascript:x"])
def test_nobody_is_led_away_from_here(client, wulan, target):
    client.force_login(wulan)

    assert client.get(FIRST, {"next": target})["Location"] == f"{ADD}?next=/"


def test_who_is_not_signed_in_signs_in_first(client, db):
    assert client.get(FIRST)["Location"] == f"/accounts/login/?next={FIRST}"
    assert client.post(FIRST).status_code in {302, 405}


@pytest.mark.django_db(transaction=True)
def test_a_moderator_adds_a_passkey_and_is_at_the_desk(open_page, wulan):
    page = open_page("/accounts/login/?next=/desk/")
    give_passkeys(page)
    sign_in_by_hand(page, wulan.email)
    assert page.url.endswith(f"{ADD}?next=/desk/")

    with page.expect_navigation():
        page.locator("#mfa_webauthn_add").click()

    assert page.url.endswith("/desk/")
    assert Authenticator.objects.filter(user=wulan, type="webauthn").count() == 1
    assert mail.outbox
