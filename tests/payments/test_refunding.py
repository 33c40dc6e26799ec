"""Refunds: asked once by their key, together never more than was paid."""

import pytest
from django.db import IntegrityError

from kit import clock
from kit.invariants import check
from payments import charging, refunding
from payments.gateways.port import ProviderAway
from payments.invariants import INVARIANTS
from payments.models import Charge, Refund
from payments.refunding import RefundKeyReused, RefundTooLarge
from tests.races import all_at_once


@pytest.fixture
def paid(db, provider) -> Charge:
    """¥100.00, paid at the provider."""
    charge = charging.start(
        amount_minor=10_000, currency="CNY", description="x", language="en", return_path="/"
    )
    charging.open_at_provider(charge, base_url="http://localhost")
    provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")
    return charging.refresh(charge)


def test_a_refund_is_asked_sent_and_settled_once(paid, provider):
    refund = refunding.ask(charge=paid, amount_minor=4000, key="order:1")
    assert refunding.send(refund).state == "asked"
    provider.wait_for("refunds", refund.reference, "settled")

    assert refunding.refresh(refund).state == "settled"
    assert refund.settled_at is not None
    assert refunding.refresh(refund).state == refunding.send(refund).state == "settled"
    assert provider.money_moved()[refund.reference] == -4000
    paid.refresh_from_db()
    assert paid.refunded_minor == 4000
    assert [finding for finding in check(INVARIANTS) if finding.broken] == []


def test_asking_twice_with_one_key_asks_once(paid_charge):
    first = refunding.ask(charge=paid_charge, amount_minor=4000, key="k")

    assert refunding.ask(charge=paid_charge, amount_minor=4000, key="k") == first
    paid_charge.refresh_from_db()
    assert paid_charge.refunded_minor == 4000


def test_a_key_of_another_refund_is_refused(paid_charge):
    refunding.ask(charge=paid_charge, amount_minor=4000, key="k")

    with pytest.raises(RefundKeyReused):
        refunding.ask(charge=paid_charge, amount_minor=4001, key="k")
    paid_charge.refresh_from_db()
    assert (paid_charge.refunded_minor, Refund.objects.count()) == (4000, 1)


@pytest.mark.parametrize("amount_minor", [10_001, 0, -1, 2**62])
def test_more_than_was_paid_or_nothing_at_all_is_refused(paid_charge, amount_minor):
    with pytest.raises(RefundTooLarge):
        refunding.ask(charge=paid_charge, amount_minor=amount_minor, key="k")
    paid_charge.refresh_from_db()
    assert (paid_charge.refunded_minor, Refund.objects.count()) == (0, 0)


def test_the_last_fen_can_be_paid_back_and_no_more(paid_charge):
    refunding.ask(charge=paid_charge, amount_minor=9999, key="a")
    refunding.ask(charge=paid_charge, amount_minor=1, key="b")

    with pytest.raises(RefundTooLarge):
        refunding.ask(charge=paid_charge, amount_minor=1, key="c")


@pytest.mark.parametrize("state", ["created", "open", "closed"])
def test_what_was_never_paid_is_not_paid_back(paid_charge, state):
    Charge.objects.filter(pk=paid_charge.pk).update(state=state)

    with pytest.raises(RefundTooLarge):
        refunding.ask(charge=paid_charge, amount_minor=1, key="k")
    assert not Refund.objects.exists()


def test_a_refund_the_provider_never_heard_of_is_sent_when_refreshed(paid, provider):
    refund = refunding.ask(charge=paid, amount_minor=4000, key="k")

    assert refunding.refresh(refund).state == "asked"
    assert provider.find("refunds", refund.reference)[0]["amount_minor"] == 4000


def test_a_refund_refused_for_good_frees_its_amount(paid, provider):
    Charge.objects.filter(pk=paid.pk).update(amount_minor=20_000)
    refund = refunding.ask(charge=paid, amount_minor=15_000, key="k")

    assert refunding.send(refund).state == "refused"
    paid.refresh_from_db()
    assert paid.refunded_minor == 0
    assert provider.find("refunds", refund.reference) == []


def test_a_provider_that_is_away_changes_nothing(paid_charge, nobody_answers):
    refund = refunding.ask(charge=paid_charge, amount_minor=1, key="k")

    with pytest.raises(ProviderAway):
        refunding.send(refund)
    with pytest.raises(ProviderAway):
        refunding.refresh(refund)
    refund.refresh_from_db()
    assert refund.state == "asked"


@pytest.fixture
def paid_hundred(transactional_db) -> Charge:
    return Charge.objects.create(
        amount_minor=10_000, currency="CNY", description="x", state="paid", paid_at=clock.now()
    )


def test_ten_refunds_of_thirty_from_a_hundred_and_three_are_granted(paid_hundred):
    keys = iter(range(10))

    outcomes = all_at_once(
        lambda: refunding.ask(charge=paid_hundred, amount_minor=3000, key=f"k{next(keys)}"),
        times=10,
    )

    assert [type(outcome) for outcome in outcomes].count(RefundTooLarge) == 7
    paid_hundred.refresh_from_db()
    assert (paid_hundred.refunded_minor, Refund.objects.count()) == (9000, 3)


def test_one_key_asked_by_eight_at_once_is_one_refund(paid_hundred):
    outcomes = all_at_once(
        lambda: refunding.ask(charge=paid_hundred, amount_minor=3000, key="k"), times=8
    )

    assert len({outcome.pk for outcome in outcomes}) == 1
    paid_hundred.refresh_from_db()
    assert paid_hundred.refunded_minor == 3000


def test_reading_first_and_writing_later_pays_back_too_much(paid_hundred):
    seen = [Charge.objects.get(pk=paid_hundred.pk) for _ in range(10)]
    places = iter(range(10))

    def careless() -> None:
        place = next(places)
        charge = seen[place]
        if charge.refunded_minor + 3000 <= charge.amount_minor:
            charge.refunded_minor += 3000
            charge.save()
            Refund.objects.create(charge=charge, amount_minor=3000, key=f"k{place}")

    all_at_once(careless, times=10)

    assert Refund.objects.count() == 10
    broken = {finding.name for finding in check(INVARIANTS) if finding.broken}
    assert broken == {"payments.refunds_of_a_charge_add_up"}


def test_the_database_itself_keeps_refunds_within_the_charge(paid_charge):
    with pytest.raises(IntegrityError):
        Charge.objects.filter(pk=paid_charge.pk).update(refunded_minor=10_001)


def settled(charge, provider, minor: int = 4000) -> Refund:
    refund = refunding.ask(charge=charge, amount_minor=minor, key="k")
    refunding.send(refund)
    provider.wait_for("refunds", refund.reference, "settled")
    return refunding.refresh(refund)


def test_a_refund_the_bank_sends_back_is_refused_after_all_and_frees_its_amount(paid, provider):
    refund = settled(paid, provider)
    provider.ask("POST", f"/v1/refunds/{refund.provider_ref}/return")

    for _ in range(2):
        refunding.refresh(refund)

    assert refund.state == "refused"
    assert refund.settled_at is not None
    paid.refresh_from_db()
    assert paid.refunded_minor == 0
    again = refunding.ask(charge=paid, amount_minor=10_000, key="again")
    assert refunding.send(again).state == "asked"
    assert [finding for finding in check(INVARIANTS) if finding.broken] == []


def test_while_the_provider_is_away_a_settled_refund_stays_settled(paid, provider, settings):
    refund = settled(paid, provider)
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    with pytest.raises(ProviderAway):
        refunding.refresh(refund)
    refund.refresh_from_db()
    assert refund.state == "settled"


@pytest.mark.django_db(transaction=True)
def test_eight_who_hear_that_it_came_back_free_its_amount_once(paid, provider):
    refund = settled(paid, provider)
    provider.ask("POST", f"/v1/refunds/{refund.provider_ref}/return")

    all_at_once(lambda: refunding.refresh(Refund.objects.get(pk=refund.pk)), times=8)

    paid.refresh_from_db()
    assert paid.refunded_minor == 0


def test_a_refund_that_was_not_paid_cannot_be_sent_back(paid, provider):
    refund = refunding.ask(charge=paid, amount_minor=4000, key="k")
    refunding.send(refund)

    answer = provider.ask("POST", "/v1/refunds/re_nothing/return")
    assert "error" in answer
