"""The desk's page that says where a charity's money goes."""

from __future__ import annotations

import time

import pytest

from ledger import accounts
from ledger.posting import post
from payments.models import Destination
from referrals.models import Charity
from tests.passkeys import sign_in_twice
from tests.referrals.conftest import text_of

SENT = {"holder": "山里小学", "identifier": "hill-schools"}


def place(charity: Charity) -> str:
    return f"/desk/charities/{charity.pk}/account"


def test_what_is_saved_shows_on_the_list_and_by_whom_on_the_page(gu, schools):
    side = accounts.charity(schools.pk, "CNY")
    post(key="given", legs={accounts.outside("sandbox", "CNY"): -1020, side: 1020})
    assert "Add its account" in text_of(gu.get("/desk/charities"))

    answer = gu.post(place(schools), SENT)

    assert answer["Location"] == "/desk/charities"
    shown = text_of(gu.get("/desk/charities"))
    assert "Account …ools" in shown
    assert "¥10.20" in shown
    assert "Written down by 顾会计" in text_of(gu.get(place(schools)))
    assert Destination.objects.get().charity_id == schools.pk


def test_who_signed_in_a_while_ago_proves_it_again_and_keeps_what_they_typed(gu, schools):
    session = gu.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 10 * 3600
    session.save()

    answer = gu.post(place(schools), SENT)

    assert answer.status_code == 403
    assert not Destination.objects.exists()
    assert 'value="hill-schools"' in gu.get(place(schools)).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"identifier": ""},
        {"identifier": "no spaces"},
        {"identifier": "x" * 10**6},
        {"identifier": "🍯🍯🍯"},
        {"identifier": "\x00\x00\x00"},
        {"holder": ""},
        {"holder": "\u200b"},
        {"provider": "nobody"},
    ],
)
def test_odd_input_is_a_422_and_writes_nothing(gu, schools, wrong):
    answer = gu.post(place(schools), SENT | wrong)

    # A single rail is no question, so what is said of another is not heard.
    assert answer.status_code == (422 if "provider" not in wrong else answer.status_code)
    assert answer.status_code in {302, 422}
    assert not Destination.objects.exclude(provider="sandbox").exists()


def test_for_everybody_else_it_is_not_there(client, gu, schools, wulan, linwei):
    assert gu.get("/desk/charities/0/account").status_code == 404
    assert gu.put(place(schools)).status_code == 405
    for person in (wulan, linwei):
        sign_in_twice(client, person)
        assert client.get(place(schools)).status_code == 404
        assert client.post(place(schools), SENT).status_code == 404
    assert not Destination.objects.exists()
