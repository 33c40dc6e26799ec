"""What every rail promises, asked of each: money moves once, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args

import pytest

from kit import clock
from payments.gateways import registry
from payments.gateways.port import (
    Absent,
    BadDestination,
    PayoutFact,
    PayoutWanted,
    Rail,
    Reason,
    Unknown,
)
from payments.reasons import WORDS, what_is_wrong
from tests.payments.rails import asking

MOVED = {"accepted", "awaiting_payee", "settled"}


@dataclass
class World:
    """A rail, the outside behind it, and how to make that misbehave.

    ``sent`` counts what the outside took on under a reference, in minor units; ``deafen``
    drops the next answer after the deed (or before it), ``mute`` the next look-up's.
    """

    rail: Rail
    destination: str
    sent: Callable[[str], list[int]]
    deafen: Callable[..., None]
    mute: Callable[[], None]
    right: tuple[str, ...]
    wrong: tuple[str, ...]

    def wanted(self, **by: object) -> PayoutWanted:
        return asking.wanted(**{"destination": self.destination, **by})


@pytest.fixture
def sandbox_world(provider, settings) -> World:
    settings.SANDBOX_SCRIPT = True
    here = settings.SANDBOX_URL

    def mute() -> None:
        settings.SANDBOX_URL = "http://127.0.0.1:9"

    def sent(reference: str) -> list[int]:
        settings.SANDBOX_URL = here
        rows = provider.find("payouts", reference)
        return [row["amount_minor"] for row in rows if row["status"] != "rejected"]

    return World(
        rail=registry.rail("sandbox"),
        destination="linwei-wallet",
        sent=sent,
        deafen=lambda *, after: None,  # the amount's last digits choose: 02 after, 03 before
        mute=mute,
        right=("linwei", "13800138000", "a@b.cn"),
        wrong=("", "ab", "-x-", "a b c", "x" * 65, "林薇林薇"),
    )


@pytest.fixture
def stripe_world(stripe) -> World:
    def deafen(*, after: bool) -> None:
        stripe.control(faults=["drop_after" if after else "drop_before"] * 3)

    return World(
        rail=registry.rail("stripe"),
        destination="acct_1LinWei",
        sent=lambda reference: [row["amount"] for row in stripe.transfers(reference)],
        deafen=deafen,
        mute=lambda: stripe.control(look_ups=["drop"] * 3) and None,
        right=("acct_1LinWei", " acct_1032D82eZvKYlo2C "),
        wrong=("", "acct_", "acct_1 2", "acct_林薇林薇林薇", "cus_1LinWei", "acct_" + "x" * 99),
    )


@pytest.fixture
def wechatpay_world(wechatpay) -> World:
    def deafen(*, after: bool) -> None:
        wechatpay.faults = ["drop_after" if after else "drop_before"]

    def sent(reference: str) -> list[int]:
        bill = wechatpay.bills.get(reference)
        return [bill["transfer_amount"]] if bill else []

    return World(
        rail=registry.rail("wechatpay"),
        destination="o-MYE42l80oelYMDE34nYD456Xoy",
        sent=sent,
        deafen=deafen,
        mute=lambda: wechatpay.look_ups.append("drop"),
        right=("o-MYE42l80oelYMDE34nYD456Xoy",),
        wrong=("", "o", "x-MYE42l80oelYMDE34nYD456Xoy", "o-MYE42l80oelYMDE34nYD456X 0"),
    )


@pytest.fixture
def alipay_world(alipay) -> World:
    def deafen(*, after: bool) -> None:
        alipay.faults = ["drop_after" if after else "drop_before"]

    def sent(reference: str) -> list[int]:
        order = alipay.orders.get(reference)
        return [int(order["trans_amount"].replace(".", ""))] if order else []

    return World(
        rail=registry.rail("alipay"),
        destination="13800138000",
        sent=sent,
        deafen=deafen,
        mute=lambda: alipay.look_ups.append("drop"),
        right=("13800138000", "lin@example.cn", "2088612477411337"),
        wrong=("", "138", "lin@", "2088", "13800138000 1"),
    )


@pytest.fixture
def bank_csv_world() -> World:
    return World(
        rail=registry.rail("bank_csv"),
        destination="6222020200112230",
        sent=lambda reference: [],
        deafen=lambda *, after: None,
        mute=lambda: None,
        right=("6222020200112230", "6222 0202 0011 2230"),
        wrong=("", "6222020200112231", "DE89370400440532013000", "x" * 65),
    )


ALL = tuple(sorted(registry.RAILS))
SENDING = tuple(name for name in ALL if not registry.rail(name).capabilities.by_file)


@pytest.fixture
def world(request) -> World:
    made: World = request.getfixturevalue(f"{request.param}_world")
    return made


every_rail = pytest.mark.parametrize("world", ALL, indirect=True)
every_sending_rail = pytest.mark.parametrize("world", SENDING, indirect=True)


def fact(answer: object) -> PayoutFact:
    assert isinstance(answer, PayoutFact), answer
    return answer


def test_every_rail_has_been_asked():
    assert ALL == ("alipay", "bank_csv", "sandbox", "stripe", "wechatpay")


# --- money moves once -------------------------------------------------------------------


@every_sending_rail
def test_a_payout_is_sent_to_the_minor_unit(world):
    payout = world.wanted(amount_minor=123_499)
    answer = fact(world.rail.send_payout(payout))

    assert answer.status in MOVED
    assert (answer.amount_minor, answer.currency) == (123_499, "CNY")
    assert answer.provider_ref
    assert bool(answer.confirm_token) is world.rail.capabilities.payee_confirms
    assert world.sent(payout.reference) == [123_499]


@every_sending_rail
def test_the_same_payout_three_times_moves_money_once(world):
    payout = world.wanted()
    answers = [fact(world.rail.send_payout(payout)) for _ in range(3)]

    assert {answer.provider_ref for answer in answers} == {answers[0].provider_ref}
    assert world.sent(payout.reference) == [5000]


@every_sending_rail
def test_a_look_up_says_what_sending_said(world):
    payout = world.wanted()
    sent = fact(world.rail.send_payout(payout))
    found = fact(world.rail.payout(payout))

    assert found.status in MOVED
    assert (found.provider_ref, found.amount_minor, found.currency) == (
        sent.provider_ref,
        5000,
        "CNY",
    )


@every_sending_rail
def test_a_deed_whose_answer_was_lost_is_found(world):
    payout = world.wanted(amount_minor=5002)
    world.deafen(after=True)
    assert isinstance(world.rail.send_payout(payout), Unknown)

    found = fact(world.rail.payout(payout))
    assert (found.status in MOVED, found.amount_minor) == (True, 5002)
    fact(world.rail.send_payout(payout))  # and asking again does not do it again
    assert world.sent(payout.reference) == [5002]


@every_sending_rail
def test_what_never_reached_them_is_absent_and_is_sent_once(world):
    payout = world.wanted(amount_minor=5003)
    world.deafen(after=False)
    assert isinstance(world.rail.send_payout(payout), Unknown)
    assert world.rail.payout(payout) == Absent()
    assert world.sent(payout.reference) == []

    fact(world.rail.send_payout(payout))
    assert world.sent(payout.reference) == [5003]


@every_sending_rail
def test_a_look_up_that_is_not_answered_is_never_absent(world):
    payout = world.wanted()
    fact(world.rail.send_payout(payout))
    world.mute()

    assert isinstance(world.rail.payout(payout), Unknown)
    assert world.sent(payout.reference) == [5000]


@every_sending_rail
def test_a_try_of_last_week_is_not_done_again(world):
    payout = world.wanted(amount_minor=5002)
    world.deafen(after=True)
    world.rail.send_payout(payout)
    old = replace(payout, first_sent_at=clock.now() - timedelta(days=7))

    assert fact(world.rail.send_payout(old)).amount_minor == 5002
    assert world.sent(payout.reference) == [5002]


@every_sending_rail
def test_other_words_under_one_reference_move_nothing_more(world):
    payout = world.wanted()
    fact(world.rail.send_payout(payout))
    answer = world.rail.send_payout(replace(payout, amount_minor=5099))

    # Some say the first one again, some refuse to answer; whoever compares amounts sees it.
    assert isinstance(answer, Unknown) or answer.amount_minor in (5000, 5099)
    assert world.sent(payout.reference) == [5000]


# --- what is refused before any call ------------------------------------------------------


@every_rail
def test_over_the_maximum_nothing_is_sent(world):
    most = world.rail.capabilities.maximum_minor
    payout = world.wanted(amount_minor=most + 1)
    answer = fact(world.rail.send_payout(payout))

    assert (answer.status, answer.reason, answer.provider_ref) == ("rejected", "limit", "")
    assert world.sent(payout.reference) == []


@every_rail
@pytest.mark.parametrize("amount_minor", [0, -1, -5000])
def test_under_the_minimum_nothing_is_sent(world, amount_minor):
    payout = world.wanted(amount_minor=amount_minor)

    assert fact(world.rail.send_payout(payout)).reason == "limit"
    assert world.sent(payout.reference) == []


@every_rail
@pytest.mark.parametrize("currency", ["XAU", "cny", "", "BTC"])
def test_in_another_currency_nothing_is_sent(world, currency):
    payout = world.wanted(currency=currency)
    answer = fact(world.rail.send_payout(payout))

    assert (answer.status, answer.reason) == ("rejected", "refused")
    assert world.sent(payout.reference) == []


@every_rail
def test_a_destination_is_known_by_its_spelling(world):
    for identifier in world.right:
        normal = world.rail.check_destination(identifier, "林薇")
        assert world.rail.check_destination(normal, "林薇") == normal
        assert len(normal) <= 64
    odd = ("\0", "a\0b", "\ud800", "😀" * 5, "٣" * 16, "x" * 10**6, "=1+1", "\n")
    for identifier in (*world.wrong, *odd):
        with pytest.raises(BadDestination) as refused:
            world.rail.check_destination(identifier, "林薇")
        assert what_is_wrong(refused.value.code)


# --- what a rail says of itself -------------------------------------------------------------


@every_rail
def test_a_rail_says_what_it_can_do(world):
    able = world.rail.capabilities

    assert registry.rail(world.rail.name) is world.rail
    assert 0 < able.minimum_minor <= able.maximum_minor
    assert able.currencies
    assert len(world.rail.name) <= 20
    if able.by_file:
        assert not able.looks_up
        assert isinstance(world.rail.send_payout(world.wanted()), Unknown)
        assert isinstance(world.rail.payout(world.wanted()), Unknown)


def test_every_reason_has_its_sentence():
    assert set(WORDS) == set(get_args(Reason)) - {""}
