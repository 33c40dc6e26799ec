"""The provider's door: signed, stored once, acted on by asking back; never a 500."""

import threading
import time
from datetime import timedelta

import pytest

from api import acting
from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.posting import KeyReused, post
from orders import paying
from payments import charging, destinations, payouts, refunding
from payments.acting import act_on_waiting
from payments.invariants import INVARIANTS
from payments.models import Payout, ProviderEvent
from tests.api.conftest import WEBHOOK
from tests.api.events import an_event, send
from tests.races import all_at_once

OUTSIDE = accounts.outside("sandbox", "CNY")


@pytest.fixture
def payout(linwei, provider) -> Payout:
    """¥50.00 of Lin Wei's ¥100.00, arrived at the provider; we have not heard of it yet."""
    account = accounts.sharer(linwei.pk, "CNY")
    post(key="given", legs={OUTSIDE: -10_000, account: 10_000})
    destinations.set_destination(person=linwei, identifier="linwei-wallet", holder="林薇")
    payout = payouts.ask(person=linwei, account=account, amount_minor=5000, run="r")
    payouts.send_due()
    provider.wait_for("payouts", payout.reference, "settled")
    return payout


# --- what it does ---------------------------------------------------------------------------


def test_an_event_settles_its_payout(payout, provider, deliver):
    (event,) = provider.events_of(payout.reference)

    assert deliver(event).status_code == 200

    payout.refresh_from_db()
    assert payout.state == "settled"
    stored = ProviderEvent.objects.get()
    assert (stored.event_id, stored.kind, stored.reference) == (
        event["id"],
        "payout.settled",
        payout.reference,
    )
    assert stored.processed_at is not None


@pytest.mark.proves("T30")
def test_an_event_told_twice_is_stored_once(payout, provider, deliver):
    (event,) = provider.events_of(payout.reference)

    assert [deliver(event).status_code for _ in range(3)] == [200, 200, 200]
    assert ProviderEvent.objects.count() == 1
    assert balance_of(OUTSIDE) == -5000


@pytest.mark.proves("T30")
def test_an_event_is_believed_only_as_far_as_the_provider_confirms(linwei, provider):
    account = accounts.sharer(linwei.pk, "CNY")
    post(key="given", legs={OUTSIDE: -10_000, account: 10_000})
    destinations.set_destination(person=linwei, identifier="w-1", holder="林薇")
    payout = payouts.ask(person=linwei, account=account, amount_minor=5000, run="r")

    body = an_event(
        type="payout.settled", data={"reference": payout.reference, "status": "settled"}
    )
    assert send(body).status_code == 200
    payout.refresh_from_db()
    assert payout.state == "reserved"


def test_an_event_while_the_provider_is_away_waits_for_the_sweep(
    payout, provider, deliver, settings
):
    (event,) = provider.events_of(payout.reference)
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    assert deliver(event).status_code == 200
    assert ProviderEvent.objects.get().processed_at is None
    settings.SANDBOX_URL = provider.url

    assert act_on_waiting() == 1
    assert act_on_waiting() == 0
    payout.refresh_from_db()
    assert payout.state == "settled"


def test_a_charge_event_brings_the_charge_up_to_date(db, provider, deliver):
    charge = charging.start(
        amount_minor=6800, currency="CNY", description="x", language="en", return_path="/"
    )
    charging.open_at_provider(charge, base_url="http://localhost")
    provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")
    (event,) = provider.events_of(charge.reference)

    assert deliver(event).status_code == 200
    charge.refresh_from_db()
    assert charge.state == "paid"
    assert ProviderEvent.objects.get().processed_at is not None


def test_a_refund_event_brings_the_refund_up_to_date_even_late(db, provider, deliver, settings):
    charge = charging.start(
        amount_minor=6800, currency="CNY", description="x", language="en", return_path="/"
    )
    charging.open_at_provider(charge, base_url="http://localhost")
    provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")
    refund = refunding.ask(charge=charging.refresh(charge), amount_minor=800, key="k")
    refunding.send(refund)
    provider.wait_for("refunds", refund.reference, "settled")
    (event,) = provider.events_of(refund.reference)
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    assert deliver(event).status_code == 200
    settings.SANDBOX_URL = provider.url
    assert acting.act_on_waiting() == 1
    refund.refresh_from_db()
    assert refund.state == "settled"


def test_an_event_about_nothing_of_ours_is_kept(db, ours):
    for kind in ("charge.paid", "refund.settled", "payout.settled", "moon.landed"):
        assert send(an_event(id=f"evt_{kind}", type=kind)).status_code == 200

    assert ProviderEvent.objects.filter(processed_at__isnull=False).count() == 4


def test_what_cannot_be_acted_on_is_a_200_all_the_same_and_waits(
    db, provider, deliver, monkeypatch, ours_paid
):
    _, event = ours_paid
    monkeypatch.setattr(paying, "refresh", broken)

    assert deliver(event).status_code == 200
    assert ProviderEvent.objects.get().processed_at is None


def test_an_event_that_cannot_be_acted_on_holds_up_no_other(
    db, provider, deliver, monkeypatch, ours_paid
):
    charge, event = ours_paid
    monkeypatch.setattr(paying, "refresh", broken)
    deliver(event)
    ProviderEvent.objects.create(
        provider="sandbox", event_id="evt_2", kind="charge.paid", reference="NOBODYS", payload={}
    )

    assert acting.act_on_waiting() == 1
    waiting = ProviderEvent.objects.filter(processed_at=None)
    assert [row.reference for row in waiting] == [charge.reference]


def broken(_charge_id):
    raise KeyReused("an odd charge")


@pytest.fixture
def ours_paid(db, provider):
    """A charge of ours that was paid, and the event that says so."""
    charge = charging.start(
        amount_minor=6800, currency="CNY", description="honey", language="en", return_path="/"
    )
    charging.open_at_provider(charge, base_url="http://testserver")
    provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")
    return charge, provider.events_of(charge.reference)[-1]


def test_a_moved_clock_moves_the_door_too(db, ours):
    with clock.stopped_at(clock.now() + timedelta(days=30)):
        assert send(an_event()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_provider_itself_reaches_the_door(payout_on_its_way, live_server, provider):
    payout = payout_on_its_way
    deadline = time.monotonic() + 15
    while payout.state != "settled":
        assert time.monotonic() < deadline, payout.state
        time.sleep(0.05)
        payout.refresh_from_db()

    assert ProviderEvent.objects.get(reference=payout.reference).kind == "payout.settled"


@pytest.fixture
def payout_on_its_way(transactional_db, live_server, linwei, provider):
    provider.ask("PUT", "/v1/webhook", url=f"{live_server.url}{WEBHOOK}")
    account = accounts.sharer(linwei.pk, "CNY")
    post(key="given", legs={OUTSIDE: -10_000, account: 10_000})
    destinations.set_destination(person=linwei, identifier="linwei-wallet", holder="林薇")
    payout = payouts.ask(person=linwei, account=account, amount_minor=5000, run="r")
    payouts.send_due()
    yield payout
    provider.ask("PUT", "/v1/webhook", url=None)


# --- at the same moment ---------------------------------------------------------------------


@pytest.mark.proves("T30")
@pytest.mark.django_db(transaction=True)
def test_ten_copies_at_once_are_stored_once_and_settle_once(payout, provider, deliver):
    (event,) = provider.events_of(payout.reference)

    outcomes = all_at_once(lambda: deliver(event).status_code, times=10)

    assert outcomes == [200] * 10
    assert ProviderEvent.objects.count() == 1
    assert balance_of(OUTSIDE) == -5000
    assert balance_of(accounts.in_transit(payout.account, "CNY")) == 0
    assert [finding.name for finding in check(INVARIANTS) if finding.broken] == []


@pytest.mark.django_db(transaction=True)
def test_looking_before_storing_stores_copies():
    everybody_has_looked = threading.Barrier(4)
    names = iter(range(4))

    def careless() -> None:
        # The unique name is what holds; without it each copy finds the shelf empty.
        is_there = ProviderEvent.objects.filter(event_id__startswith="evt_1").exists()
        everybody_has_looked.wait(timeout=20)
        if not is_there:
            ProviderEvent.objects.create(
                provider="sandbox", event_id=f"evt_1.{next(names)}", kind="x.y", payload={}
            )

    all_at_once(careless, times=4)

    assert ProviderEvent.objects.count() == 4


# --- what it refuses --------------------------------------------------------------------------
