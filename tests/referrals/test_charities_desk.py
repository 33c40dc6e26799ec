"""The desk's list of charities: added, renamed, closed, opened again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from ledger import accounts
from ledger.posting import post
from referrals import charities
from referrals.charities import Names
from referrals.models import Charity
from tests.passkeys import sign_in_twice
from tests.referrals.conftest import SCHOOLS, text_of

DESK = "/desk/charities"
HUGE = "9" * 30


def test_finance_adds_renames_closes_and_opens_again(gu):
    assert "No charities yet" in text_of(gu.get(DESK))
    sent = {"name_zh": SCHOOLS.zh, "name_en": "Hill Scools", "registration": SCHOOLS.registration}
    assert gu.post(DESK, sent).status_code == 302
    row = Charity.objects.get()

    gu.post(f"{DESK}/{row.pk}", sent | {"name_en": SCHOOLS.en})
    page = text_of(gu.get(DESK))
    assert f"{SCHOOLS.zh} · {SCHOOLS.en}" in page
    assert "Given nothing yet" in page

    gu.post(f"{DESK}/{row.pk}/close")
    assert not Charity.objects.listed().exists()
    gu.post(f"{DESK}/{row.pk}/open")
    assert Charity.objects.listed().get() == row
    assert list(AuditEvent.objects.order_by("pk").values_list("act", flat=True)) == [
        "charity.listed",
        "charity.renamed",
        "charity.closed",
        "charity.opened_again",
    ]


def test_the_desk_shows_what_is_still_to_be_sent(gu, schools):
    side, outside = accounts.charity(schools.pk, "CNY"), accounts.outside("sandbox", "CNY")
    post(key="given", legs={outside: -1020, side: 1020})

    assert f"¥10.20 · charity:{schools.pk}:CNY" in text_of(gu.get(DESK))


def test_forty_charities_take_no_more_questions_than_one(gu, schools, accountant):
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            gu.get(DESK)
        return len(asked)

    gu.get(DESK)
    few = questions()
    for number in range(40):
        charities.add(names=Names("名", "Name", f"N{number:04}"), by=accountant)
    assert questions() == few


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_zh": ""},
        {"name_en": "\u200b"},
        {"name_zh": "长" * 61},
        {"name_en": "a\x00b"},
        {"registration": ""},
        {"registration": "１２３４"},
        {"registration": "abc"},
        {"registration": "A B C D"},
        {"registration": "X" * 1_000},
        {"registration": SCHOOLS.registration},
    ],
)
def test_a_charity_nobody_could_look_up_is_not_listed(gu, schools, wrong):
    sent = {"name_zh": "新的", "name_en": "New one", "registration": "NEW-0001"}

    answer = gu.post(DESK, sent | wrong)

    assert answer.status_code == 422
    assert Charity.objects.get() == schools
    assert AuditEvent.objects.count() == 1


def test_a_number_of_another_charity_is_not_taken(gu, schools, accountant):
    other = charities.add(names=Names("新的", "New one", "NEW-0001"), by=accountant)
    sent = {"name_zh": "新的", "name_en": "New one", "registration": SCHOOLS.registration}

    assert gu.post(f"{DESK}/{other.pk}", sent).status_code == 422

    other.refresh_from_db()
    assert other.registration == "NEW-0001"


def test_nobody_else_sees_the_list(client, schools, wulan, linwei):
    paths = (DESK, f"{DESK}/{schools.pk}")
    assert [client.get(path).status_code for path in paths] == [302, 302]
    for person in (wulan, linwei):
        browser = Client()
        sign_in_twice(browser, person)
        assert [browser.get(path).status_code for path in paths] == [404, 404]
        assert browser.post(f"{DESK}/{schools.pk}/close").status_code == 404
    assert Charity.objects.listed().exists()


def test_a_charity_that_is_not_there_is_404(gu, schools):
    for path in (f"{DESK}/0", f"{DESK}/{HUGE}", f"{DESK}/{HUGE}/close", f"{DESK}/{schools.pk + 1}"):
        assert gu.post(path).status_code == 404
    assert gu.get(f"{DESK}/{schools.pk}/close").status_code == 405
