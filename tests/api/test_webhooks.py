"""The provider's door: signed, stored once, acted on by asking back; never a 500."""

import hmac
import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

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
from tests.provider import SECRET
from tests.races import all_at_once

OUTSIDE = accounts.outside("sandbox", "CNY")


def signed(body: bytes, *, at: str | None = None, secret: str = SECRET) -> dict[str, str]:
    """Sign as the provider does."""
    timestamp = str(int(clock.now().timestamp())) if at is None else at
    digest = hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()
    return {"Weidian-Sandbox-Timestamp": timestamp, "Weidian-Sandbox-Signature": f"v1={digest}"}


def send(body: bytes, **headers: str):
    # An empty body would lose its type on the way through post().
    return Client().generic(
        "POST", WEBHOOK, body, CONTENT_TYPE="application/json", headers=signed(body) | headers
    )


def an_event(**changed) -> bytes:
    event = {"id": "evt_1", "type": "charge.paid", "created": 1, "data": {"reference": "NOBODYS"}}
    return json.dumps(event | changed).encode()


@pytest.fixture
def ours(settings):
    """The house knows the secret; nobody is asked back about what is not ours."""
    settings.SANDBOX_SECRET = SECRET
    settings.SANDBOX_URL = "http://127.0.0.1:9"


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


def refused(answer, *statuses: int) -> None:
    assert answer.status_code in statuses
    assert not ProviderEvent.objects.exists()


@pytest.mark.proves("T30")
@pytest.mark.parametrize(
    "signature",
    ["", "v1=", "v1=" + "0" * 64, "v2=" + "0" * 64, "０" * 64, "x" * 10_000, "v1=\udcff"],
)
def test_a_bad_signature_is_refused(db, ours, signature):
    refused(send(an_event(), **{"Weidian-Sandbox-Signature": signature}), 400)


def test_a_signature_by_another_secret_is_refused(db, ours):
    body = an_event()

    refused(send(body, **signed(body, secret="another")), 400)


def test_without_a_secret_of_our_own_nothing_is_genuine(db, settings):
    settings.SANDBOX_SECRET = ""
    body = an_event()

    refused(send(body, **signed(body, secret="")), 400)


def test_a_body_changed_after_signing_is_refused(db, ours):
    good = an_event()
    for body in (good + b" ", good.replace(b"NOBODYS", b"SOMEONE"), b"\xef\xbb\xbf" + good):
        answer = Client().post(WEBHOOK, body, content_type="application/json", headers=signed(good))
        refused(answer, 400)


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**9])
def test_an_old_or_early_timestamp_is_refused(db, ours, noon, seconds):
    body = an_event()

    refused(send(body, **signed(body, at=str(int(noon.timestamp()) + seconds))), 400)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_forgiven(db, ours, noon, seconds):
    body = an_event()

    assert send(body, **signed(body, at=str(int(noon.timestamp()) + seconds))).status_code == 200


@pytest.mark.parametrize("at", ["", "NaN", "1e9", "-5", "9" * 20, "9" * 5000, "1.5", " 1", "0x1"])
def test_a_timestamp_that_is_no_number_is_refused(db, ours, at):
    body = an_event()

    refused(send(body, **signed(body, at=at)), 400)


@pytest.mark.parametrize("missing", ["Weidian-Sandbox-Timestamp", "Weidian-Sandbox-Signature"])
def test_a_missing_header_is_refused(db, ours, missing):
    body = an_event()
    headers = {name: value for name, value in signed(body).items() if name != missing}

    answer = Client().post(WEBHOOK, body, content_type="application/json", headers=headers)
    refused(answer, 400)


NO_NAMES: list[Any] = [None, 7, "", "x" * 81, ["a"], {}, True, "a\x00b", "\ud83c"]
NOT_EVENTS = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{}",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"[" * 20_000,
    b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    b"9" * 5_000,
    an_event().replace(b'"created": 1', b'"created": NaN'),
    an_event().replace(b'"created": 1', b'"created": -Infinity'),
    an_event().replace(b'"created": 1', b'"created": 1e400'),
    an_event(data=None),
    an_event(data=[]),
    an_event(data="x"),
    an_event(data={}),
    *[an_event(id=value) for value in NO_NAMES],
    *[an_event(type=value) for value in [*NO_NAMES, "x" * 41]],
    *[an_event(data={"reference": value}) for value in NO_NAMES],
    an_event(extra="a\x00b"),
    an_event(extra="\ud83c"),
    an_event(**{"\x00": 1}),
    an_event(extra=[[["\x00"]]]),
]


@pytest.mark.parametrize("body", NOT_EVENTS, ids=range(len(NOT_EVENTS)))
def test_a_signed_body_that_is_no_event_is_refused(db, ours, body):
    refused(send(body), 400)


@pytest.mark.parametrize(
    "body",
    [
        an_event(extra="蜂蜜🍯\u202e"),
        an_event(extra="\\u0000 in words"),
        an_event(extra=10**400),
        an_event(extra=1.5),
        an_event(id="x" * 80),
        an_event().replace(b'{"id"', b'{"id": "first", "id"'),
    ],
    ids=range(6),
)
def test_odd_but_whole_events_are_stored(db, ours, body):
    assert send(body).status_code == 200
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize("size", [65_537, 1_000_001, 5_000_000])
def test_a_body_too_large_is_refused_unread(db, ours, size):
    refused(send(b"x" * size), 413)


@pytest.mark.parametrize("length", ["-1", "x", "", "9" * 30])
def test_a_length_that_is_none_is_refused(db, ours, length):
    body = an_event()
    answer = Client().generic(
        "POST",
        WEBHOOK,
        body,
        content_type="application/json",
        headers=signed(body),
        CONTENT_LENGTH=length,
    )
    refused(answer, 400, 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x", ""])
def test_another_kind_of_body_is_refused(db, ours, kind):
    body = an_event()

    refused(Client().post(WEBHOOK, body, content_type=kind, headers=signed(body)), 415)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_the_door_takes_posts_alone(db, method):
    answer = getattr(Client(), method)(WEBHOOK)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


def test_the_door_needs_no_session_and_makes_none(db, ours):
    browser = Client(enforce_csrf_checks=True)
    body = an_event()

    answer = browser.post(WEBHOOK, body, content_type="application/json", headers=signed(body))
    assert answer.status_code == 200
    assert not answer.cookies
