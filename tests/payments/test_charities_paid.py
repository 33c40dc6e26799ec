"""Charities are paid by payday like everybody else, once somebody who set nothing has looked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.invariants import INVARIANTS as LEDGER
from ledger.posting import post
from notifications.models import Notice
from payments import approving, by_hand, cancelling, destinations, payday, payees, payouts
from payments.gateways.port import BadDestination
from payments.invariants import INVARIANTS
from payments.models import Destination, Payout
from tests.payments.guards import without
from tests.payments.test_payday import MONDAY_TEN
from tests.races import all_at_once, together

SCHOOLS = 7
THEIRS = accounts.charity(SCHOOLS, "CNY")
ON_THE_WAY = accounts.in_transit(THEIRS.code, "CNY")
OUTSIDE = accounts.outside("sandbox", "CNY")


def broken() -> list[str]:
    return [finding.name for finding in check([*INVARIANTS, *LEDGER]) if finding.broken]


def given(minor: int, *, key: str = "given") -> None:
    """Sharers gave so much, and it was released."""
    post(key=key, legs={OUTSIDE: -minor, THEIRS: minor})


def set_place(by, identifier: str = "hill-schools", *, charity_id: int = SCHOOLS) -> Destination:
    return destinations.set_of_charity(
        charity_id=charity_id, name="山里小学", identifier=identifier, holder="山里小学", by=by
    )


@pytest.fixture
def monday():
    with clock.stopped_at(MONDAY_TEN):
        yield MONDAY_TEN


@pytest.fixture
def gu(accountants):
    return accountants[0]


@pytest.fixture
def shen(accountants):
    return accountants[1]


@pytest.fixture
def asked(gu, monday) -> Payout:
    """¥123.45 that this Monday's payday has set aside for the schools, to Gu's account of them."""
    given(12_345)
    set_place(gu)
    assert payday.run(monday) == 1
    return Payout.objects.get()


def test_payday_sets_aside_all_they_were_given_and_waits(asked):
    assert (asked.person, asked.account, asked.amount_minor) == (None, "charity:7:CNY", 12_345)
    assert (asked.destination, asked.holder, asked.payee_name) == (
        "hill-schools",
        "山里小学",
        "山里小学",
    )
    assert (asked.state, asked.approvals_needed, asked.waits_for) == ("awaiting", 1, "charity")
    assert (balance_of(THEIRS), balance_of(ON_THE_WAY), balance_of(OUTSIDE)) == (0, 12_345, -12_345)
    assert broken() == []


def test_approved_by_another_it_leaves_to_the_last_fen(asked, shen, provider):
    approving.approve(payout=asked, by=shen)
    payouts.send_due()
    provider.wait_for("payouts", asked.reference, "settled")
    with clock.stopped_at(clock.now() + timedelta(minutes=5)):
        payouts.look_up_due()

    asked.refresh_from_db()
    assert asked.state == "settled"
    assert (balance_of(THEIRS), balance_of(ON_THE_WAY), balance_of(OUTSIDE)) == (0, 0, 0)
    assert not Notice.objects.filter(kind="payout_sent").exists()
    assert broken() == []


def test_who_wrote_the_place_down_cannot_let_it_go(asked, gu):
    with pytest.raises(approving.WroteThePlace):
        approving.approve(payout=asked, by=gu)
    with pytest.raises(approving.NotWaiting):
        approving.approve_run(run=asked.batch, by=gu)

    asked.refresh_from_db()
    assert (asked.state, asked.approved_by) == ("awaiting", None)
    assert not AuditEvent.objects.filter(act="payout.approved").exists()


def test_above_five_thousand_two_others_look(gu, shen, wulan, monday):
    given(500_001)
    set_place(gu)
    payday.run(monday)
    payout = Payout.objects.get()
    assert (payout.approvals_needed, payout.waits_for) == (2, "amount")

    approving.approve(payout=payout, by=shen)
    with pytest.raises(approving.WroteThePlace):
        approving.approve(payout=payout, by=gu)
    approving.approve(payout=payout, by=wulan)

    payout.refresh_from_db()
    assert payout.state == "reserved"
    assert broken() == []


def test_without_a_place_or_with_too_little_it_stays_theirs(gu, monday):
    given(12_345)
    assert payday.run(monday) == 0
    set_place(gu, charity_id=8)
    post(key="small", legs={OUTSIDE: -999, accounts.charity(8, "CNY"): 999})

    assert payday.run(monday + timedelta(days=7)) == 0
    assert balance_of(THEIRS) == 12_345


def test_a_changed_place_waits_three_days_and_all_of_finance_is_told(gu, shen, monday):
    given(12_345)
    with clock.stopped_at(monday - timedelta(days=30)):
        set_place(gu, "old-place")
    with clock.stopped_at(monday - timedelta(hours=71)):
        set_place(shen, "new-place")

    assert payday.run(monday) == 0
    with clock.stopped_at(monday + timedelta(days=7)):
        assert payday.run(clock.now()) == 1
    assert Payout.objects.get().destination == "new-place"
    told = Notice.objects.filter(kind="charity_place_changed").order_by("pk")
    assert {(one.person_id, one.data["person"]) for one in told} == {
        (person.pk, by.name) for person in (gu, shen) for by in (gu, shen)
    }


def test_setting_what_is_set_changes_nothing(gu, shen, monday):
    first = set_place(gu)

    assert set_place(shen) == first
    assert Destination.objects.get().set_by == gu
    assert AuditEvent.objects.get(act="destination.set").after == {"ends_in": "ools"}


def test_a_place_no_rail_can_pay_to_is_refused(gu):
    with pytest.raises(BadDestination):
        set_place(gu, "no spaces here")
    assert not Destination.objects.exists()


def test_what_comes_back_is_theirs_again_and_finance_hears_of_it(asked, gu, shen, settings):
    approving.approve(payout=asked, by=shen)
    Payout.objects.update(state="frozen", attempt=0)
    by_hand.decide(payout=asked, has_arrived=False, by=shen, why="The bank says so")

    asked.refresh_from_db()
    assert asked.state == "returned"
    assert (balance_of(THEIRS), balance_of(ON_THE_WAY)) == (12_345, 0)
    told = Notice.objects.filter(kind="charity_payout_returned")
    assert set(told.values_list("person", flat=True)) == {gu.pk, shen.pk}
    assert broken() == []


@pytest.mark.parametrize("has_arrived", [True, False])
def test_who_wrote_the_place_down_cannot_say_what_became_of_it(asked, gu, shen, has_arrived):
    approving.approve(payout=asked, by=shen)
    Payout.objects.update(state="frozen", attempt=0)

    with pytest.raises(approving.WroteThePlace):
        by_hand.decide(payout=asked, has_arrived=has_arrived, by=gu, why="I saw it")
    with pytest.raises(approving.WroteThePlace):
        by_hand.ask_again(payout=asked, by=gu, why="I saw it")

    asked.refresh_from_db()
    assert asked.state == "frozen"
    assert (balance_of(THEIRS), balance_of(ON_THE_WAY)) == (0, 12_345)
    assert not AuditEvent.objects.filter(actor=f"person:{gu.pk}", act__startswith="payout").exists()


def test_called_off_it_is_theirs_again_and_nobody_else_is_told(asked, shen):
    cancelling.cancel(payout=asked, by=shen, why="Wrong number")

    assert (balance_of(THEIRS), balance_of(ON_THE_WAY)) == (12_345, 0)
    assert not Notice.objects.filter(kind="payout_cancelled").exists()
    assert cancelling.cancel_of_closed_accounts() == 0
    assert broken() == []


def test_a_person_paid_at_the_same_place_waits_for_a_look_too(gu, linwei, earn, send_to, monday):
    set_place(gu, "linwei-wallet")
    given(2000)
    send_to(linwei)
    earn(linwei, 3000)

    payday.run(monday)
    waits = dict(Payout.objects.values_list("account", "waits_for"))
    assert waits == {THEIRS.code: "charity", f"sharer:{linwei.pk}:CNY": "shared"}


def test_the_database_takes_no_payout_to_nobody(asked, gu):
    for wrong in ({"account": "sharer:7:CNY"}, {"approvals_needed": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Payout.objects.update(**wrong)
    for broken_place in ({"set_by": None}, {"charity_id": None}, {"person": gu}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Destination.objects.update(**broken_place)


def test_the_invariants_see_a_place_that_was_never_written_and_an_own_approval(asked, gu):
    name = "payments.what_a_charity_is_paid_went_where_another_one_wrote_down"
    Payout.objects.update(destination="gus-own-wallet")
    assert name in broken()
    Payout.objects.update(
        destination="hill-schools", state="reserved", approved_by=gu, approved_at=clock.now()
    )
    assert name in broken()


def test_forty_charities_are_found_in_as_many_questions_as_one(
    gu, monday, django_assert_max_num_queries
):
    given(2000)
    set_place(gu)
    sides = [accounts.charity(number, "CNY") for number in range(7, 47)]
    with django_assert_max_num_queries(4):
        assert len(payees.payable(sides[:1], rail="sandbox", run="one")) == 1
    for number in range(8, 47):
        set_place(gu, f"place-{number}", charity_id=number)
    with django_assert_max_num_queries(4):
        assert len(payees.payable(sides, rail="sandbox", run="one")) == 40


# --- many at once ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_three_beats_at_once_pay_a_charity_once(gu):
    given(12_345)
    set_place(gu)

    outcomes = all_at_once(lambda: payday.run(MONDAY_TEN), times=3)

    assert sum(outcomes) == 1
    assert Payout.objects.get().amount_minor == 12_345
    assert (balance_of(THEIRS), balance_of(ON_THE_WAY)) == (0, 12_345)
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_guards_it_would_be_paid_three_times(gu, monkeypatch):
    given(12_345)
    set_place(gu)
    names = iter(["a", "b", "c"])
    monkeypatch.setattr(payday, "run_of", lambda moment: next(names))
    monkeypatch.setattr(payees, "busy_accounts", lambda codes, *, run: set())
    monkeypatch.setattr(payday, "locked_balances", lambda sides: dict.fromkeys(sides, 12_345))
    rich = [(THEIRS.code, "CNY", 12_345)]  # as three beats read it before any of them asks
    monkeypatch.setattr(payees, "rich_accounts", lambda **asked: rich)
    monkeypatch.setattr(payday, "post_many", lambda facts: None)
    with without("one_open_payout_an_account"):
        assert [payday.run(MONDAY_TEN) for _beat in range(3)] == [1, 1, 1]
        assert Payout.objects.filter(account=THEIRS.code).count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_place_changed_while_payday_runs_redirects_nothing(gu, shen):
    given(12_345)
    set_place(gu)

    together(lambda: payday.run(MONDAY_TEN), lambda: set_place(shen, "elsewhere"))

    assert set(Payout.objects.values_list("destination", flat=True)) <= {"hill-schools"}
    assert broken() == []
