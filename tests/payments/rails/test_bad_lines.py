"""The house's own payouts over a line that loses, cuts, delays and lies: each is paid once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of, statement_of
from payments import destinations, payouts
from payments.gateways import sandbox
from payments.gateways import stripe as stripe_rail
from payments.invariants import INVARIANTS
from payments.models import Payout
from tests.payments.rails.bad_line import HANG_SECONDS, BadLine, bad_line

FAULTS = ["lost", "error", "busy", "reset", "hang"]
PLACES = {"sandbox": "linwei-wallet", "stripe": "acct_1LinWei"}


@dataclass
class World:
    """A rail behind a bad line, and the provider's own account of what it moved."""

    rail: str
    line: BadLine
    money_moved: Callable[[], dict[str, int]]


@pytest.fixture(params=["sandbox", "stripe"])
def world(request, provider, stripe, settings, monkeypatch) -> Iterator[World]:
    """Each rail; a hang is given up after 0.4 s instead of five, and there is a wait between."""
    monkeypatch.setattr(sandbox, "TIMEOUTS", httpx.Timeout(0.4))
    monkeypatch.setattr(stripe_rail, "TIMEOUTS", (0.4, 0.4))
    settings.PAYOUT_RAILS = ["sandbox", "stripe"]
    far = {"sandbox": provider, "stripe": stripe}[request.param]
    with bad_line(far.url) as line:
        setattr(settings, f"{request.param.upper()}_URL", line.url)
        yield World(request.param, line, far.money_moved)


@pytest.fixture
def ask(earn) -> Callable[..., Payout]:
    def begin(person, rail: str, minor: int = 5000) -> Payout:
        place = PLACES[rail] if person.name == "林薇" else f"{PLACES[rail]}{person.pk}"
        destinations.set_destination(
            person=person, identifier=place, holder=person.name, provider=rail
        )
        account = earn(person, minor)
        return payouts.ask(person=person, account=account, amount_minor=minor, run="r1")

    return begin


@contextmanager
def later(**by: float) -> Iterator[None]:
    with clock.stopped_at(clock.now() + timedelta(**by)):
        yield


def where(payout: Payout) -> tuple[int, int, int]:
    """What the payee may take out, what is set aside, and what has left the house."""
    account = accounts.named(payout.account, "CNY")
    aside = accounts.in_transit(payout.account, "CNY")
    outside = accounts.outside(payout.provider, "CNY")
    return balance_of(account), balance_of(aside), balance_of(outside)


def until_settled(payout: Payout) -> None:
    """Ring the sweeps, a quarter of an hour apart, until it has arrived."""
    for quarter in range(1, 9):
        with later(minutes=15 * quarter):
            payouts.look_up_due()
            payouts.send_due()
        payout.refresh_from_db()
        if payout.state == "settled":
            return
    raise AssertionError(payout.state)


def is_paid_once(payout: Payout, world: World) -> None:
    assert world.money_moved()[payout.reference] == -payout.amount_minor
    # The tests give the money in from the sandbox; from there it leaves by this rail.
    left = {"sandbox": 0, "stripe": payout.amount_minor}[world.rail]
    assert where(payout) == (0, 0, left)
    assert [finding.name for finding in check(INVARIANTS) if finding.broken] == []


@pytest.mark.proves("T27")
@pytest.mark.parametrize("reaches", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_not_heard_is_unknown_then_looked_up_and_paid_once(
    linwei, ask, world, fault, reaches
):
    payout = ask(linwei, world.rail)
    world.line.break_by(fault, reaches=reaches)

    assert payouts.send_due() == 1
    payout.refresh_from_db()
    assert payout.state == "unknown"
    assert where(payout)[:2] == (0, 5000)

    world.line.calm()
    until_settled(payout)
    is_paid_once(payout, world)


@pytest.mark.proves("T27")
def test_every_call_ends_by_itself_within_half_a_minute():
    """A hang of a minute, or of a day, costs a worker no more than this."""
    assert sum(stripe_rail.TIMEOUTS) * (1 + stripe_rail.RETRIES) <= 30
    assert max(filter(None, sandbox.TIMEOUTS.as_dict().values())) <= 10


@pytest.mark.proves("T29")
def test_at_25_hours_it_is_looked_up_first_and_the_late_first_try_is_the_only_one(
    linwei, ask, stripe, settings, monkeypatch
):
    """The first try was on the wire for so long that a look-up found nothing; then it landed."""
    payout, again = _landed_late(linwei, ask, stripe, settings, monkeypatch)

    with again():
        assert payouts.send_due() == 1
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == ("settled", 2)
    assert stripe.money_moved()[payout.reference] == -5000
    assert len(stripe.transfers(payout.reference)) == 1


@pytest.mark.proves("T29")
def test_without_looking_first_the_forgotten_key_pays_twice(
    linwei, ask, stripe, settings, monkeypatch
):
    payout, again = _landed_late(linwei, ask, stripe, settings, monkeypatch)
    monkeypatch.setattr(stripe_rail, "_may_be_forgotten", lambda wanted: False)

    with again():
        payouts.send_due()
    assert stripe.money_moved()[payout.reference] == -10_000


def _landed_late(linwei, ask, stripe, settings, monkeypatch):
    monkeypatch.setattr(stripe_rail, "TIMEOUTS", (0.4, 0.4))
    settings.PAYOUT_RAILS = ["stripe"]
    payout = ask(linwei, "stripe")
    with bad_line(stripe.url) as line:
        settings.STRIPE_URL = line.url
        line.break_by("hang", reaches=False)
        payouts.send_due()
        with later(minutes=1):
            payouts.look_up_due()
        payout.refresh_from_db()
        assert payout.state == "reserved"  # it was not there, and that was true
        line.let_go()
        _wait_for(lambda: stripe.transfers(payout.reference))
    settings.STRIPE_URL = stripe.url
    stripe.control(ahead_seconds=25 * 3600)
    return payout, lambda: later(hours=25)


def _wait_for(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.proves("T33")
def test_one_that_hangs_for_ever_holds_up_no_other(linwei, chen, xiaoyu, ask, world):
    stuck = ask(linwei, world.rail)
    others = [ask(person, world.rail, 7000) for person in (chen, xiaoyu)]
    world.line.break_by("hang", reaches=False, only=stuck.reference)

    began = time.monotonic()
    assert payouts.send_due() == 3
    for hour in (1, 2, 3):
        time.sleep(0.1)  # the provider settles what it took
        with later(hours=hour):
            payouts.look_up_due()
    assert time.monotonic() - began < HANG_SECONDS

    for row in (stuck, *others):
        row.refresh_from_db()
    assert [row.state for row in (stuck, *others)] == ["unknown", "settled", "settled"]
    assert where(stuck)[:2] == (0, 5000)
    assert [world.money_moved().get(row.reference) for row in others] == [-7000, -7000]


@pytest.mark.proves("T37")
def test_a_bill_nobody_confirms_is_back_after_a_day_and_can_be_paid_again(
    linwei, earn, wechatpay, settings
):
    settings.PAYOUT_RAILS = ["wechatpay"]
    destinations.set_destination(
        person=linwei, identifier="o" + "A" * 27, holder="林薇", provider="wechatpay"
    )
    account = earn(linwei, 5000)
    first = payouts.ask(person=linwei, account=account, amount_minor=5000, run="r1")
    payouts.send_due()
    first.refresh_from_db()
    assert (first.state, where(first)[:2]) == ("awaiting_payee", (0, 5000))
    assert first.confirm_token.startswith("package-of-")

    wechatpay.ahead = timedelta(hours=24)
    with later(hours=25):
        payouts.look_up_due()
    first.refresh_from_db()
    assert (first.state, first.reason) == ("returned", "not_confirmed")
    assert where(first)[:2] == (5000, 0)

    wechatpay.ahead = timedelta()
    again = payouts.ask(person=linwei, account=account, amount_minor=5000, run="r2")
    payouts.send_due()
    wechatpay.confirm(again.reference)
    until_settled(again)
    assert wechatpay.money_moved() == {again.reference: -5000}
    told = list(first.attempts.values_list("number", "outcome"))
    assert told == [(1, "awaiting_payee")]
    history = [entry.key for entry in statement_of(account)][::-1]
    assert history == [
        f"given:{account.code}",
        f"payout:{first.pk}:reserved",
        f"payout:{first.pk}:returned:1",
        f"payout:{again.pk}:reserved",
    ]
