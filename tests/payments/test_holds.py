"""Holds on people, pauses of rails, and payouts that are called off before they are sent."""

from datetime import timedelta
from functools import partial

import pytest

from audit.models import AuditEvent
from kit import clock
from kit.invariants import check
from ledger.balances import balance_of
from ledger.models import Transfer
from notifications.models import Notice
from payments import cancelling, holds, payday, payouts
from payments.cancelling import AlreadySent
from payments.gateways.port import Absent, PayoutFact, Unknown
from payments.invariants import INVARIANTS
from payments.models import PausedRail, Payout, PayoutAttempt, PayoutHold
from people.models import Person
from tests.races import together


def ask(person, account, minor=5000, run="r1") -> Payout:
    return payouts.ask(person=person, account=account, amount_minor=minor, run=run)


def broken() -> list[str]:
    return [found.name for found in check(INVARIANTS) if found.broken]


def answer(payout, status, **words) -> PayoutFact:
    return PayoutFact(status, "po_1", payout.amount_minor, payout.currency, **words)


def later(**by):
    return clock.stopped_at(clock.now() + timedelta(**by))


# --- a person is held -------------------------------------------------------------------------


def test_who_is_held_can_ask_for_nothing_and_is_told_why(linwei, linwei_earned, accountants):
    hold = holds.place(person=linwei, reason="dispute", words="Case 7.", by=accountants[0])
    before = Payout.objects.count(), Transfer.objects.count()

    with pytest.raises(holds.OnHold) as refused:
        ask(linwei, linwei_earned)

    assert refused.value.hold == hold
    assert (Payout.objects.count(), Transfer.objects.count()) == before
    assert Notice.objects.get().kind == "payout_held"
    assert balance_of(linwei_earned) == 10_000


def test_a_payday_passes_over_who_is_held(linwei, linwei_earned, noon):
    holds.place(person=linwei, reason="other")

    assert payday.run(noon) == 0
    assert not Payout.objects.exists()


def test_what_was_not_sent_waits_until_the_hold_is_lifted(
    linwei, linwei_earned, provider, accountants
):
    payout = ask(linwei, linwei_earned)
    hold = holds.place(person=linwei, reason="suspicion")
    assert payouts.send_due() == 0
    assert provider.find("payouts", payout.reference) == []

    holds.lift(hold=hold, by=accountants[0], why="It was her own phone.")

    assert payouts.send_due() == 1
    assert Notice.objects.filter(person=linwei, kind="payout_free").count() == 1
    (act,) = AuditEvent.objects.filter(act="payouts.released")
    assert act.after == {"why": "It was her own phone."}
    with pytest.raises(holds.NotHeld):
        holds.lift(hold=hold, by=accountants[0], why="twice")


def test_a_hold_may_end_by_itself(linwei, linwei_earned):
    until = clock.now() + timedelta(days=3)
    holds.place(person=linwei, reason="other", until=until)

    with clock.stopped_at(until - timedelta(seconds=1)), pytest.raises(holds.OnHold):
        ask(linwei, linwei_earned)
    with clock.stopped_at(until):
        assert ask(linwei, linwei_earned).state == "reserved"


def test_holding_for_the_same_reason_twice_is_one_hold(linwei):
    first = holds.place(person=linwei, reason="law")

    assert holds.place(person=linwei, reason="law") == first
    assert (PayoutHold.objects.count(), Notice.objects.count()) == (1, 1)


def test_a_hold_of_somebody_else_is_one_of_its_own(linwei, accountants):
    finances = holds.place(person=linwei, reason="suspicion", by=accountants[0])
    ours = holds.place(person=linwei, reason="suspicion")

    assert ours != finances
    holds.lift(hold=ours, by=accountants[1], why="The sales are fine.")
    assert holds.holding(linwei) == finances


def test_a_provider_that_must_check_the_payee_holds_them(linwei, linwei_earned):
    payout = ask(linwei, linwei_earned)
    (claimed,) = payouts.claim()
    payouts.record(payout=claimed, answer=answer(payout, "rejected", reason="compliance"))

    payout.refresh_from_db()
    assert (payout.state, payout.reason) == ("returned", "compliance")
    hold = holds.holding(linwei)
    assert hold is not None
    assert (hold.reason, hold.set_by) == ("compliance", None)
    assert balance_of(linwei_earned) == 10_000
    with pytest.raises(holds.OnHold):
        ask(linwei, linwei_earned, run="r2")


# --- a rail rests -----------------------------------------------------------------------------


def test_no_funds_of_ours_rests_the_rail_and_blames_nobody(
    linwei, chen, linwei_earned, earn, send_to
):
    send_to(chen, "chen-wallet")
    payout, other = ask(linwei, linwei_earned), ask(chen, earn(chen, 5000))
    claimed, _ = payouts.claim()
    payouts.record(payout=claimed, answer=answer(payout, "rejected", reason="no_funds"))

    payout.refresh_from_db()
    assert (payout.state, payout.reason) == ("reserved", "")
    assert balance_of(linwei_earned) == 5000
    assert not Notice.objects.exists()
    rest = PausedRail.objects.get()
    assert (rest.rail, rest.reason) == ("sandbox", "no_funds")
    assert payouts.claim() == []
    with later(minutes=59):
        assert payouts.claim() == []
    with later(minutes=61):
        assert payouts.wanted(payout).attempt == 2  # a new try, as the rail counts
        assert payout in payouts.claim()
    assert other.pk
    assert broken() == []


def test_a_person_lets_a_rail_go_on_at_once(linwei, linwei_earned, accountants):
    ask(linwei, linwei_earned)
    holds.pause(rail="sandbox", reason="staff", by=accountants[0])
    assert payouts.claim() == []

    assert holds.resume(rail="sandbox", by=accountants[1]) is True
    assert holds.resume(rail="sandbox", by=accountants[1]) is False
    assert len(payouts.claim()) == 1
    assert list(
        AuditEvent.objects.filter(subject="rail:sandbox")
        .order_by("pk")
        .values_list("act", flat=True)
    ) == ["rail.paused", "rail.resumed"]


def test_a_shorter_rest_never_ends_a_longer_one(db):
    holds.pause(rail="sandbox", reason="unmatched")
    holds.pause(rail="sandbox", reason="no_funds", until=clock.now() + timedelta(hours=1))

    rest = PausedRail.objects.get()
    assert (rest.reason, rest.until) == ("unmatched", None)


# --- called off -------------------------------------------------------------------------------


def test_a_payee_calls_off_what_was_not_sent(linwei, linwei_earned):
    payout = cancelling.cancel(payout=ask(linwei, linwei_earned), by=linwei)

    assert payout.state == "cancelled"
    assert balance_of(linwei_earned) == 10_000
    assert not Notice.objects.exists()  # they know
    assert broken() == []
    assert ask(linwei, linwei_earned, run="r2").state == "reserved"


def test_staff_calls_off_with_a_reason_that_is_told(linwei, linwei_earned, accountants):
    payout = ask(linwei, linwei_earned)

    cancelling.cancel(payout=payout, by=accountants[0], why="The account number has a gap.")

    assert Notice.objects.get().kind == "payout_cancelled"
    assert AuditEvent.objects.get(act="payout.cancelled").after["why"].startswith("The account")


def test_what_a_provider_may_have_heard_of_is_not_called_off(linwei, linwei_earned, monkeypatch):
    payout = ask(linwei, linwei_earned)
    (claimed,) = payouts.claim()
    refuses_to_cancel(payout)
    payouts.record(payout=claimed, answer=Unknown("time-out"))
    refuses_to_cancel(payout)
    monkeypatch.setattr(payouts, "rail", lambda name: Never())
    with later(minutes=1):
        payouts.look_up(Payout.objects.get())
    payout.refresh_from_db()
    assert payout.state == "reserved"  # proven absent, and still perhaps on the wire
    refuses_to_cancel(payout)


class Never:
    def payout(self, wanted):
        return Absent()


def refuses_to_cancel(payout):
    before = Payout.objects.values("state").get(), Transfer.objects.count()
    with pytest.raises(AlreadySent):
        cancelling.cancel(payout=payout, by=payout.person)
    assert (Payout.objects.values("state").get(), Transfer.objects.count()) == before


def test_what_was_refused_for_want_of_our_funds_can_be_called_off(linwei, linwei_earned):
    payout = ask(linwei, linwei_earned)
    (claimed,) = payouts.claim()
    payouts.record(payout=claimed, answer=answer(payout, "rejected", reason="no_funds"))

    assert cancelling.cancel(payout=payout, by=linwei).state == "cancelled"
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_calling_off_and_claiming_at_once_is_one_of_the_two(linwei, linwei_earned):
    for run in range(6):
        payout = ask(linwei, linwei_earned, run=f"r{run}")
        called_off, claimed = together(
            partial(cancelling.cancel, payout=payout, by=linwei), payouts.claim
        )
        payout.refresh_from_db()
        if isinstance(called_off, AlreadySent):
            assert (payout.state, len(claimed)) == ("submitting", 1)
            Payout.objects.filter(pk=payout.pk).update(state="settled")
            break
        assert (payout.state, claimed) == ("cancelled", [])
    assert PayoutAttempt.objects.count() <= 1


@pytest.mark.proves("T38")
def test_a_closed_account_is_paid_nothing_and_keeps_its_money(linwei, linwei_earned, provider):
    """T38: banned between reserve and submit."""
    payout = ask(linwei, linwei_earned)
    Person.objects.filter(pk=linwei.pk).update(is_active=False)

    assert payouts.send_due() == 0

    payout.refresh_from_db()
    assert payout.state == "cancelled"
    assert balance_of(linwei_earned) == 10_000
    assert provider.find("payouts", payout.reference) == []
    assert broken() == []


def test_a_rail_that_rests_by_itself_is_told_to_finance_once_a_day(noon, accountants, xiaoyu):
    in_an_hour = timedelta(hours=1)
    for hour in range(3):
        with clock.stopped_at(noon + hour * in_an_hour):
            holds.pause(rail="sandbox", reason="no_funds", until=clock.now() + in_an_hour)

    told = Notice.objects.filter(kind="rail_rests").order_by("person_id")
    assert [(notice.person, notice.path) for notice in told] == [
        (accountants[0], "/desk/money"),
        (accountants[1], "/desk/money"),
    ]


def test_who_pauses_a_rail_themselves_need_not_be_told(accountants):
    holds.pause(rail="sandbox", reason="staff", by=accountants[0])

    assert not Notice.objects.exists()
