"""Stripe Connect: Stripe's own library against a server with Stripe's real key semantics."""

import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kit import clock
from payments.gateways import stripe as gateway
from payments.gateways.port import Absent, PayoutFact, PayoutWanted, ProviderAway, ProviderRefused
from payments.gateways.port import Unknown as NotKnown
from payments.gateways.stripe import is_genuine, reference_in
from tests.payments.rails import asking
from tests.payments.rails.running import running_stripe

RAIL = gateway.StripeConnect()
DROPPED_EVERY_TIME = ["drop_after"] * 3  # the library tries three times


def wanted(**by) -> PayoutWanted:
    return asking.wanted(**{"destination": "acct_1LinWei", **by})


def sent(payout: PayoutWanted) -> PayoutFact:
    fact = RAIL.send_payout(payout)
    assert isinstance(fact, PayoutFact), fact
    return fact


def later(payout: PayoutWanted, **by) -> PayoutWanted:
    """Return the payout as it is asked again, that long after it was first sent."""
    return replace(payout, first_sent_at=clock.now() - timedelta(**by))


# --- sending --------------------------------------------------------------------------


def test_a_transfer_bears_our_reference_in_three_places(stripe):
    payout = wanted()
    fact = sent(payout)

    (transfer,) = stripe.transfers(payout.reference)
    assert (fact.status, fact.amount_minor, fact.currency) == ("settled", 5000, "CNY")
    assert fact.provider_ref == transfer["id"]
    assert (transfer["amount"], transfer["currency"]) == (5000, "cny")
    assert transfer["destination"] == "acct_1LinWei"
    assert transfer["metadata"] == {"reference": payout.reference, "attempt": "1"}
    keys = [
        row["id"]
        for line in stripe.journal.read_text().splitlines()
        for table, row in json.loads(line)
        if table == "keys" and payout.reference in row["id"]
    ]
    assert keys == [f"wd-{payout.reference}-1"]


def test_an_answer_lost_once_is_asked_for_with_the_same_key(stripe):
    payout = wanted()
    stripe.control(faults=["drop_after"])

    assert sent(payout).status == "settled"
    assert stripe.money_moved()[payout.reference] == -5000


@pytest.mark.parametrize(
    "faults",
    [
        DROPPED_EVERY_TIME,
        ["cut"] * 3,
        ["error_after"],  # Stripe replays the 500 it has stored under the key
        ["slow5", "busy", "busy"],  # longer than we wait, then too many requests
    ],
    ids=["dropped", "cut", "error", "slow"],
)
def test_paid_but_not_heard_is_unknown_and_then_found(stripe, faults):
    payout = wanted()
    stripe.control(faults=faults)

    assert isinstance(RAIL.send_payout(payout), NotKnown)
    stripe.control(calm=True)
    deadline = time.monotonic() + 10
    while isinstance(found := RAIL.payout(payout), Absent) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert isinstance(found, PayoutFact)
    assert (found.status, found.amount_minor) == ("settled", 5000)
    assert stripe.money_moved()[payout.reference] == -5000


@pytest.mark.parametrize("faults", [["drop_before"] * 3, ["busy"], ["error_before"]])
def test_not_paid_and_not_heard_is_unknown_and_then_absent(stripe, faults):
    payout = wanted()
    stripe.control(faults=faults)

    assert isinstance(RAIL.send_payout(payout), NotKnown)
    assert RAIL.payout(payout) == Absent()
    assert payout.reference not in stripe.money_moved()


def test_a_first_try_still_on_the_wire_is_the_only_one(stripe):
    """While Stripe is at work no look-up sees the first, and its key keeps out the second."""
    payout = wanted()
    before = stripe.control(faults=["held"])["posts"]
    with ThreadPoolExecutor(1) as hands:
        first = hands.submit(RAIL.send_payout, payout)
        while stripe.control()["posts"] == before:
            time.sleep(0.05)
        assert RAIL.payout(payout) == Absent()
        assert RAIL.send_payout(later(payout, seconds=10)) == NotKnown("APIError")  # three 409s
        stripe.control(let_go=True)
        answer = first.result()

    assert isinstance(answer, PayoutFact)
    assert sent(later(payout, seconds=20)).provider_ref == answer.provider_ref
    assert stripe.money_moved()[payout.reference] == -5000


def test_a_stored_500_is_replayed_and_never_taken_for_a_no(stripe):
    payout = wanted()
    stripe.control(faults=["error_before"])
    assert isinstance(RAIL.send_payout(payout), NotKnown)

    assert isinstance(RAIL.send_payout(later(payout, minutes=1)), NotKnown)
    assert payout.reference not in stripe.money_moved()
    with_forgotten_key = later(payout, hours=25)
    stripe.control(ahead_seconds=25 * 3600)
    assert sent(with_forgotten_key).status == "settled"
    assert stripe.money_moved()[payout.reference] == -5000


# --- when keys are forgotten ------------------------------------------------------------


def test_after_a_day_the_key_is_gone_and_the_look_up_saves_us(stripe):
    payout = wanted()
    stripe.control(faults=DROPPED_EVERY_TIME)
    assert isinstance(RAIL.send_payout(payout), NotKnown)
    stripe.control(ahead_seconds=25 * 3600)

    assert sent(later(payout, hours=25)).status == "settled"
    assert stripe.money_moved()[payout.reference] == -5000


def test_without_the_look_up_it_would_be_paid_twice(stripe, monkeypatch):
    monkeypatch.setattr(gateway, "KEYS_LIVE", timedelta(days=400))
    payout = wanted()
    stripe.control(faults=DROPPED_EVERY_TIME)
    RAIL.send_payout(payout)
    stripe.control(ahead_seconds=25 * 3600)

    sent(later(payout, hours=25))
    assert stripe.money_moved()[payout.reference] == -10_000
    assert isinstance(RAIL.payout(payout), NotKnown)  # two under one reference: a person looks


def test_at_23_hours_it_is_looked_up_and_before_that_the_key_is_trusted(stripe):
    young, old = wanted(), wanted()
    stripe.control(look_ups=["error"] * 3)

    assert sent(later(young, hours=22, minutes=59)).status == "settled"
    assert isinstance(RAIL.send_payout(later(old, hours=23)), NotKnown)
    assert old.reference not in stripe.money_moved()


def test_other_words_under_one_key_move_nothing(stripe):
    payout = wanted()
    sent(payout)

    assert isinstance(RAIL.send_payout(replace(payout, amount_minor=5001)), NotKnown)
    assert stripe.money_moved()[payout.reference] == -5000


# --- refusals ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("destination", "reason"),
    [
        ("acct_1Closed", "fix_destination"),
        ("acct_1Missing", "fix_destination"),
        ("acct_1Limited", "compliance"),
    ],
)
def test_a_destination_that_will_not_do_is_refused_with_what_to_do(stripe, destination, reason):
    payout = wanted(destination=destination)
    fact = sent(payout)

    assert (fact.status, fact.reason, fact.provider_ref) == ("rejected", reason, "")
    assert RAIL.payout(payout) == Absent()


def test_too_little_on_our_own_balance_is_nobody_elses_fault(stripe):
    payout = wanted()
    stripe.control(balance={"cny": 4999})
    assert (sent(payout).status, sent(payout).reason) == ("rejected", "no_funds")

    stripe.control(balance={"cny": 5000})
    assert sent(payout).reason == "no_funds"  # the key replays what it has heard
    assert sent(replace(payout, attempt=2)).status == "settled"
    assert stripe.money_moved()[payout.reference] == -5000


def test_a_wrong_secret_refuses_nobody(stripe, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_other"
    payout = wanted()

    assert isinstance(RAIL.send_payout(payout), NotKnown)
    assert isinstance(RAIL.payout(payout), NotKnown)


@pytest.mark.parametrize("fault", ["drop", "busy", "error"])
def test_a_look_up_that_is_not_answered_is_unknown(stripe, fault):
    payout = wanted()
    sent(payout)
    stripe.control(look_ups=[fault] * 3)

    assert isinstance(RAIL.payout(payout), NotKnown)


# --- what comes back, and the statement ---------------------------------------------------


def test_a_transfer_taken_back_is_returned_once(stripe):
    payout = wanted()
    ref = sent(payout).provider_ref
    back = RAIL.reverse(payout, provider_ref=ref)
    assert isinstance(back, PayoutFact)
    assert (back.status, back.provider_ref) == ("returned", ref)
    assert RAIL.payout(payout) == back
    RAIL.reverse(payout, provider_ref=ref)
    assert stripe.money_moved()[payout.reference] == 0


def test_what_the_payee_has_spent_cannot_be_taken_back(stripe):
    payout = wanted(destination="acct_1Spent")
    ref = sent(payout).provider_ref

    with pytest.raises(ProviderRefused, match="insufficient_funds"):
        RAIL.reverse(payout, provider_ref=ref)
    assert stripe.money_moved()[payout.reference] == -5000


def test_the_statement_of_a_day_has_every_move_with_our_reference(tmp_path, settings):
    with running_stripe(tmp_path) as own:
        own.point_here(settings)
        payouts = [wanted(amount_minor=100 + number) for number in range(120)]
        facts = [sent(payout) for payout in payouts]
        RAIL.reverse(payouts[0], provider_ref=facts[0].provider_ref)
        own.control(ahead_seconds=2 * 86_400)
        sent(wanted())  # another day's

        lines = RAIL.statement(clock.now().date())

    assert len(lines) == 121
    by_reference: dict[str, int] = {}
    for line in lines:
        by_reference[line.reference] = by_reference.get(line.reference, 0) + line.amount_minor
    assert by_reference == {
        payout.reference: 0 if payout is payouts[0] else -payout.amount_minor for payout in payouts
    }
    assert {(line.kind, line.currency, line.status) for line in lines} == {
        ("payout", "CNY", "available")
    }
    assert {line.provider_ref for line in lines} == {fact.provider_ref for fact in facts}


def test_a_statement_that_is_not_answered_says_so(stripe):
    stripe.control(look_ups=["error"] * 3)
    with pytest.raises(ProviderAway):
        RAIL.statement(clock.now().date())


# --- webhooks ---------------------------------------------------------------------------

SECRET = "whsec_of_our_own"
BODY = b'{"type":"transfer.reversed"}'
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def signature(body: bytes = BODY, *, secret: str = SECRET, moment: object = None) -> str:
    at = str(int(NOON.timestamp()) if moment is None else moment)
    digest = hmac.digest(secret.encode(), at.encode() + b"." + body, "sha256").hex()
    return f"t={at},v1={digest}"


@pytest.fixture
def at_noon(settings, noon):
    settings.STRIPE_WEBHOOK_SECRET = SECRET


def test_a_signed_webhook_is_genuine(at_noon):
    assert is_genuine(body=BODY, signature=signature())
    rolled = signature(secret="old") + "," + signature().split(",")[1]
    assert is_genuine(body=BODY, signature=rolled)


@pytest.mark.parametrize("away", [-301, 301])
def test_a_webhook_of_another_hour_is_not(at_noon, away):
    moment = int(NOON.timestamp()) + away
    assert not is_genuine(body=BODY, signature=signature(moment=moment))


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "t=,v1=",
        "v1=abc",
        signature(secret="other"),
        signature(moment="NaN"),
        signature(moment="٤"),
        signature(moment="1" * 13),
        signature().replace("v1=", "v0="),
        signature() + ",t=1",
        "t=1," * 4000,
        signature().replace("v1=", "v1=é"),
        "\x00\ud800",
    ],
)
def test_a_forged_webhook_is_not(at_noon, forged):
    assert not is_genuine(body=BODY, signature=forged)


@pytest.mark.parametrize("body", [BODY + b" ", b"\xef\xbb\xbf" + BODY, b""])
def test_another_body_under_the_signature_is_not(at_noon, body):
    assert not is_genuine(body=body, signature=signature())


def test_without_a_secret_nothing_is_genuine(settings, noon):
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert not is_genuine(body=BODY, signature=signature(secret=""))


@pytest.mark.parametrize(
    ("event", "reference"),
    [
        ({"data": {"object": {"object": "transfer", "transfer_group": "ABC"}}}, "ABC"),
        ({"data": {"object": {"object": "transfer", "transfer_group": None}}}, ""),
        ({"data": {"object": {"object": "account", "id": "acct_1"}}}, ""),
        ({"data": {"object": []}}, ""),
        ({"data": None}, ""),
        ({}, ""),
    ],
)
def test_an_event_names_the_payout_it_is_about(event, reference):
    assert reference_in(event) == reference
