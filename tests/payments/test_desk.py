"""The desk for money: who sees it, what it shows, and what each press does."""

import pytest

from kit import clock
from payments import holds, payday, payouts, tasks
from payments.models import (
    PausedRail,
    Payout,
    PayoutHold,
    PayoutRun,
)
from people.models import Person, StaffRole
from tests.passkeys import sign_in_twice
from tests.payments.pages import HUGE, text_of

PAGES = (
    "/desk/money",
    "/desk/payouts",
    "/desk/money/holds",
    "/desk/money/files",
    "/desk/money/statements",
    "/desk/money/write-offs",
)


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
    for odd in ({}, {"act": ""}, {"act": "nonsense"}, {"act": "Arrived"}):
        answer = gu.post(path, {"why": "x"} | odd)
        assert (answer.status_code, "was not understood" in text_of(answer)) == (422, True)
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


@pytest.mark.parametrize(
    "who", ["LINWEI@example.test", "13800138000", "+86 138 0013 8000", "7k3m9px2qa"]
)
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_somebody_is_held_and_let_go(gu, linwei, accountants, who, is_open):
    named = {"phone": "+8613800138000", "public_id": "7K3M9PX2QA", "is_active": is_open}
    Person.objects.filter(pk=linwei.pk).update(**named)
    sent = {"person": who, "reason": "dispute", "words": "Case 7.", "days": "3"}
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


# --- differences ------------------------------------------------------------------------------


# --- old debts --------------------------------------------------------------------------------


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
