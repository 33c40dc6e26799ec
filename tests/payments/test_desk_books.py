"""The desk for money: files, statements, differences, and debts given up."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEvent
from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from ledger.posting import post
from payments import writing_off
from payments.models import (
    PayoutFile,
    Statement,
    WriteOff,
)
from tests.passkeys import sign_in_twice
from tests.payments.pages import HUGE, text_of


def test_a_file_is_made_and_downloaded_as_the_same_bytes(gu, carried):
    assert "1 payout" in text_of(gu.get("/desk/money/files"))
    sent = {"rail": "bank_csv", "currency": "CNY"}
    assert gu.post("/desk/money/files", sent).status_code == 302
    assert gu.post("/desk/money/files", sent).status_code == 409
    file = PayoutFile.objects.get()

    first, second = (gu.get(f"/desk/money/files/{file.reference}.csv") for _ in range(2))
    assert first.content == second.content == bytes(file.content)
    assert "attachment" in first["Content-Disposition"]
    assert gu.get("/desk/money/files/0123456789.csv").status_code == 404


@pytest.mark.parametrize("sent", [{}, {"rail": "sandbox", "currency": "CNY"}, {"rail": "x"}])
def test_a_file_of_something_else_is_not_made(gu, carried, sent):
    assert gu.post("/desk/money/files", sent).status_code in {200, 422}
    assert not PayoutFile.objects.exists()


def upload(browser, content: bytes):
    return browser.post("/desk/money/statements", {"file": SimpleUploadedFile("b.csv", content)})


def test_a_statement_is_read_once(gu, carried):
    gu.post("/desk/money/files", {"rail": "bank_csv", "currency": "CNY"})
    text = f"date,reference,debit,credit\n2026-11-22,{carried.reference},50.00,\n".encode()

    assert upload(gu, text).status_code == 302
    assert upload(gu, text).status_code == 409
    carried.refresh_from_db()
    assert carried.state == "settled"
    assert "1 lines, 0 not matched" in text_of(gu.get("/desk/money/statements"))


@pytest.mark.parametrize("content", [b"\x00", b"\xff\xfe\x00", b"x" * 1000, b"a,b,c\n1,2,3\n"])
def test_what_is_no_statement_is_said_beside_the_field(gu, content):
    answer = upload(gu, content)

    assert (answer.status_code, 'aria-invalid="true"' in answer.content.decode()) == (422, True)
    assert not Statement.objects.exists()


def test_without_a_file_it_says_so(gu):
    assert gu.post("/desk/money/statements").status_code == 422


def test_a_difference_is_explained_with_a_reason(gu, odd, accountants, linwei_earned):
    path = f"/desk/money/differences/{odd.pk}"
    assert gu.get(path).status_code == 200
    for wrong in ({}, {"resolution": "house"}, {"resolution": "account", "why": "x"}):
        assert gu.post(path, wrong).status_code == 422
    assert gu.post(path, {"resolution": "account", "account": "x", "why": "x"}).status_code == 422
    sent = {"resolution": "account", "account": linwei_earned.code, "why": "Paid before."}

    assert gu.post(path, sent).status_code == 302
    assert gu.post(path, sent).status_code == 409
    assert balance_of(linwei_earned) == 9200
    said = text_of(gu.get(path))
    assert "Paid before." in said
    assert gu.get(f"/desk/money/differences/{HUGE}").status_code == 404


def test_a_debt_is_given_up_by_two(gu, client, linwei, accountants):
    side = accounts.sharer(linwei.pk, "CNY")
    long_ago = clock.now() - timedelta(days=200)
    post(key="d", legs={side: -3000, accounts.platform_fees("CNY"): 3000}, at=long_ago)
    page = "/desk/money/write-offs"
    assert side.code in text_of(gu.get(page))
    assert gu.post(page, {"account": side.code}).status_code == 422
    assert gu.post(page, {"account": "sharer:1:XXX", "why": "x"}).status_code == 409

    assert gu.post(page, {"account": side.code, "why": "Gone."}).status_code == 302
    row = WriteOff.objects.get()
    decide = f"{page}/{row.pk}/decide"
    for odd in ({}, {"act": ""}, {"act": "x"}, {"act": "Approve"}):
        assert gu.post(decide, odd).status_code == 422
        assert WriteOff.objects.get().state == "asked"
    assert gu.post(decide, {"act": "approve"}).status_code == 409
    assert balance_of(side) == -3000
    sign_in_twice(client, accountants[1])
    assert client.post(decide, {"act": "approve"}).status_code == 302
    assert balance_of(side) == 0
    assert client.post(decide, {"act": "refuse"}).status_code == 409
    assert writing_off.old_debts() == []
    assert AuditEvent.objects.filter(act="write_off.approved").count() == 1
