"""Signing in: one field, six digits, and nothing said about who has an account."""

import re
from datetime import timedelta

import pytest
from allauth.account import app_settings as account
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa import app_settings as mfa
from allauth.socialaccount import app_settings as social
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings as live_settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from notifications.senders import email as mail_sender
from orders import bags
from people.models import Person
from tests.races import all_at_once
from weidian.signing_in import codes
from weidian.signing_in.adapters import SocialAdapter

LOGIN, CONFIRM = "/accounts/login/", "/accounts/login/code/confirm/"


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


def newest_code() -> str:
    return str(re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))[0])


def ask(client: Client, contact: str, **more):
    return client.post(LOGIN, {"contact": contact, **more})


def sign_in(client: Client, contact: str, **more):
    ask(client, contact, **more)
    return client.post(CONFIRM, {"code": newest_code(), **more})


def who(client: Client) -> Person | None:
    pk = client.session.get("_auth_user_id")
    return Person.objects.get(pk=pk) if pk else None


def test_a_known_address_and_its_code_sign_in(client, linwei):
    asked = ask(client, "LinWei@Example.test ")

    assert (asked.status_code, asked["Location"]) == (302, CONFIRM)
    assert mail.outbox[0].to == ["linwei@example.test"]
    assert who(client) is None
    answer = client.post(CONFIRM, {"code": newest_code()})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert who(client) == linwei
    assert EmailAddress.objects.get().verified


def test_an_unknown_address_becomes_an_account_only_once_proven(client, db):
    ask(client, "mei.lan+shop@example.test")
    assert not Person.objects.exists()

    client.post(CONFIRM, {"code": newest_code()})

    mei = Person.objects.get()
    assert (mei.email, mei.name, mei.language) == ("mei.lan+shop@example.test", "Mei Lan", "en")
    assert who(client) == mei
    assert not mei.has_usable_password()


def test_a_phone_number_works_the_same_way(client, db):
    sign_in(client, "138 0013 8000")

    ayi = Person.objects.get()
    assert mail.outbox[0].to == ["8613800138000@sms.invalid"]
    assert (ayi.phone, ayi.email, ayi.name) == ("+8613800138000", None, "Friend 8000")
    assert ayi.phone_verified_at is not None
    assert who(client) == ayi

    again = Client()
    Person.objects.update(name="阿姨")
    cache.clear()  # half a minute passes
    sign_in(again, "+86 13800138000")
    assert who(again) == ayi


def test_sign_up_takes_a_name_along(client, db):
    client.post("/accounts/signup/", {"name": "晓雨", "contact": "xiaoyu@example.test"})
    client.post(CONFIRM, {"code": newest_code()})

    assert Person.objects.get().name == "晓雨"


def test_sign_up_with_a_known_address_signs_in_and_renames_nobody(client, linwei):
    client.post("/accounts/signup/", {"name": "Mallory", "contact": linwei.email})
    client.post(CONFIRM, {"code": newest_code()})

    assert who(client) == linwei
    assert Person.objects.get().name == "林薇"


def test_known_and_unknown_addresses_get_the_same_answers_and_letters(linwei):
    pages, letters = [], []
    for contact in (linwei.email, "nobody@example.test"):
        browser = Client()
        asked = ask(browser, contact)
        page = browser.get(CONFIRM).content.decode().replace(contact, "@")
        pages.append((asked.status_code, asked["Location"], re.sub(r'value="[^"]{64}"', "", page)))
        letters.append((mail.outbox[-1].subject[6:], len(mail.outbox[-1].body)))

    assert pages[0] == pages[1]
    assert letters[0] == letters[1]


def test_a_wrong_code_can_be_mended_three_times_and_no_more(client, linwei):
    ask(client, linwei.email)
    wrong = "000000" if newest_code() != "000000" else "000001"

    answers = [client.post(CONFIRM, {"code": wrong}).status_code for _ in range(3)]

    assert answers == [422, 422, 302]
    assert client.post(CONFIRM, {"code": newest_code()}).status_code == 302
    assert who(client) is None


def test_a_code_is_of_no_use_in_another_browser(linwei):
    ask(Client(), linwei.email)

    other = Client()
    ask(other, "mallory@example.test")
    mallorys = newest_code()
    code = re.findall(r"\b\d{6}\b", str(mail.outbox[0].body))[0]
    if code != mallorys:
        assert other.post(CONFIRM, {"code": code}).status_code == 422
    assert who(other) is None


def test_a_code_expires(client, linwei, monkeypatch):
    ask(client, linwei.email)
    monkeypatch.setattr(codes.Proof, "is_valid", lambda self: False)

    answer = client.post(CONFIRM, {"code": newest_code()})

    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert who(client) is None


def test_a_new_code_can_be_asked_for_and_the_old_one_is_void(client, linwei):
    ask(client, linwei.email)
    first = newest_code()
    client.post(CONFIRM, {"action": "resend"})
    second = newest_code()

    assert len(mail.outbox) == 2
    if first != second:
        assert client.post(CONFIRM, {"code": first}).status_code == 422
    client.post(CONFIRM, {"code": second})
    assert who(client) == linwei


@pytest.mark.parametrize(
    "contact",
    [
        "", " ", "\u200b", "a@b", "a@b..c", '"a b"@', "a@x.com\nBcc: v@x.com,b@x",
        "x" * 250 + "@x.test", "a@x.test,b@x.test", "12345", "+00", "1" * 40, "١٢٣٤٥",
        "linwei", "\x00", "a\x00@x", "🙂", "\ud7ff", "{{7*7}}@", "9" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_beside_the_field(client, db, contact):
    answer = ask(client, contact)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not mail.outbox
    assert not Person.objects.exists()


def test_an_array_of_addresses_writes_to_one_at_most(client, db):
    client.post(LOGIN, {"contact": ["victim@example.test", "mallory@example.test"]})

    assert [letter.to for letter in mail.outbox] == [["mallory@example.test"]]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "https:evil.example", "/\\evil.example", "\\\\evil", "\x00",
        "javascript:alert(1)", "http://testserver@evil.example", "/%09/evil.example\t",
        "https://evil.example/" + "x" * 8000, "///evil.example",
    ],
)  # fmt: skip
def test_nobody_is_led_away_after_signing_in(client, linwei, target):
    answer = sign_in(client, linwei.email, next=target)

    assert answer.status_code in {302, 400}
    if answer.status_code == 302:
        assert answer["Location"] in {"/", "/%09/evil.example%09"}  # both lie on this host


def test_one_comes_back_to_where_one_was(client, linwei):
    asked = ask(client, linwei.email, next="/me/orders?page=2")
    answer = client.post(asked["Location"], {"code": newest_code(), "next": "/me/orders?page=2"})

    assert answer["Location"] == "/me/orders?page=2"


@pytest.fixture
def own_counters(settings):
    """Counters that no run beside this one empties."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def test_a_fourth_code_in_a_minute_is_too_many(own_counters, linwei):
    answers = [ask(Client(), linwei.email).status_code for _ in range(4)]

    assert answers == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


def test_a_second_sms_within_half_a_minute_is_too_many(own_counters, db):
    answers = [ask(Client(), "13800138000").status_code for _ in range(2)]

    assert answers == [302, 429]
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_is_said_and_not_crashed_on(client, linwei, monkeypatch):
    def away(**letter):
        raise ConnectionRefusedError

    monkeypatch.setattr(mail_sender, "send", away)
    answer = ask(client, linwei.email)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"


def test_while_valkey_is_away_signing_in_waits_and_nothing_crashes(client, linwei, settings):
    nowhere = {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey"}
    settings.CACHES = {"default": nowhere}

    assert client.get(LOGIN).status_code == 200
    answer = ask(client, linwei.email)

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert not mail.outbox
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def test_who_was_shut_out_stays_out(client, linwei):
    Person.objects.update(is_active=False)

    answer = sign_in(client, linwei.email)

    assert answer["Location"] == "/accounts/inactive/"
    assert who(client) is None
    assert Person.objects.count() == 1


def test_the_guests_bag_comes_along(client, linwei, jar):
    bag = bags.open_for(person=None, token=None)
    bags.add(bag=bag, variant=jar, quantity=2)
    client.cookies["bag"] = bag.token

    answer = sign_in(client, linwei.email)

    assert answer.cookies["bag_count"].value == "2"
    mine = bags.open_for(person=linwei, token=None)
    assert [(line.variant, line.quantity) for line in mine.lines.all()] == [(jar, 2)]


def test_the_language_a_person_reads_comes_along(client, linwei):
    answer = sign_in(client, linwei.email)

    assert answer.cookies["django_language"].value == "zh-hans"


def test_the_letter_speaks_the_visitors_language(client, db):
    client.cookies["django_language"] = "zh-hans"
    ask(client, "mei@example.test")

    assert mail.outbox[0].subject.endswith("是你的验证码")
    with translation.override("zh-hans"):
        assert "微店" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_prove_a_new_address_at_once_make_one_account():
    browsers = [Client() for _ in range(3)]
    proofs = []
    for browser in browsers:
        ask(browser, "mei@example.test")
        proofs.append((browser, newest_code()))
    waiting = iter(proofs)

    def prove():
        browser, code = next(waiting)
        return browser.post(CONFIRM, {"code": code}).status_code

    assert all_at_once(prove, times=3) == [302, 302, 302]
    assert Person.objects.count() == 1
    assert EmailAddress.objects.count() == 1


def test_a_phone_is_added_only_once_proven(client, linwei):
    client.force_login(linwei)
    client.post("/accounts/phone/change/", {"phone": "13800138000"})
    linwei.refresh_from_db()
    assert linwei.phone is None

    client.post("/accounts/phone/verify/", {"code": newest_code()})

    linwei.refresh_from_db()
    assert linwei.phone == "+8613800138000"


def test_an_address_is_changed_only_once_proven(client, linwei):
    sign_in(client, linwei.email)
    client.post("/accounts/email/", {"email": "new@example.test", "action_add": ""})
    linwei.refresh_from_db()
    assert linwei.email == "linwei@example.test"
    assert mail.outbox[-1].to == ["new@example.test"]

    client.post("/accounts/confirm-email/", {"code": newest_code()})

    linwei.refresh_from_db()
    assert linwei.email == "new@example.test"


def test_nobody_takes_an_address_that_somebody_else_has(client, linwei, xiaoyu):
    sign_in(client, linwei.email)

    client.post("/accounts/email/", {"email": xiaoyu.email, "action_add": ""})

    assert mail.outbox[-1].to == [xiaoyu.email]
    # Even with the code, which only she can read, it stays hers.
    answer = client.post("/accounts/confirm-email/", {"code": newest_code()})
    assert answer.status_code == 422
    assert set(Person.objects.values_list("email", flat=True)) == {linwei.email, xiaoyu.email}
    assert EmailAddress.objects.get(user=linwei).email == linwei.email


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


@pytest.mark.parametrize("path", ["reset/", "change/", "set/", "reset/done/", "reset/key/1-x/"])
def test_there_are_no_pages_about_passwords(client, linwei, path):
    client.force_login(linwei)

    assert client.get(f"/accounts/password/{path}").status_code == 404


def weixin_login() -> SocialLogin:
    return SocialLogin(user=Person(), account=SocialAccount(provider="weixin", uid="openid-1"))


def test_who_comes_from_weixin_first_proves_an_address(rf, client, linwei):
    request = rf.get("/accounts/weixin/login/callback/")
    request.user, request.session = AnonymousUser(), client.session
    request._messages = FallbackStorage(request)

    with pytest.raises(ImmediateHttpResponse) as led:
        SocialAdapter().pre_social_login(request, weixin_login())

    assert led.value.response["Location"] == LOGIN
    assert codes.WEIXIN_KEY in request.session
    assert Person.objects.get() == linwei
    assert not SocialAccount.objects.exists()


def test_the_proven_address_and_weixin_are_one_account(client, linwei):
    session = client.session
    session[codes.WEIXIN_KEY] = ["weixin", "openid-1", {"nickname": "小薇"}]
    session.save()
    client.cookies["session"] = session.session_key

    sign_in(client, linwei.email)

    assert SocialAccount.objects.get(uid="openid-1").user == linwei
    assert Person.objects.count() == 1
    assert codes.WEIXIN_KEY not in client.session


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
