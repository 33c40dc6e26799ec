"""Addresses: what is one, whose it is, and how it changes."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from people.joining import prove_phone
from people.models import Person
from tests.weidian.entrance import LOGIN, ask, newest_code, sign_in
from weidian.signing_in.adapters import AccountAdapter

pytestmark = pytest.mark.usefixtures("english")


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


def test_a_phone_is_added_only_once_proven(client, linwei):
    client.force_login(linwei)
    client.post("/accounts/phone/change/", {"phone": "13800138000"})
    linwei.refresh_from_db()
    assert linwei.phone is None

    client.post("/accounts/phone/verify/", {"code": newest_code()})

    linwei.refresh_from_db()
    assert linwei.phone == "+8613800138000"


def test_a_phone_is_written_as_people_write_it(client, linwei):
    client.force_login(linwei)

    page = client.post("/accounts/phone/change/", {"phone": "13800138000"}, follow=True)
    assert "A code is on its way to 138 0013 8000." in page.text
    assert "+86138" not in page.text

    page = client.post("/accounts/phone/verify/", {"code": newest_code()}, follow=True)
    assert "138 0013 8000 is confirmed." in page.text
    assert "+86138" not in page.text
    assert "138 0013 8000" in client.get("/accounts/phone/change/").text


def test_where_the_code_went_is_written_as_people_write_it(client, db):
    page = client.post(LOGIN, {"contact": "13800138000"}, follow=True).text

    assert "138 0013 8000" in page
    assert "+86138" not in page


@pytest.mark.parametrize("moment", ["before the code is typed", "while it is looked at"])
def test_a_number_that_became_somebodys_meanwhile_is_refused(
    client, linwei, xiaoyu, monkeypatch, moment
):
    client.force_login(linwei)
    client.post("/accounts/phone/change/", {"phone": "13800138000"})
    look = AccountAdapter.get_user_by_phone

    def look_and_lose(self, phone):
        found = look(self, phone)
        prove_phone(person=xiaoyu, phone=phone)
        return found

    if moment == "before the code is typed":
        prove_phone(person=xiaoyu, phone="+8613800138000")
    else:
        monkeypatch.setattr(AccountAdapter, "get_user_by_phone", look_and_lose)
    answer = client.post("/accounts/phone/verify/", {"code": newest_code()})

    if moment == "while it is looked at":
        assert answer.status_code == 409
        assert "This number has an account already" in answer.text
        assert "Sign in with it instead, or add another number here." in answer.text
        assert 'href="/accounts/phone/change/"' in answer.text
    else:
        assert answer.status_code == 422
    linwei.refresh_from_db()
    assert (linwei.phone, linwei.phone_verified_at) == (None, None)


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
