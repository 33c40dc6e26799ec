"""Payday: once a week, for everybody with enough, whatever the beat does."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from kit import clock
from ledger import accounts
from ledger.balances import accounts_with_at_least, balance_of
from ledger.posting import post
from payments import payday, payouts
from payments.models import Payday, Payout
from tests.payments.guards import without
from tests.races import all_at_once

MONDAY_TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai


@pytest.fixture
def monday():
    with clock.stopped_at(MONDAY_TEN):
        yield MONDAY_TEN


@pytest.mark.parametrize(
    ("moment", "run"),
    [
        (MONDAY_TEN, "2026-W48"),
        (MONDAY_TEN - timedelta(seconds=1), "2026-W47"),
        (MONDAY_TEN + timedelta(days=7) - timedelta(seconds=1), "2026-W48"),
        (datetime(2027, 1, 3, 12, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 4, 2, 0, tzinfo=UTC), "2027-W01"),
    ],
)
def test_a_payday_is_named_by_the_week_it_begins(moment, run):
    assert payday.run_of(moment) == run


def test_sharers_and_shops_are_paid_everything_they_have(
    linwei, chen, hill_shop, earn, send_to, monday
):
    send_to(linwei)
    send_to(chen, "chen-wallet")
    shared, sold = earn(linwei, 12_345), earn(hill_shop, 1000)

    assert payday.run(monday) == 2

    rows = Payout.objects.order_by("account").values_list(
        "account", "person_id", "amount_minor", "run", "destination"
    )
    assert list(rows) == [
        (shared.code, linwei.pk, 12_345, "2026-W48", "linwei-wallet"),
        (sold.code, chen.pk, 1000, "2026-W48", "chen-wallet"),
    ]
    assert (balance_of(shared), balance_of(sold)) == (0, 0)


def test_a_week_is_run_once(linwei, linwei_earned, earn, monday):
    assert payday.run(monday) == 1
    Payout.objects.update(state="settled")
    earn(linwei, 5000, key="more")

    assert payday.run(monday + timedelta(hours=1)) == 0
    assert payday.run(monday + timedelta(days=7)) == 1
    assert list(Payout.objects.order_by("pk").values_list("run", "amount_minor")) == [
        ("2026-W48", 10_000),
        ("2026-W49", 5000),
    ]


def test_a_run_that_was_cut_short_is_taken_up_again(linwei, linwei_earned, monday):
    Payday.objects.create(run="2026-W48")  # began, and died

    assert payday.run(monday) == 1
    assert Payday.objects.get().finished_at == monday


def test_who_cannot_be_paid_keeps_nobody_else_waiting(
    linwei, xiaoyu, wulan, chen, earn, send_to, monday
):
    send_to(linwei)
    earn(linwei, 999)  # too little
    earn(xiaoyu, 5000)  # has not said where
    send_to(wulan, "one")
    send_to(wulan, "two")
    earn(wulan, 5000)  # changed it a moment ago
    send_to(chen)
    chens = earn(chen, 5000)

    assert payday.run(monday) == 1
    assert list(Payout.objects.values_list("account", flat=True)) == [chens.code]


def test_an_account_under_way_and_one_that_was_closed_are_passed_over(
    linwei, linwei_earned, chen, earn, send_to, monday
):
    payouts.ask(person=linwei, account=linwei_earned, amount_minor=2000, run="press")
    send_to(chen)
    earn(chen, 5000)
    type(chen).objects.filter(pk=chen.pk).update(is_active=False)

    assert payday.run(monday) == 0
    assert Payout.objects.count() == 1


def test_what_escrow_or_a_return_window_holds_is_not_paid(linwei, send_to, earn, monday):
    send_to(linwei)
    outside, pending = accounts.outside("sandbox", "CNY"), accounts.sharer_pending(linwei.pk, "CNY")
    post(key="p", legs={outside: -5000, pending: 5000})

    assert payday.run(monday) == 0


@pytest.fixture
def beats_meet(monkeypatch):
    """Three beats have all read who is to be paid before any of them asks."""
    meeting = threading.Barrier(3)

    def read_and_wait(**asked):
        rich = accounts_with_at_least(**asked)
        meeting.wait(timeout=20)
        return rich

    monkeypatch.setattr(payday, "accounts_with_at_least", read_and_wait)


@pytest.mark.django_db(transaction=True)
def test_three_beats_at_once_pay_each_account_once(
    linwei, chen, linwei_earned, earn, send_to, beats_meet
):
    send_to(chen, "chen-wallet")
    chens = earn(chen, 8000)

    outcomes = all_at_once(lambda: payday.run(MONDAY_TEN), times=3)

    assert all(isinstance(outcome, int) for outcome in outcomes)
    accounts_paid = sorted(Payout.objects.values_list("account", "amount_minor"))
    assert accounts_paid == sorted([(linwei_earned.code, 10_000), (chens.code, 8000)])
    assert (balance_of(linwei_earned), balance_of(chens)) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_without_the_guards_three_beats_pay_three_times(
    linwei, linwei_earned, beats_meet, monkeypatch
):
    names = iter(["a", "b", "c"])
    monkeypatch.setattr(payday, "run_of", lambda moment: next(names))
    monkeypatch.setattr(payouts, "balance_of", lambda side: 0)

    with without("one_open_payout_an_account"):
        all_at_once(lambda: payday.run(MONDAY_TEN), times=3)

        assert Payout.objects.count() == 3
        assert balance_of(linwei_earned) == -20_000


def test_one_account_that_cannot_be_paid_holds_up_no_other_and_is_taken_up_again(
    linwei, xiaoyu, earn, send_to, monday, monkeypatch
):
    for person in (linwei, xiaoyu):
        send_to(person)
        earn(person, 5000)
    ask = payouts.ask

    def breaks_for_linwei(*, person, **words):
        if person == linwei:
            raise KeyError("odd")
        return ask(person=person, **words)

    monkeypatch.setattr(payouts, "ask", breaks_for_linwei)
    assert payday.run(monday) == 1
    assert Payout.objects.get().person == xiaoyu

    monkeypatch.setattr(payouts, "ask", ask)
    payday.run(monday)
    assert Payout.objects.get(person=linwei).amount_minor == 5000
    assert Payout.objects.filter(person=xiaoyu).count() == 1
    assert Payday.objects.get().finished_at is not None
