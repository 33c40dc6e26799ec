"""The sandbox: each scripted failure, and the statement of its own book."""

from datetime import UTC, datetime

import pytest

from kit import clock
from payments.gateways.port import PayoutFact, ProviderAway, StatementLine, Unknown
from payments.gateways.registry import rail
from tests.payments.rails.asking import wanted
from tests.provider import running_provider

RAIL = rail("sandbox")


@pytest.fixture
def scripted(provider, settings):
    settings.SANDBOX_SCRIPT = True
    return provider


def fact(answer: object) -> PayoutFact:
    assert isinstance(answer, PayoutFact), answer
    return answer


def test_01_is_refused(scripted):
    payout = wanted(amount_minor=5001)

    answer = fact(RAIL.send_payout(payout))
    assert (answer.status, answer.reason) == ("rejected", "fix_destination")
    assert fact(RAIL.payout(payout)) == answer


def test_04_is_accepted_and_comes_back(scripted):
    payout = wanted(amount_minor=5004)
    assert fact(RAIL.send_payout(payout)).status == "accepted"

    scripted.wait_for("payouts", payout.reference, "returned")
    found = fact(RAIL.payout(payout))
    assert (found.status, found.reason) == ("returned", "fix_destination")
    assert payout.reference not in scripted.money_moved()


def test_05_is_slow_and_still_heard(scripted):
    payout = wanted(amount_minor=5005)

    assert fact(RAIL.send_payout(payout)).status == "accepted"
    scripted.wait_for("payouts", payout.reference, "settled")
    assert scripted.money_moved()[payout.reference] == -5005


def test_06_is_told_three_times_as_one_event(scripted):
    payout = wanted(amount_minor=5006)
    fact(RAIL.send_payout(payout))
    scripted.wait_for("payouts", payout.reference, "settled")

    assert [event["type"] for event in scripted.events_of(payout.reference)] == ["payout.settled"]


def test_07_is_paid_and_not_to_be_seen_for_a_while(settings, tmp_path):
    with running_provider(tmp_path, hidden_look_ups=5) as own:
        own.point_here(settings)
        settings.SANDBOX_SCRIPT = True
        payout = wanted(amount_minor=5007)
        assert isinstance(RAIL.send_payout(payout), Unknown)
        own.wait_for("payouts", payout.reference, "settled")

        assert [type(RAIL.payout(payout)) for _ in range(5)] == [Unknown] * 5
        assert fact(RAIL.payout(payout)).status == "settled"
        assert own.money_moved()[payout.reference] == -5007


def test_07_stays_hidden_across_a_restart(settings, tmp_path):
    with running_provider(tmp_path, hidden_look_ups=2) as own:
        own.point_here(settings)
        settings.SANDBOX_SCRIPT = True
        payout = wanted(amount_minor=5007)
        RAIL.send_payout(payout)
        assert isinstance(RAIL.payout(payout), Unknown)
        own.stop()
        own.start()

        assert isinstance(RAIL.payout(payout), Unknown)
        assert isinstance(RAIL.payout(payout), PayoutFact)


def test_only_what_had_arrived_is_given_back(scripted):
    ref = fact(RAIL.send_payout(wanted(amount_minor=5001))).provider_ref

    assert scripted.ask("POST", f"/v1/payouts/{ref}/return")["error"]["code"] == "not_settled"
    assert scripted.ask("POST", "/v1/payouts/po_none/return")["error"]["code"] == "not_found"


def test_what_had_arrived_may_be_given_back_once(provider):
    payout = wanted()
    ref = fact(RAIL.send_payout(payout)).provider_ref
    provider.wait_for("payouts", payout.reference, "settled")

    for _ in range(2):
        assert provider.ask("POST", f"/v1/payouts/{ref}/return")["status"] == "returned"
    events = [event["type"] for event in provider.events_of(payout.reference)]
    assert events == ["payout.settled", "payout.returned"]
    assert provider.money_moved()[payout.reference] == 0
    assert fact(RAIL.payout(payout)).status == "returned"


def test_the_statement_tells_each_movement_of_its_day(settings, tmp_path):
    with running_provider(tmp_path) as own:
        own.point_here(settings)
        settings.SANDBOX_SCRIPT = True
        arrived, back, refused = wanted(), wanted(amount_minor=700), wanted(amount_minor=5001)
        refs = {payout: fact(RAIL.send_payout(payout)).provider_ref for payout in (arrived, back)}
        RAIL.send_payout(refused)
        for payout in (arrived, back):
            own.wait_for("payouts", payout.reference, "settled")
        own.ask("POST", f"/v1/payouts/{refs[back]}/return")

        lines = RAIL.statement(clock.now().astimezone(UTC).date())
        assert RAIL.statement(datetime(2020, 1, 1, tzinfo=UTC).date()) == []

    def told(payout, minor: int, status: str) -> StatementLine:
        (at,) = [
            one.at for one in lines if (one.reference, one.status) == (payout.reference, status)
        ]
        return StatementLine(
            payout.reference, refs[payout], minor, "CNY", kind="payout", status=status, at=at
        )

    assert sorted(lines, key=repr) == sorted(
        [
            told(arrived, -5000, "settled"),
            told(back, -700, "settled"),
            told(back, 700, "returned"),
        ],
        key=repr,
    )


def test_a_statement_that_is_not_answered_says_so(nobody_answers):
    with pytest.raises(ProviderAway):
        RAIL.statement(clock.now().date())


@pytest.mark.parametrize(
    ("destination", "reason"), [("x" * 501, "fix_destination"), ("a\nb", "fix_destination")]
)
def test_a_destination_it_cannot_read_is_to_be_mended(provider, destination, reason):
    answer = fact(RAIL.send_payout(wanted(destination=destination)))

    assert (answer.status, answer.reason) == ("rejected", reason)
