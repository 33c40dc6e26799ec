"""Payouts: every way they can go, against the real provider process."""

import json
from datetime import timedelta

import pytest

from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import Overdrawn
from notifications.models import Notice
from payments import payouts
from payments.invariants import INVARIANTS
from payments.models import Destination, Payout, PayoutAttempt
from payments.payouts import BelowMinimum, DestinationTooFresh, NoDestination, PayoutOpen
from tests.provider import running_provider

OUTSIDE = accounts.outside("sandbox", "CNY")


@pytest.fixture
def scripted(provider, settings):
    """The provider, with the amount's last two digits choosing what goes wrong."""
    settings.SANDBOX_SCRIPT = True
    return provider


def ask(person, account, minor: int = 5000, run: str = "r1") -> Payout:
    return payouts.ask(person=person, account=account, amount_minor=minor, run=run)


def transit(account):
    return accounts.in_transit(account.code, "CNY")


def later(**by):
    """Go on after a wait; the clock is this process's alone."""
    return clock.stopped_at(clock.now() + timedelta(**by))


def balances(account) -> tuple[int, int]:
    return balance_of(account), balance_of(transit(account))


def broken() -> list[str]:
    return [finding.name for finding in check(INVARIANTS) if finding.broken]


# --- asking ---------------------------------------------------------------------------


def test_asking_reserves_the_money_with_the_row(linwei, linwei_earned):
    payout = ask(linwei, linwei_earned)

    assert (payout.state, payout.destination, payout.attempt) == ("reserved", "linwei-wallet", 0)
    assert balances(linwei_earned) == (5000, 5000)
    assert broken() == []


def test_one_run_asking_twice_gets_the_same_payout(linwei, linwei_earned):
    first = ask(linwei, linwei_earned)

    assert ask(linwei, linwei_earned) == first
    assert balances(linwei_earned) == (5000, 5000)


def refuses(fact, person, account, minor=5000, run="r1"):
    before = balances(account), Payout.objects.count(), Transfer.objects.count()
    with pytest.raises(fact) as refused:
        ask(person, account, minor, run)
    assert (balances(account), Payout.objects.count(), Transfer.objects.count()) == before
    return refused.value


@pytest.mark.parametrize("minor", [999, 0, -5000])
def test_less_than_ten_yuan_is_not_sent(linwei, linwei_earned, minor):
    refuses(BelowMinimum, linwei, linwei_earned, minor)


def test_nobody_is_paid_who_has_not_said_where(linwei, earn):
    refuses(NoDestination, linwei, earn(linwei, 10_000))


def test_a_changed_destination_cools_for_three_days(linwei, linwei_earned, send_to):
    send_to(linwei, "somebody-elses")
    changed_at = Destination.objects.get(retired_at=None).since

    with clock.stopped_at(changed_at + timedelta(hours=72) - timedelta(seconds=1)):
        fact = refuses(DestinationTooFresh, linwei, linwei_earned)
    assert fact.usable_at == changed_at + timedelta(hours=72)
    with clock.stopped_at(changed_at + timedelta(hours=72)):
        assert ask(linwei, linwei_earned).destination == "somebody-elses"


def test_a_second_payout_waits_for_the_first(linwei, linwei_earned):
    ask(linwei, linwei_earned, 2000)

    refuses(PayoutOpen, linwei, linwei_earned, 2000, run="r2")


def test_a_payout_never_takes_an_account_below_zero(linwei, linwei_earned):
    # The account's floor is -500.00 for refunds; a payout must not borrow from it.
    refuses(Overdrawn, linwei, linwei_earned, 10_001)
    assert ask(linwei, linwei_earned, 10_000).amount_minor == 10_000


@pytest.mark.proves("T38", "C14")
def test_a_change_of_destination_redirects_nothing_under_way(
    linwei, linwei_earned, send_to, provider
):
    payout = ask(linwei, linwei_earned)
    send_to(linwei, "another")
    payouts.send_due()

    assert provider.find("payouts", payout.reference)[0]["destination"] == "linwei-wallet"


# --- sending ----------------------------------------------------------------------------


def test_a_payout_is_sent_and_arrives(linwei, linwei_earned, provider):
    payout = ask(linwei, linwei_earned)
    assert payouts.send_due() == 1
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("accepted", 1)
    assert balances(linwei_earned) == (5000, 5000)

    provider.wait_for("payouts", payout.reference, "settled")
    assert payouts.refresh(payout.pk) is True
    assert payouts.refresh(payout.pk) is True

    payout.refresh_from_db()
    assert payout.state == "settled"
    assert balances(linwei_earned) == (5000, 0)
    assert balance_of(OUTSIDE) == -5000
    assert provider.money_moved()[payout.reference] == -5000
    assert list(Notice.objects.values_list("person_id", "kind")) == [(linwei.pk, "payout_sent")]
    assert PayoutAttempt.objects.get().outcome == "accepted"
    assert broken() == []


def test_without_webhooks_the_poller_finds_the_end_all_the_same(linwei, linwei_earned, provider):
    payout = ask(linwei, linwei_earned)
    payouts.send_due()
    provider.wait_for("payouts", payout.reference, "settled")

    assert payouts.look_up_due() == 0  # too soon to ask
    with later(seconds=31):
        assert payouts.look_up_due() == 1
    payout.refresh_from_db()
    assert payout.state == "settled"


def test_a_rejected_payout_gives_the_money_back_and_says_why(linwei, linwei_earned, scripted):
    payout = ask(linwei, linwei_earned, 5001)
    payouts.send_due()

    payout.refresh_from_db()
    assert (payout.state, payout.reason) == ("returned", "fix_destination")
    assert balances(linwei_earned) == (10_000, 0)
    notice = Notice.objects.get()
    assert (notice.kind, notice.data["amount_minor"]) == ("payout_returned", 5001)
    assert "fix_destination" not in notice.data["reason"]
    assert payout.reference not in scripted.money_moved()
    assert broken() == []
    assert ask(linwei, linwei_earned, 5000, run="r2").state == "reserved"


@pytest.mark.proves("T27")
def test_unheard_but_paid_is_adopted_and_not_paid_again(linwei, linwei_earned, scripted):
    payout = ask(linwei, linwei_earned, 5002)
    payouts.send_due()
    payout.refresh_from_db()
    assert (payout.state, payout.provider_ref) == ("unknown", "")
    assert balances(linwei_earned) == (4998, 5002)

    scripted.wait_for("payouts", payout.reference, "settled")
    with later(seconds=31):
        payouts.look_up_due()

    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("settled", 1)
    assert scripted.money_moved()[payout.reference] == -5002
    assert len(scripted.find("payouts", payout.reference)) == 1
    assert PayoutAttempt.objects.get().outcome == "unknown"
    assert broken() == []


@pytest.mark.proves("T27")
def test_unheard_and_not_paid_is_sent_again_under_the_same_name(linwei, linwei_earned, scripted):
    payout = ask(linwei, linwei_earned, 5003)
    payouts.send_due()
    with later(seconds=31):
        payouts.look_up_due()
        payout.refresh_from_db()
        assert payout.state == "reserved"
        assert payouts.send_due() == 0  # its turn has not come
    with later(minutes=2):
        assert payouts.send_due() == 1

    scripted.wait_for("payouts", payout.reference, "settled")
    payouts.refresh(payout.pk)
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("settled", 2)
    assert scripted.money_moved()[payout.reference] == -5003
    assert broken() == []


def test_a_payout_that_comes_back_is_on_the_account_again(linwei, linwei_earned, scripted):
    payout = ask(linwei, linwei_earned, 5004)
    payouts.send_due()
    payout.refresh_from_db()
    assert payout.state == "accepted"

    scripted.wait_for("payouts", payout.reference, "returned")
    payouts.refresh(payout.pk)
    payouts.refresh(payout.pk)

    payout.refresh_from_db()
    assert payout.state == "returned"
    assert balances(linwei_earned) == (10_000, 0)
    assert balance_of(OUTSIDE) == -10_000
    assert sorted(Notice.objects.values_list("kind", flat=True)) == [
        "payout_returned",
        "payout_sent",
    ]
    assert broken() == []


def test_a_payout_may_come_back_after_it_arrived(linwei, linwei_earned, tmp_path, settings):
    with running_provider(tmp_path) as own:
        own.point_here(settings)
        payout = ask(linwei, linwei_earned)
        payouts.send_due()
        row = own.wait_for("payouts", payout.reference, "settled")
        payouts.refresh(payout.pk)
        own.stop()
        with (own.folder / "journal.jsonl").open("a") as journal:
            later_truth = {**row, "status": "returned", "reason": "account_closed", "_script": ""}
            journal.write(json.dumps([["payouts", later_truth]]) + "\n")
        own.start()
        payouts.refresh(payout.pk)

    payout.refresh_from_db()
    assert payout.state == "returned"
    assert balances(linwei_earned) == (10_000, 0)
    assert balance_of(OUTSIDE) == -10_000
    assert broken() == []


# --- when we die, hang or hear nothing ----------------------------------------------------


def test_dying_between_sending_and_recording_pays_once(linwei, linwei_earned, provider):
    payout = ask(linwei, linwei_earned)
    (claimed,) = payouts.claim()
    payouts.send(claimed)  # and here the worker is killed
    assert payouts.sweep() == 0

    with later(minutes=5, seconds=1):
        assert payouts.send_due() == 0
        assert payouts.look_up_due() == 1
    payout.refresh_from_db()
    assert (payout.state in {"accepted", "settled"}, payout.attempt) == (True, 1)
    provider.wait_for("payouts", payout.reference, "settled")
    payouts.refresh(payout.pk)
    assert provider.money_moved()[payout.reference] == -5000
    assert balances(linwei_earned) == (5000, 0)
    assert broken() == []


def test_dying_before_sending_pays_once(linwei, linwei_earned, provider):
    payout = ask(linwei, linwei_earned)
    payouts.claim()  # and here the worker is killed

    with later(minutes=6):
        payouts.look_up_due()
        payout.refresh_from_db()
        assert payout.state == "reserved"
    with later(minutes=15):
        payouts.send_due()
    provider.wait_for("payouts", payout.reference, "settled")
    payouts.refresh(payout.pk)
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("settled", 2)
    assert provider.money_moved()[payout.reference] == -5000
    assert broken() == []


def test_a_worker_that_woke_too_late_writes_nothing(linwei, linwei_earned, provider):
    payout = ask(linwei, linwei_earned)
    (asleep,) = payouts.claim()
    with later(minutes=6):
        payouts.look_up_due()  # absent: it goes back into the queue
    with later(minutes=15):
        (awake,) = payouts.claim()
    assert (asleep.attempt, awake.attempt) == (1, 2)

    late = payouts.send(asleep)
    assert payouts.record(payout=asleep, answer=late) is False
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("submitting", 2)

    assert payouts.record(payout=awake, answer=payouts.send(awake)) is True
    provider.wait_for("payouts", payout.reference, "settled")
    payouts.refresh(payout.pk)
    assert provider.money_moved()[payout.reference] == -5000
    assert broken() == []


@pytest.mark.proves("T28")
def test_a_provider_away_for_two_days_keeps_the_money_reserved(
    linwei, linwei_earned, nobody_answers
):
    payout = ask(linwei, linwei_earned)
    payouts.send_due()
    payout.refresh_from_db()
    assert payout.state == "unknown"

    asked = 0
    start = clock.now()
    for quarter in range(48 * 4):
        with clock.stopped_at(start + timedelta(minutes=15 * quarter)):
            asked += payouts.look_up_due()
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("unknown", 1)
    assert balances(linwei_earned) == (5000, 5000)
    # Doubling waits, then every three to nine hours: a provider in trouble is not hammered.
    assert 10 <= asked <= 26


def test_an_unanswered_look_up_says_so(linwei, linwei_earned, nobody_answers):
    payout = ask(linwei, linwei_earned)

    assert payouts.refresh(payout.pk) is False
    payout.refresh_from_db()
    assert payout.state == "reserved"


def test_another_amount_at_the_provider_freezes_the_payout(linwei, linwei_earned, provider, caplog):
    payout = ask(linwei, linwei_earned)
    provider.ask(
        "POST",
        "/v1/payouts",
        reference=payout.reference,
        amount_minor=4999,
        currency="CNY",
        destination="x",
    )
    payouts.send_due()
    with later(seconds=31):
        payouts.look_up_due()

    payout.refresh_from_db()
    assert (payout.state, payout.reason) == ("frozen", "other_amount")
    assert balances(linwei_earned) == (5000, 5000)
    assert "another amount" in caplog.text


@pytest.mark.proves("T33")
def test_one_payout_that_is_not_heard_holds_up_no_other(
    linwei, linwei_earned, chen, earn, send_to, scripted
):
    send_to(chen, "chen-wallet")
    stuck = ask(linwei, linwei_earned, 5002)
    fine = ask(chen, earn(chen, 9000), 9000)
    assert payouts.send_due() == 2

    stuck.refresh_from_db()
    fine.refresh_from_db()
    assert (stuck.state, fine.state) == ("unknown", "accepted")
