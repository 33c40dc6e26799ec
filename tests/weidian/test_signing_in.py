"""Signing in: one field, six digits, and nothing said about who has an account."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from orders import bags
from people.models import Person
from tests.races import all_at_once
from tests.weidian.entrance import CONFIRM, LOGIN, ask, newest_code, sign_in, who
from weidian.signing_in import codes

pytestmark = pytest.mark.usefixtures("english")


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
