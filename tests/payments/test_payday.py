"""Payday: once a week, for everybody with enough, whatever the beat does."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from audit.models import AuditEvent
from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.posting import Overdrawn, post
from payments import approving, payday, payees, payouts
from payments.gateways import registry
from payments.invariants import INVARIANTS
from payments.models import Payout, PayoutRun
from shops.models import Shop
from tests.payments.guards import without
from tests.races import all_at_once, together

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


@pytest.mark.proves("T31")
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
    PayoutRun.objects.create(period="2026-W48", currency="CNY", rail="sandbox")  # began, and died

    assert payday.run(monday) == 1
    row = PayoutRun.objects.get()
    assert (row.state, row.filled_at) == ("approved", monday)


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


def test_a_run_is_made_for_each_rail_and_currency_even_an_empty_one(db, monday):
    assert payday.run(monday) == 0

    (row,) = PayoutRun.objects.all()
    assert (row.period, row.currency, row.rail, row.state) == (
        "2026-W48",
        "CNY",
        "sandbox",
        "sent",
    )


def test_a_run_is_sent_once_all_of_it_was_handed_over(linwei, linwei_earned, monday, provider):
    payday.run(monday)
    assert PayoutRun.objects.get().state == "approved"
    payouts.send_due()

    payday.run(monday)
    assert PayoutRun.objects.get().state == "sent"


def test_a_payout_of_a_run_knows_its_run_and_the_holder(linwei, linwei_earned, monday):
    payday.run(monday)

    row = Payout.objects.get()
    assert (row.batch, row.holder, row.approvals_needed) == (PayoutRun.objects.get(), "林薇", 0)
    assert row.state == "reserved"


def test_what_the_rail_cannot_carry_at_once_follows_next_week(
    linwei, linwei_earned, monday, monkeypatch
):
    able = replace(registry.RAILS["sandbox"].capabilities, maximum_minor=4000)
    monkeypatch.setattr(type(registry.RAILS["sandbox"]), "capabilities", able)

    assert payday.run(monday) == 1
    assert Payout.objects.get().amount_minor == 4000
    assert balance_of(linwei_earned) == 6000


@pytest.mark.parametrize(
    ("moment", "begins"),
    [
        (MONDAY_TEN, MONDAY_TEN + timedelta(days=7)),
        (MONDAY_TEN - timedelta(seconds=1), MONDAY_TEN),
        (MONDAY_TEN + timedelta(days=6, hours=23), MONDAY_TEN + timedelta(days=7)),
    ],
)
def test_the_next_payday_is_a_monday_at_ten(moment, begins):
    assert payday.next_payday(moment) == begins


# --- approval of a run -------------------------------------------------------------------


@pytest.fixture
def three_rich(linwei, xiaoyu, wulan, earn, send_to):
    """¥2,000.00, ¥2,000.01 and ¥5,000.01: none, one and two people have to approve."""
    for number, (person, minor) in enumerate(
        [(linwei, 200_000), (xiaoyu, 200_001), (wulan, 500_001)]
    ):
        send_to(person, f"wallet-{number}")
        earn(person, minor)
    return linwei, xiaoyu, wulan


def states_of(*people) -> list[tuple[str, int, str]]:
    rows = {row.person_id: row for row in Payout.objects.all()}
    found = [rows[person.pk] for person in people]
    return [(row.state, row.approvals_needed, row.waits_for) for row in found]


def test_small_payouts_go_at_once_and_large_ones_wait_for_one_or_two(three_rich, monday):
    assert payday.run(monday) == 3

    assert states_of(*three_rich) == [
        ("reserved", 0, ""),
        ("awaiting", 1, "amount"),
        ("awaiting", 2, "amount"),
    ]
    assert PayoutRun.objects.get().state == "waiting"


def test_a_run_with_a_large_sum_waits_as_a_whole(three_rich, monday, settings):
    settings.PAYOUT_RUN_LIMIT_MINOR = 900_001

    payday.run(monday)

    assert states_of(*three_rich) == [
        ("awaiting", 1, "run_total"),
        ("awaiting", 1, "amount"),
        ("awaiting", 2, "amount"),
    ]


def test_a_run_whose_sum_is_just_the_limit_does_not(three_rich, monday, settings):
    settings.PAYOUT_RUN_LIMIT_MINOR = 900_002

    payday.run(monday)

    assert states_of(*three_rich)[0] == ("reserved", 0, "")


def test_two_people_approve_a_run_one_after_the_other(three_rich, monday, accountants):
    payday.run(monday)
    row = PayoutRun.objects.get()
    one, other = accountants

    assert approving.approve_run(run=row, by=one) == 2
    assert [state for state, *_ in states_of(*three_rich)] == ["reserved", "reserved", "awaiting"]
    with pytest.raises(approving.NotWaiting):
        approving.approve_run(run=row, by=one)
    assert approving.approve_run(run=row, by=other) == 1

    assert [state for state, *_ in states_of(*three_rich)] == ["reserved"] * 3
    row.refresh_from_db()
    assert row.state == "approved"
    large = Payout.objects.get(amount_minor=500_001)
    assert (large.approved_by, large.second_by) == (one, other)
    acts = AuditEvent.objects.filter(act="run.approved").order_by("pk")
    assert [(act.actor, len(act.after["payouts"])) for act in acts] == [
        (f"person:{one.pk}", 2),
        (f"person:{other.pk}", 1),
    ]


def test_an_approver_who_is_a_payee_leaves_their_own_to_others(
    accountants, linwei, earn, send_to, monday
):
    one, other = accountants
    for person in (one, linwei):
        send_to(person, f"wallet-{person.pk}")
        earn(person, 300_000)
    payday.run(monday)

    assert approving.approve_run(run=PayoutRun.objects.get(), by=one) == 1
    assert states_of(one, linwei) == [("awaiting", 1, "amount"), ("reserved", 1, "amount")]
    assert approving.approve_run(run=PayoutRun.objects.get(), by=other) == 1


# --- many beats, and beats that die ----------------------------------------------------------


@pytest.fixture
def beats_meet(monkeypatch):
    """Three beats have all read who is to be paid before any of them asks."""
    meeting = threading.Barrier(3)
    read = payees.rich_accounts

    def read_and_wait(**asked):
        rich = read(**asked)
        if meeting.n_waiting < 3 and not meeting.broken:
            with suppress(threading.BrokenBarrierError):
                meeting.wait(timeout=5)
        return rich

    monkeypatch.setattr(payees, "rich_accounts", read_and_wait)


@pytest.mark.proves("T31")
@pytest.mark.django_db(transaction=True)
def test_three_beats_at_once_pay_each_account_once(
    linwei, chen, linwei_earned, earn, send_to, beats_meet
):
    send_to(chen, "chen-wallet")
    chens = earn(chen, 8000)

    outcomes = all_at_once(lambda: payday.run(MONDAY_TEN), times=3)

    assert sorted(outcomes) == [0, 0, 2]
    accounts_paid = sorted(Payout.objects.values_list("account", "amount_minor"))
    assert accounts_paid == sorted([(linwei_earned.code, 10_000), (chens.code, 8000)])
    assert (balance_of(linwei_earned), balance_of(chens)) == (0, 0)
    assert PayoutRun.objects.get().state == "approved"


@pytest.mark.proves("T31")
@pytest.mark.django_db(transaction=True)
def test_without_the_guards_three_beats_pay_three_times(linwei, linwei_earned, monkeypatch):
    names = iter(["a", "b", "c"])
    monkeypatch.setattr(payday, "run_of", lambda moment: next(names))
    rich = [(linwei_earned.code, "CNY", 10_000)]
    monkeypatch.setattr(payees, "rich_accounts", lambda **asked: rich)
    monkeypatch.setattr(payees, "busy_accounts", lambda codes, *, run: set())
    # A filler that trusts what it read, instead of what it locked.
    monkeypatch.setattr(payday, "locked_balances", lambda sides: dict.fromkeys(sides, 10_000))

    with without("one_open_payout_an_account"):
        all_at_once(lambda: payday.run(MONDAY_TEN), times=3)

        assert Payout.objects.count() == 3
        assert balance_of(linwei_earned) == -20_000


@pytest.mark.proves("T31")
@pytest.mark.django_db(transaction=True)
def test_beats_and_presses_at_once_move_each_balance_once(linwei, chen, earn, send_to, provider):
    """C12 on a small scale: 3 beats, 4 workers and 5 presses; twelve payees."""
    sides = []
    send_to(chen, "chen-wallet")
    for number in range(1, 13):
        shop = Shop.objects.create(owner=chen, handle=f"shop{number}", name=f"{number}")
        sides.append(earn(shop, 1000 + number))

    def press():
        for side in sides[:5]:
            with suppress(payouts.PayoutOpen, Overdrawn, payouts.BelowMinimum):
                payouts.ask(
                    person=chen, account=side, amount_minor=balance_of(side), run=f"p{id(side)}"
                )

    jobs = [lambda: payday.run(MONDAY_TEN)] * 3 + [payouts.send_due] * 4 + [press] * 5
    together(*jobs)
    payday.run(MONDAY_TEN)
    payouts.send_due()

    rows = Payout.objects.all()
    assert sum(row.amount_minor for row in rows) == sum(1000 + number for number in range(1, 13))
    assert [balance_of(side) for side in sides] == [0] * 12
    for row in rows:
        provider.wait_for("payouts", row.reference, "settled")
    moved = provider.money_moved()
    assert [moved[row.reference] for row in rows] == [-row.amount_minor for row in rows]
    assert [found.name for found in check(INVARIANTS) if found.broken] == []


def test_a_chunk_at_a_time_and_the_next_beat_goes_on_where_one_died(
    linwei, xiaoyu, chen, earn, send_to, monday, monkeypatch
):
    monkeypatch.setattr(payday, "CHUNK", 1)
    for number, person in enumerate((linwei, xiaoyu, chen)):
        send_to(person, f"wallet-{number}")
        earn(person, 5000)
    reserve, calls = payday._reserve, []

    def dies_at_the_second(made):
        calls.append(made)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as a kill: nothing catches it
        return reserve(made)

    monkeypatch.setattr(payday, "_reserve", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        payday.run(monday)
    assert (Payout.objects.count(), PayoutRun.objects.get().state) == (1, "filling")
    assert Payout.objects.get().state == "awaiting"  # nothing is sent before the run is closed

    assert payday.run(monday) == 2
    assert set(Payout.objects.values_list("state", flat=True)) == {"reserved"}
    assert Payout.objects.count() == 3


def test_one_account_that_cannot_be_paid_holds_up_no_other_and_is_taken_up_again(
    linwei, xiaoyu, earn, send_to, monday, monkeypatch
):
    for person in (linwei, xiaoyu):
        send_to(person, f"wallet-{person.pk}")
        earn(person, 5000)
    reserve = payday._reserve

    def breaks_for_linwei(made):
        if any(payout.person == linwei for payout in made):
            raise KeyError("odd")
        return reserve(made)

    monkeypatch.setattr(payday, "_reserve", breaks_for_linwei)
    assert payday.run(monday) == 1
    assert Payout.objects.get().person == xiaoyu

    monkeypatch.setattr(payday, "_reserve", reserve)
    payday.run(monday)
    assert Payout.objects.get(person=linwei).amount_minor == 5000
    assert Payout.objects.filter(person=xiaoyu).count() == 1
    assert PayoutRun.objects.get().filled_at is not None
