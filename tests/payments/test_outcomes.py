"""Where the provider has a payout, so do we: confirmations, frozen sums, patient questions."""

from datetime import timedelta
from functools import partial

import pytest

from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import Overdrawn, post
from notifications.models import Notice
from payments import acting, by_hand, destinations, inbox, payouts
from payments.gateways.port import Absent, PayoutFact, Unknown
from payments.invariants import INVARIANTS
from payments.models import Destination, Payout, ProviderEvent
from shops.models import Shop
from tests.races import together

OUTSIDE = accounts.outside("sandbox", "CNY")


def ask(person, account, minor=5000, run="r1") -> Payout:
    return payouts.ask(person=person, account=account, amount_minor=minor, run=run)


def fact(payout, status, **words) -> PayoutFact:
    words = {"amount_minor": payout.amount_minor, "currency": payout.currency} | words
    return PayoutFact(status, "po_1", **words)


def heard(payout: Payout, status, **words) -> Payout:
    """Send the one payout that is due, and hear this answer."""
    (claimed,) = payouts.claim()
    payouts.record(payout=claimed, answer=fact(payout, status, **words))
    payout.refresh_from_db()
    return payout


class Says:
    """A rail that gives one answer to every question."""

    def __init__(self, answer) -> None:
        self.answer = answer
        self.asked = 0

    def payout(self, wanted):
        self.asked += 1
        return self.answer


@pytest.fixture
def now_says(monkeypatch):
    def say(answer) -> Says:
        rail = Says(answer)
        monkeypatch.setattr(payouts, "rail", lambda name: rail)
        return rail

    return say


def broken() -> list[str]:
    return [found.name for found in check(INVARIANTS) if found.broken]


def later(**by):
    return clock.stopped_at(clock.now() + timedelta(**by))


# --- the payee confirms -----------------------------------------------------------------------


@pytest.mark.proves("T37")
def test_a_payee_has_a_day_to_confirm_and_is_told(noon, linwei, linwei_earned):
    payout = heard(ask(linwei, linwei_earned), "awaiting_payee", confirm_token="pkg-1")

    assert (payout.state, payout.confirm_token) == ("awaiting_payee", "pkg-1")
    assert payout.confirm_until == noon + timedelta(hours=24)
    assert Notice.objects.get().kind == "payout_to_confirm"
    assert broken() == []


def test_once_confirmed_it_arrives(linwei, linwei_earned, now_says):
    payout = heard(ask(linwei, linwei_earned), "awaiting_payee", confirm_token="pkg-1")
    now_says(fact(payout, "settled"))

    payouts.refresh(payout.pk)

    payout.refresh_from_db()
    assert payout.state == "settled"
    assert balance_of(OUTSIDE) == -5000
    assert broken() == []


@pytest.mark.proves("T37")
def test_unconfirmed_it_comes_back_and_can_be_paid_again(linwei, linwei_earned, now_says):
    """T37: returned to payable, re-payable, history complete."""
    payout = heard(ask(linwei, linwei_earned), "awaiting_payee", confirm_token="pkg-1")
    now_says(fact(payout, "expired", reason="not_confirmed"))

    with later(hours=24, minutes=10):
        assert payouts.look_up_due() == 1
        payout.refresh_from_db()
        assert (payout.state, payout.reason) == ("returned", "not_confirmed")
        assert balance_of(linwei_earned) == 10_000
        assert payout.why_returned.startswith(("24", "It was not confirmed"))
        assert ask(linwei, linwei_earned, run="r2").state == "reserved"
    assert list(payout.attempts.values_list("outcome", flat=True)) == ["awaiting_payee"]
    assert sorted(Notice.objects.values_list("kind", flat=True)) == [
        "payout_returned",
        "payout_to_confirm",
    ]
    assert broken() == []


# --- another sum: frozen, until a person looked -----------------------------------------------


@pytest.mark.parametrize("odd", [{"amount_minor": 4999}, {"currency": "USD"}])
def test_another_sum_freezes_it_and_nothing_moves(linwei, linwei_earned, odd, caplog):
    payout = heard(ask(linwei, linwei_earned), "settled", **odd)

    assert (payout.state, payout.reason) == ("frozen", "other_amount")
    assert "another amount at the provider" in caplog.text
    assert balance_of(accounts.in_transit(linwei_earned.code, "CNY")) == 5000
    assert payouts.send_due() == payouts.look_up_due() == 0
    assert broken() == []


@pytest.mark.parametrize(
    ("has_arrived", "state", "balance", "outside"),
    [(True, "settled", 5000, -5000), (False, "returned", 10_000, -10_000)],
)
def test_a_person_ends_a_frozen_one(
    linwei, linwei_earned, accountants, has_arrived, state, balance, outside
):
    payout = heard(ask(linwei, linwei_earned), "settled", amount_minor=1)

    by_hand.decide(payout=payout, has_arrived=has_arrived, by=accountants[0], why="Their book.")

    payout.refresh_from_db()
    assert (payout.state, balance_of(linwei_earned), balance_of(OUTSIDE)) == (
        state,
        balance,
        outside,
    )
    with pytest.raises(by_hand.NotForAPerson):
        by_hand.decide(payout=payout, has_arrived=True, by=accountants[0], why="again")
    assert broken() == []


def test_a_frozen_one_can_be_asked_about_again(linwei, linwei_earned, accountants, now_says):
    payout = heard(ask(linwei, linwei_earned), "accepted", amount_minor=1)
    by_hand.ask_again(payout=payout, by=accountants[0], why="They put it right.")
    now_says(fact(payout, "settled"))

    assert payouts.look_up_due() == 1
    payout.refresh_from_db()
    assert payout.state == "settled"


def test_nobody_ends_their_own(accountants, earn, send_to):
    send_to(accountants[0])
    payout = heard(ask(accountants[0], earn(accountants[0], 5000)), "settled", amount_minor=1)

    with pytest.raises(by_hand.OwnMoney):
        by_hand.decide(payout=payout, has_arrived=True, by=accountants[0], why="mine")
    payout.refresh_from_db()
    assert payout.state == "frozen"


def test_money_that_moves_after_it_was_given_back_raises_an_alarm(
    linwei, linwei_earned, now_says, caplog
):
    payout = heard(ask(linwei, linwei_earned), "rejected", reason="refused")
    now_says(fact(payout, "settled"))
    before = Transfer.objects.count()

    payouts.refresh(payout.pk)

    assert "is returned here and settled at the provider" in caplog.text
    assert Transfer.objects.count() == before
    assert balance_of(linwei_earned) == 10_000


# --- events (W18) -----------------------------------------------------------------------------


def event_about(reference, kind="payout.settled") -> ProviderEvent:
    event = inbox.store(
        provider="sandbox",
        event_id=f"{kind}{reference}",
        kind=kind,
        reference=reference,
        payload={},
    )
    assert event is not None
    return event


@pytest.mark.proves("T30")
def test_an_event_about_a_payout_we_do_not_know_is_parked(db):
    event = event_about("NOBODYS000")
    before = Transfer.objects.count()

    assert acting.act_on_payout(event) is True
    event.refresh_from_db()
    assert (event.processed_at is not None, Transfer.objects.count()) == (True, before)


@pytest.mark.proves("T30")
def test_events_in_any_order_end_where_the_provider_is(linwei, linwei_earned, now_says):
    payout = heard(ask(linwei, linwei_earned), "accepted")
    now_says(fact(payout, "returned", reason="fix_destination"))

    for kind in ("payout.settled", "payout.returned", "payout.settled"):
        acting.act_on_payout(
            ProviderEvent(kind=kind, provider="sandbox", reference=payout.reference)
        )

    payout.refresh_from_db()
    assert payout.state == "returned"
    assert balance_of(linwei_earned) == 10_000
    assert broken() == []


# --- questions are patient --------------------------------------------------------------------


def test_look_ups_double_from_half_a_minute_to_six_hours(linwei, linwei_earned):
    payout = ask(linwei, linwei_earned)
    for look_ups, seconds in [(0, 30), (1, 60), (5, 960), (9, 15_360), (10, 21_600), (30, 21_600)]:
        payout.look_ups = look_ups
        wait = payouts.wait_after(payout)
        assert timedelta(seconds=seconds) / 2 <= wait <= timedelta(seconds=seconds) * 3 / 2


def test_a_thousand_payouts_do_not_ask_in_one_second(linwei):
    waits = {
        payouts.wait_after(Payout(person=linwei, look_ups=4)).total_seconds() for _ in range(1000)
    }
    assert len(waits) > 90


@pytest.mark.proves("T28")
def test_a_look_up_that_knows_nothing_for_two_days_and_then_finds_it_pays_once(
    linwei, linwei_earned, now_says
):
    """T28: balance never released meanwhile."""
    payout = ask(linwei, linwei_earned)
    (claimed,) = payouts.claim()
    payouts.record(payout=claimed, answer=Unknown("time-out"))
    away = now_says(Unknown("time-out"))
    start = clock.now()
    for hour in range(1, 49):
        with clock.stopped_at(start + timedelta(hours=hour)):
            payouts.look_up_due()
            assert payouts.claim() == []
            assert balance_of(linwei_earned) == 5000
    assert 8 <= away.asked <= 24

    now_says(fact(payout, "settled"))
    with clock.stopped_at(start + timedelta(hours=60)):
        payouts.look_up_due()
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("settled", 1)
    assert balance_of(OUTSIDE) == -5000
    assert broken() == []


def test_a_provider_that_is_away_is_asked_three_times_a_sweep_not_a_hundred(
    chen, earn, send_to, now_says
):
    """T33: what hangs holds up no other rail, and this one not for long."""
    send_to(chen, "chen-wallet")
    for number in range(8):
        shop = Shop.objects.create(owner=chen, handle=f"shop{number}", name="s")
        ask(chen, earn(shop, 1000), 1000, run="r")
    for claimed in payouts.claim():
        payouts.record(payout=claimed, answer=Unknown("hangs"))
    away = now_says(Unknown("hangs"))

    with later(minutes=5):
        payouts.look_up_due()
    assert away.asked == 3


@pytest.mark.proves("T27")
def test_an_answer_about_an_earlier_try_does_not_free_a_later_one(linwei, linwei_earned, now_says):
    """T32: the fence."""
    payout = ask(linwei, linwei_earned)
    (first,) = payouts.claim()
    payouts.record(payout=first, answer=Unknown("time-out"))
    slow = Payout.objects.get()
    now_says(Absent())
    payouts.look_up(slow)
    with later(minutes=5):
        (second,) = payouts.claim()
        assert second.attempt == 2
        payouts.record(payout=second, answer=Unknown("time-out"))
        payouts.look_up(slow)  # woke up with an answer about the first

    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("unknown", 2)


# --- races with what else moves the money -----------------------------------------------------


@pytest.mark.proves("C13")
@pytest.mark.django_db(transaction=True)
def test_a_refund_that_meets_a_payout_is_taken_or_carried(chen, send_to, earn):
    """C13 on a small scale: never both paid and forgiven."""
    send_to(chen, "chen-wallet")
    fees = accounts.platform_fees("CNY")
    for number in range(8):
        shop = Shop.objects.create(owner=chen, handle=f"shop{number}", name="c")
        side = earn(shop, 5000)
        asked, _ = together(
            partial(ask, chen, side, 5000, run="r"),
            partial(post, key=f"back:{number}", legs={side: -4500, fees: 4500}),
        )
        paid = 0 if isinstance(asked, Overdrawn) else 5000
        assert balance_of(side) == 5000 - 4500 - paid
        assert balance_of(accounts.in_transit(side.code, "CNY")) == paid
    assert broken() == []


@pytest.mark.proves("C14")
@pytest.mark.django_db(transaction=True)
def test_a_change_of_destination_in_the_same_moment_redirects_nothing(
    linwei, linwei_earned, provider
):
    """C14: the frozen account is used; the new one cools for three days."""
    payout = ask(linwei, linwei_earned)

    together(
        payouts.send_due,
        lambda: destinations.set_destination(
            person=linwei, identifier="thief", holder="Somebody Else"
        ),
    )

    assert provider.find("payouts", payout.reference)[0]["destination"] == "linwei-wallet"
    payout.refresh_from_db()
    assert (payout.destination, payout.holder) == ("linwei-wallet", "林薇")
    fresh = Destination.objects.get(retired_at=None)
    assert destinations.usable_at(fresh) == fresh.since + timedelta(hours=72)
    with pytest.raises(payouts.DestinationTooFresh):
        ask(linwei, linwei_earned, run="r2")
