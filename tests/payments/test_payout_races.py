"""Many workers, many presses, one balance: each race with a control that shows it is one."""

import threading

import pytest

from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.posting import post
from payments import asking, payouts
from payments.invariants import INVARIANTS
from payments.models import Payout, PayoutAttempt
from tests.payments.guards import without
from tests.races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def thirty(person, account):
    """Return a job that asks for ¥30.00, each time as another press of the button."""
    presses = iter(range(100))

    def ask() -> Payout:
        run = f"press-{next(presses)}"
        return payouts.ask(person=person, account=account, amount_minor=3000, run=run)

    return ask


def kinds(outcomes) -> dict[str, int]:
    names = [type(outcome).__name__ for outcome in outcomes]
    return {name: names.count(name) for name in set(names)}


def broken() -> list[str]:
    return [finding.name for finding in check(INVARIANTS) if finding.broken]


@pytest.mark.proves("T31")
def test_ten_withdrawals_at_once_open_one_payout(linwei, linwei_earned):
    outcomes = all_at_once(thirty(linwei, linwei_earned), times=10)

    assert kinds(outcomes) == {"Payout": 1, "PayoutOpen": 9}
    assert balance_of(linwei_earned) == 7000
    assert broken() == []


def test_ten_presses_of_one_button_open_one_payout(linwei, linwei_earned):
    outcomes = all_at_once(
        lambda: payouts.ask(person=linwei, account=linwei_earned, amount_minor=3000, run="once"),
        times=10,
    )

    assert len({outcome.pk for outcome in outcomes}) == 1
    assert balance_of(linwei_earned) == 7000


@pytest.mark.proves("T22")
def test_even_without_that_rule_only_the_affordable_are_granted(linwei, linwei_earned):
    with without("one_open_payout_an_account"):
        outcomes = all_at_once(thirty(linwei, linwei_earned), times=10)

        assert kinds(outcomes) == {"Payout": 3, "Overdrawn": 7}
        assert balance_of(linwei_earned) == 1000


def test_without_both_guards_the_balance_is_overdrawn(linwei, linwei_earned, monkeypatch):
    monkeypatch.setattr(asking, "balance_of", lambda side: 0)
    with without("one_open_payout_an_account"):
        outcomes = all_at_once(thirty(linwei, linwei_earned), times=10)

        assert kinds(outcomes) == {"Payout": 10}
        assert balance_of(linwei_earned) == -20_000


@pytest.fixture
def twelve(chen, earn, send_to):
    """Twelve reserved payouts of ¥10.00, from twelve accounts of Chen's."""
    send_to(chen, "chen-wallet")
    made = []
    for number in range(1, 13):
        side = accounts.shop(number, "CNY")
        outside = accounts.outside("sandbox", "CNY")
        post(key=f"given:{number}", legs={outside: -1000, side: 1000})
        made.append(payouts.ask(person=chen, account=side, amount_minor=1000, run="r"))
    return made


def test_four_workers_claim_each_payout_once(twelve):
    outcomes = all_at_once(lambda: payouts.claim(most=4), times=4)

    claimed = [payout.pk for batch in outcomes for payout in batch]
    assert len(claimed) == len(set(claimed))
    assert PayoutAttempt.objects.count() == len(claimed)
    assert broken() == []


def test_four_workers_send_each_payout_once(twelve, provider):
    outcomes = all_at_once(payouts.send_due, times=4)

    assert sum(outcomes) == 12
    assert set(PayoutAttempt.objects.values_list("number", flat=True)) == {1}
    for payout in twelve:
        provider.wait_for("payouts", payout.reference, "settled")
    moved = provider.money_moved()
    assert [moved[payout.reference] for payout in twelve] == [-1000] * 12


def test_claiming_by_reading_first_sends_each_four_times(twelve):
    everybody_has_read = threading.Barrier(4)

    def careless() -> list[int]:
        due = list(Payout.objects.filter(state="reserved").values_list("pk", flat=True))
        everybody_has_read.wait(timeout=20)
        Payout.objects.filter(pk__in=due).update(state="submitting")
        return due

    outcomes = all_at_once(careless, times=4)

    assert sum(len(batch) for batch in outcomes) == 48


def test_looking_up_by_four_at_once_settles_once(linwei, linwei_earned, provider):
    payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=5000, run="r")
    payouts.send_due()
    provider.wait_for("payouts", payout.reference, "settled")

    outcomes = all_at_once(lambda: payouts.refresh(payout.pk), times=4)

    assert outcomes == [True] * 4
    assert balance_of(accounts.in_transit(linwei_earned.code, "CNY")) == 0
    assert balance_of(accounts.outside("sandbox", "CNY")) == -5000
    assert broken() == []
