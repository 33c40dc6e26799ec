"""The pages of an account, and the settings they rest on."""

from datetime import timedelta

import pytest
from allauth.account import app_settings as account
from allauth.mfa import app_settings as mfa
from allauth.socialaccount import app_settings as social
from django.conf import settings as live_settings

from orders import bags
from tests.weidian.entrance import sign_in, who

pytestmark = pytest.mark.usefixtures("english")


@pytest.mark.parametrize(
    "path",
    ["login/", "signup/", "inactive/", "email/", "phone/change/", "2fa/", "2fa/webauthn/",
     "2fa/webauthn/add/", "logout/"],
)  # fmt: skip
def test_every_account_page_answers(client, linwei, path):
    anonymous = client.get(f"/accounts/{path}")
    assert anonymous.status_code in {200, 302}

    sign_in(client, linwei.email)
    assert client.get(f"/accounts/{path}").status_code in {200, 302}


@pytest.mark.parametrize(
    ("language", "help_text"),
    [
        ("en", "Your device then makes sure each time that it is you."),
        ("zh-hans", "这样登录时，设备每次都会先确认是你本人。"),
    ],
)
def test_what_a_passkey_alone_means_is_said_in_the_houses_words(
    client, linwei, language, help_text
):
    sign_in(client, linwei.email)
    client.cookies["django_language"] = language

    assert help_text in client.get("/accounts/2fa/webauthn/add/").text


@pytest.mark.parametrize(("language", "hello"), [("en", "Welcome"), ("zh-hans", "欢迎")])
def test_who_comes_to_open_a_shop_is_not_taken_for_an_old_friend(client, db, language, hello):
    client.cookies["django_language"] = language

    page = client.get("/open", follow=True).text

    assert f"<h1>{hello}</h1>" in page


def test_every_page_leads_to_the_books(client, db):
    assert '<a href="/about/ledger">Our books</a>' in client.get("/accounts/login/").text
    client.cookies["django_language"] = "zh-hans"
    assert '<a href="/about/ledger">公开账本</a>' in client.get("/accounts/login/").text


@pytest.mark.parametrize("path", ["reset/", "change/", "set/", "reset/done/", "reset/key/1-x/"])
def test_there_are_no_pages_about_passwords(client, linwei, path):
    client.force_login(linwei)

    assert client.get(f"/accounts/password/{path}").status_code == 404


def test_signing_out_needs_a_post(client, linwei):
    client.force_login(linwei)

    client.get("/accounts/logout/")
    assert who(client) == linwei
    client.post("/accounts/logout/")
    assert who(client) is None


def test_the_settings_that_must_hold():
    assert account.EMAIL_VERIFICATION == "mandatory"
    assert account.PREVENT_ENUMERATION is True
    assert account.EMAIL_NOTIFICATIONS is True
    assert account.CONFIRM_EMAIL_ON_GET is False
    assert account.LOGOUT_ON_GET is False
    assert account.LOGIN_ON_PASSWORD_RESET is False
    assert account.LOGIN_BY_CODE_MAX_ATTEMPTS == 3
    assert timedelta(seconds=account.LOGIN_BY_CODE_TIMEOUT) == timedelta(minutes=10)
    assert account.RATE_LIMITS["login"] == "30/m/ip"
    assert account.RATE_LIMITS["request_login_code"] == "20/m/ip,3/m/key,10/h/key,50/d/key"
    assert account.RATE_LIMITS["verify_phone"] == "20/m/ip,1/30s/key,5/h/key"
    assert social.EMAIL_AUTHENTICATION is False
    assert social.LOGIN_ON_GET is False
    assert mfa.ALLOW_UNVERIFIED_EMAIL is False
    assert mfa.REAUTHENTICATION_REQUIRED is True
    assert live_settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"


def test_signing_out_leaves_no_count_of_the_bag_behind(client, linwei, jar):
    bags.add(bag=bags.open_for(person=linwei, token=None), variant=jar, quantity=3)
    assert sign_in(client, linwei.email).cookies["bag_count"].value == "3"

    answer = client.post("/accounts/logout/")

    assert (answer.cookies["bag_count"].value, answer.cookies["bag_count"]["max-age"]) == ("", 0)
    assert bags.count(bags.of(person=linwei, token=None)) == 3
