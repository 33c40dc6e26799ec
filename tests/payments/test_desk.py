"""The desk for money: who sees it, what it shows, and what each press does."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEvent
from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from ledger.posting import post
from payments import destinations, holds, payday, payouts, suspense, tasks, writing_off
from payments.models import (
    Difference,
    PausedRail,
    Payout,
    PayoutFile,
    PayoutHold,
    PayoutRun,
    Statement,
    WriteOff,
)
from people.models import StaffRole
from tests.passkeys import sign_in_twice

PAGES = (
    "/desk/money",
    "/desk/payouts",
    "/desk/money/holds",
    "/desk/money/files",
    "/desk/money/statements",
    "/desk/money/write-offs",
)
HUGE = "9" * 30


@pytest.fixture
def gu(client, accountants):
    """A browser in which Gu, of finance, is signed in twice, in English."""
    sign_in_twice(client, accountants[0])
    client.cookies["django_language"] = "en"
    return client


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def large(linwei, earn, send_to) -> Payout:
    """¥5,000.01 of Lin Wei's, which two people must approve."""
    send_to(linwei)
    return payouts.ask(
        person=linwei, account=earn(linwei, 500_001), amount_minor=500_001, run="press-1"
    )


@pytest.fixture
def odd(db) -> Difference:
    return suspense.open_difference(
        suspense.Found("sandbox", clock.now().date(), "only_theirs", "line:1", 0, -800, "CNY", "X")
    )


@pytest.fixture
def carried(linwei, earn, settings) -> Payout:
    settings.PAYOUT_RAILS = ["bank_csv"]
    destinations.set_destination(person=linwei, identifier="4111111111111111", holder="林薇")
    return payouts.ask(person=linwei, account=earn(linwei, 5000), amount_minor=5000, run="r")


# --- who sees it ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [None, "moderator", "support"])
def test_for_everybody_else_it_does_not_exist(client, linwei, path, role):
    if role:
        StaffRole.objects.create(person=linwei, role=role)
    sign_in_twice(client, linwei)

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_signs_in_and_one_proof_is_not_enough(client, accountants, path):
    assert client.get(path)["Location"].startswith("/accounts/login/")
    client.force_login(accountants[0])
    assert client.get(path)["Location"].startswith("/accounts/2fa/first/")


@pytest.mark.parametrize("role", ["finance", "admin"])
@pytest.mark.parametrize("path", PAGES)
def test_empty_pages_answer_in_both_languages_and_to_head(client, linwei, path, role):
    StaffRole.objects.create(person=linwei, role=role)
    sign_in_twice(client, linwei)
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    client.cookies["django_language"] = "zh-hans"
    for english in ("Payout", "Hold", "Statement", "Nothing", "Rail"):
        assert english not in text_of(client.get(path))


DOORS = (
    "/desk/money/runs/now",
    "/desk/money/runs/1/approve",
    "/desk/money/rails/sandbox/pause",
    "/desk/money/rails/sandbox/resume",
    "/desk/payouts/0123456789/approve",
    "/desk/payouts/0123456789/cancel",
    "/desk/payouts/0123456789/decide",
    "/desk/money/holds/1/lift",
    "/desk/money/write-offs/1/decide",
)


@pytest.mark.parametrize("path", DOORS)
def test_acts_are_posts_of_finance_alone(client, gu, linwei, path):
    assert gu.get(path).status_code == 405
    client.force_login(linwei)
    assert client.post(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"/desk/money/runs/{HUGE}/approve",
        "/desk/money/rails/nobody/pause",
        "/desk/payouts/0123456789/approve",
        f"/desk/money/holds/{HUGE}/lift",
        f"/desk/money/write-offs/{HUGE}/decide",
    ],
)
def test_what_is_not_there_is_404(gu, path):
    assert gu.post(path, {"why": "x"}).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "state=x",
        f"run={HUGE}",
        "run=-1",
        "run=١",
        "q=%00",
        "q=" + "x" * 5000,
        "page=99",
        "q=%F0%9F",
    ],
)
def test_odd_filters_find_something_or_nothing(gu, large, query):
    assert gu.get(f"/desk/payouts?{query}").status_code in {200, 400}


# --- payouts ----------------------------------------------------------------------------------


def test_the_overview_counts_what_waits(gu, large, odd, linwei):
    holds.place(person=linwei, reason="other")
    holds.pause(rail="sandbox", reason="no_funds")

    said = text_of(gu.get("/desk/money"))
    assert "Payouts to approve ¥5,000.01 1" in said
    assert "−¥8.00 in suspense" in said
    assert "our balance there is too low" in said


def test_two_people_approve_one_after_the_other(gu, client, large, accountants):
    path = f"/desk/payouts/{large.reference}"
    assert gu.post(f"{path}/approve").status_code == 302
    again = gu.post(f"{path}/approve")
    assert (again.status_code, "A second person has to" in text_of(again)) == (409, True)
    sign_in_twice(client, accountants[1])
    assert client.post(f"{path}/approve").status_code == 302

    large.refresh_from_db()
    assert (large.state, large.approved_by, large.second_by) == ("reserved", *accountants)
    said = text_of(client.get(path))
    assert "gu," in said
    assert "payout.approved" in said


def test_nobody_approves_their_own_on_the_page(gu, accountants, earn, send_to):
    send_to(accountants[0])
    mine = payouts.ask(
        person=accountants[0],
        account=earn(accountants[0], 300_000),
        amount_minor=300_000,
        run="press-1",
    )

    assert "your own money" in text_of(gu.get(f"/desk/payouts/{mine.reference}"))
    assert gu.post(f"/desk/payouts/{mine.reference}/approve").status_code == 409
    mine.refresh_from_db()
    assert mine.approved_by is None


def test_a_run_is_approved_by_one_press(gu, large, linwei, xiaoyu, earn, send_to):
    send_to(xiaoyu, "xiaoyu-wallet")
    earn(xiaoyu, 300_000)
    payday.run(clock.now())
    run = PayoutRun.objects.get()

    assert "Approve 1" in text_of(gu.get("/desk/money"))
    assert gu.post(f"/desk/money/runs/{run.pk}/approve").status_code == 302
    assert gu.post(f"/desk/money/runs/{run.pk}/approve").status_code == 409
    assert Payout.objects.get(person=xiaoyu).state == "reserved"


def test_calling_off_needs_a_reason(gu, large):
    path = f"/desk/payouts/{large.reference}/cancel"

    empty = gu.post(path, {"why": " "})
    assert (empty.status_code, 'aria-invalid="true"' in empty.content.decode()) == (422, True)
    large.refresh_from_db()
    assert large.state == "awaiting"
    assert gu.post(path, {"why": "A gap in the number."}).status_code == 302
    assert gu.post(path, {"why": "A gap in the number."}).status_code == 409
    large.refresh_from_db()
    assert (large.state, large.reason) == ("cancelled", "A gap in the number.")


def test_a_person_ends_a_frozen_one_with_a_reason(gu, linwei, linwei_earned):
    payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=5000, run="r")
    path = f"/desk/payouts/{payout.reference}/decide"
    assert gu.post(path, {"act": "arrived", "why": "x"}).status_code == 409
    payouts.claim()
    Payout.objects.update(state="frozen")

    assert gu.post(path, {"act": "arrived"}).status_code == 422
    assert gu.post(path, {"act": "nonsense", "why": "x"}).status_code == 422
    assert "What became of it?" in text_of(gu.get(f"/desk/payouts/{payout.reference}"))
    assert gu.post(path, {"act": "again", "why": "They mended it."}).status_code == 302
    payout.refresh_from_db()
    assert payout.state == "unknown"


def test_five_presses_of_run_it_now_make_one_run(
    gu, linwei, linwei_earned, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as queued:
        pressed = [gu.post("/desk/money/runs/now").status_code for _ in range(5)]
    assert (pressed, len(queued)) == ([302] * 5, 5)

    for _ in queued:
        tasks.run_payday()
    assert PayoutRun.objects.count() == Payout.objects.count() == 1


def test_a_rail_is_paused_and_goes_on(gu):
    assert gu.post("/desk/money/rails/sandbox/pause").status_code == 302
    assert PausedRail.objects.live(now=clock.now()).count() == 1
    assert gu.post("/desk/money/rails/sandbox/resume").status_code == 302
    assert gu.post("/desk/money/rails/sandbox/resume").status_code == 409


# --- holds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["email", "public_id"])
def test_somebody_is_held_and_let_go(gu, linwei, accountants, how):
    sent = {"person": getattr(linwei, how), "reason": "dispute", "words": "Case 7.", "days": "3"}
    assert gu.post("/desk/money/holds", sent).status_code == 302

    hold = PayoutHold.objects.get()
    assert (hold.person, hold.set_by, hold.reason) == (linwei, accountants[0], "dispute")
    assert "Case 7." in text_of(gu.get("/desk/money/holds"))
    lift = f"/desk/money/holds/{hold.pk}/lift"
    assert gu.post(lift, {"why": ""}).status_code == 409
    assert gu.post(lift, {"why": "Solved."}).status_code == 302
    assert gu.post(lift, {"why": "Solved."}).status_code == 409
    hold.refresh_from_db()
    assert hold.lifted_by == accountants[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": "nobody@example.test"},
        {"person": ""},
        {"reason": "x"},
        {"days": "-1"},
        {"days": HUGE},
        {"days": "٣x"},
        {"words": "x" * 201},
    ],
)
def test_a_hold_that_cannot_be_holds_nobody(gu, linwei, wrong):
    sent = {"person": linwei.email, "reason": "other", "words": "", "days": ""} | wrong

    answer = gu.post("/desk/money/holds", sent)
    assert (answer.status_code, 'aria-invalid="true"' in answer.content.decode()) == (422, True)
    assert not PayoutHold.objects.exists()


# --- files and statements ---------------------------------------------------------------------


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


# --- differences ------------------------------------------------------------------------------


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


# --- old debts --------------------------------------------------------------------------------


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
    assert gu.post(decide, {"act": "approve"}).status_code == 409
    assert balance_of(side) == -3000
    sign_in_twice(client, accountants[1])
    assert client.post(decide, {"act": "approve"}).status_code == 302
    assert balance_of(side) == 0
    assert client.post(decide, {"act": "refuse"}).status_code == 409
    assert writing_off.old_debts() == []
    assert AuditEvent.objects.filter(act="write_off.approved").count() == 1


# --- the way there ----------------------------------------------------------------------------


def test_the_own_page_leads_finance_to_the_desk(gu, client, linwei):
    assert "/desk/money" in gu.get("/me").content.decode()
    client.force_login(linwei)
    assert "/desk/money" not in client.get("/me").content.decode()


def test_an_admin_finds_it_from_the_queue(client, linwei, wulan):
    StaffRole.objects.create(person=linwei, role="admin")
    sign_in_twice(client, linwei)
    assert "/desk/money" in client.get("/desk/").content.decode()
    sign_in_twice(client, wulan)
    assert "/desk/money" not in client.get("/desk/").content.decode()
