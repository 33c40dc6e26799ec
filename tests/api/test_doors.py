"""The doors of the rails: signed, kept once, acted on by asking back; shut where no rail is.

Stripe's are knocked at by the fake Stripe's own webhooks; those of WeChat Pay and Alipay by
contract fakes, not live.
"""

import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.test import Client

from api.webhooks import DOORS
from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from ledger.posting import post
from payments import payouts
from payments.acting import act_on_waiting
from payments.gateways.port import PayoutFact
from payments.gateways.registry import RAILS
from payments.gateways.stripe import StripeConnect
from payments.models import Payout, ProviderEvent
from tests.api.rails import FORM, stripes, wechatpays
from tests.races import all_at_once

pytestmark = pytest.mark.proves("T30")


@pytest.fixture
def submit(linwei):
    """Have Lin Wei's payout claimed and sent to a rail, and its answer forgotten."""

    def send(rail: str, destination: str, minor: int = 5000) -> Payout:
        outside, account = accounts.outside(rail, "CNY"), accounts.sharer(linwei.pk, "CNY")
        post(key=f"given:{rail}", legs={outside: -minor, account: minor})
        payout = Payout.objects.create(
            person=linwei,
            account=account.code,
            run="r1",
            amount_minor=minor,
            currency="CNY",
            provider=rail,
            destination=destination,
            holder="林薇",
        )
        transit = accounts.in_transit(account.code, "CNY")
        post(key=f"payout:{payout.pk}:reserved", legs={account: -minor, transit: minor})
        (claimed,) = payouts.claim()
        payouts.send(claimed)
        return claimed

    return send


def refused(answer, *statuses: int) -> None:
    assert answer.status_code in statuses
    assert not ProviderEvent.objects.exists()


# --- what it does ---------------------------------------------------------------------------


def test_every_rail_that_can_speak_up_has_a_door():
    assert set(DOORS) == set(RAILS) - {"bank_csv"}


def test_an_event_brings_its_payout_up_to_date(knocking, submit):
    payout = submit(knocking.rail, knocking.destination)

    answer = knocking.knock(knocking.event(payout.reference))

    assert (answer.status_code, answer.content) == (200, knocking.thanks)
    payout.refresh_from_db()
    assert payout.state == {"wechatpay": "awaiting_payee"}.get(knocking.rail, "settled")
    stored = ProviderEvent.objects.get()
    assert (stored.provider, stored.reference) == (knocking.rail, payout.reference)
    assert stored.kind.startswith("payout.")
    assert stored.processed_at is not None


def test_told_three_times_it_is_kept_once_and_moves_money_once(knocking, submit):
    payout = submit(knocking.rail, knocking.destination)
    body = knocking.event(payout.reference)

    assert [knocking.knock(body).status_code for _ in range(3)] == [200] * 3
    assert ProviderEvent.objects.count() == 1
    is_there = knocking.rail != "wechatpay"  # there the payee has not confirmed it
    assert balance_of(accounts.outside(knocking.rail, "CNY")) == (0 if is_there else -5000)


def test_about_nothing_of_ours_it_is_parked(knocking, submit):
    payout = submit(knocking.rail, knocking.destination)
    body = knocking.event(payout.reference)
    Payout.objects.filter(pk=payout.pk).update(reference="ANOTHER")

    assert knocking.knock(body).status_code == 200
    assert ProviderEvent.objects.get().processed_at is not None
    payout.refresh_from_db()
    assert payout.state == "submitting"


@pytest.mark.django_db(transaction=True)
def test_ten_copies_at_once_are_one_event(stripe, settings, submit):
    settings.PAYOUT_RAILS = ["stripe"]
    payout = submit("stripe", "acct_1LinWei")
    body = json.dumps(stripe.events(payout.reference)[0]).encode()
    from_stripe = stripes().knock

    assert all_at_once(lambda: from_stripe(body).status_code, times=10) == [200] * 10
    assert ProviderEvent.objects.count() == 1
    assert balance_of(accounts.outside("stripe", "CNY")) == 0


@pytest.mark.django_db(transaction=True)
def test_stripe_itself_knocks_three_times_newest_first(stripe, settings, submit, live_server):
    settings.PAYOUT_RAILS = ["stripe"]
    stripe.control(webhook=f"{live_server.url}/webhooks/stripe")
    payout = submit("stripe", "acct_1LinWei")
    deadline = time.monotonic() + 15
    while payout.state != "settled":
        assert time.monotonic() < deadline, payout.state
        time.sleep(0.05)
        payout.refresh_from_db()
    stripe.control(webhook="")
    (event,) = stripe.events(payout.reference)

    stored = ProviderEvent.objects.get(reference=payout.reference)
    assert (stored.event_id, stored.kind) == (event["id"], "payout.transfer.created")
    assert balance_of(accounts.outside("stripe", "CNY")) == 0


@pytest.mark.parametrize("in_order", [True, False], ids=["in_order", "reversed"])
def test_paid_and_taken_back_ends_where_stripe_is(stripe, settings, submit, in_order):
    settings.PAYOUT_RAILS = ["stripe"]
    payout = submit("stripe", "acct_1LinWei")
    wanted = payouts.wanted(payout)
    found = StripeConnect().payout(wanted)
    assert isinstance(found, PayoutFact)
    StripeConnect().reverse(wanted, provider_ref=found.provider_ref)
    events = stripe.events(payout.reference)
    assert [event["type"] for event in events] == ["transfer.created", "transfer.reversed"]

    from_stripe = stripes().knock
    for event in (events if in_order else events[::-1]) * 3:
        assert from_stripe(json.dumps(event).encode()).status_code == 200

    payout.refresh_from_db()
    assert (payout.state, ProviderEvent.objects.count()) == ("returned", 2)
    assert balance_of(accounts.sharer(payout.person_id, "CNY")) == 5000
    assert balance_of(accounts.in_transit(payout.account, "CNY")) == 0
    assert balance_of(accounts.outside("stripe", "CNY")) == -5000


def test_told_before_our_own_commit_it_settles_once(stripe, settings, submit):
    """The webhook is faster than the worker that sent the payout and still holds the answer."""
    settings.PAYOUT_RAILS = ["stripe"]
    payout = submit("stripe", "acct_1LinWei")
    answer = payouts.send(payout)
    body = json.dumps(stripe.events(payout.reference)[0]).encode()

    assert stripes().knock(body).status_code == 200
    assert payouts.record(payout=payout, answer=answer) is False
    payout.refresh_from_db()
    assert payout.state == "settled"
    assert balance_of(accounts.outside("stripe", "CNY")) == 0


def test_while_stripe_is_away_it_waits_for_the_sweep(stripe, settings, submit):
    settings.PAYOUT_RAILS = ["stripe"]
    payout = submit("stripe", "acct_1LinWei")
    body = json.dumps(stripe.events(payout.reference)[0]).encode()
    stripe.control(look_ups=["error"] * 3)

    assert stripes().knock(body).status_code == 200
    assert ProviderEvent.objects.get().processed_at is None
    assert act_on_waiting() == 1
    payout.refresh_from_db()
    assert payout.state == "settled"


@pytest.mark.parametrize(
    "event",
    [
        {"id": "evt_9", "type": "account.updated", "data": {"object": {"object": "account"}}},
        {"id": "evt_9", "type": "customer.subscription.pending_update_applied", "data": None},
        {"id": "evt_9", "type": "x", "data": {"object": {"object": "transfer"}}},
        {"id": "evt_9", "type": "x", "data": {"object": {"transfer_group": ["a"]}}},
        {"id": "evt_9", "type": "x", "data": [], "蜂蜜": "🍯"},
    ],
    ids=range(5),
)
def test_what_stripe_says_of_other_things_is_kept_and_that_is_all(db, stripe, settings, event):
    settings.PAYOUT_RAILS = ["stripe"]

    assert stripes().knock(json.dumps(event).encode()).status_code == 200
    stored = ProviderEvent.objects.get()
    assert (stored.reference, stored.kind) == ("", f"payout.{event['type']}"[:40])
    assert stored.processed_at is not None


def test_what_wechat_says_of_the_payee_stays_encrypted(wechatpay, settings, submit):
    settings.PAYOUT_RAILS = ["wechatpay"]
    payout = submit("wechatpay", "o" + "A" * 27)
    door = wechatpays(wechatpay)

    assert door.knock(door.event(payout.reference)).status_code == 200
    assert payout.destination not in json.dumps(ProviderEvent.objects.get().payload)


# --- what it refuses --------------------------------------------------------------------------


def test_a_rail_that_is_not_enabled_has_no_door(knocking, submit, settings):
    payout = submit(knocking.rail, knocking.destination)
    body = knocking.event(payout.reference)
    settings.PAYOUT_RAILS = ["sandbox"]

    refused(knocking.knock(body), 404)
    assert Client().get(f"/webhooks/{knocking.rail}").status_code == 404


@pytest.mark.parametrize("name", ["bank_csv", "paypal", "STRIPE", "x" * 300, "🍯"])
def test_no_other_name_has_a_door(db, settings, name):
    settings.PAYOUT_RAILS = ["bank_csv", "sandbox"]

    refused(Client().post(f"/webhooks/{name}", b"{}", content_type="application/json"), 404)


def test_a_forged_event_is_refused_and_not_kept(knocking, submit):
    payout = submit(knocking.rail, knocking.destination)
    body = knocking.event(payout.reference)
    names = {"stripe": "Stripe-Signature", "wechatpay": "Wechatpay-Signature"}
    if knocking.rail == "alipay":
        form = dict(parse_qsl(body.decode()))
        forged = [{**form, "sign": word} for word in ("", "x", "é" * 90, form["sign"][::-1])]
        answers = [knocking.knock(urlencode(one).encode()) for one in forged]
    else:
        forged_words = ("", "x", "t=1,v1=" + "0" * 64, "A" * 344, "\udcff", "x" * 10_000)
        answers = [
            knocking.knock(body, headers={names[knocking.rail]: word}) for word in forged_words
        ]

    for answer in answers:
        refused(answer, 400)
    payout.refresh_from_db()
    assert payout.state == "submitting"


def test_without_any_signature_it_is_refused(knocking, submit):
    payout = submit(knocking.rail, knocking.destination)
    form = dict(parse_qsl(knocking.event(payout.reference).decode()))
    form.pop("sign", None)
    body = urlencode(form).encode() if knocking.rail == "alipay" else b"{}"

    answer = Client().post(f"/webhooks/{knocking.rail}", body, content_type=knocking.content_type)
    refused(answer, 400)


def test_one_byte_changed_after_signing_is_refused(knocking, submit):
    payout = submit(knocking.rail, knocking.destination)
    good = knocking.event(payout.reference)
    headers = knocking.headers(good, at=int(clock.now().timestamp()))
    for body in (b" " + good, b"\xef\xbb\xbf" + good, good.replace(b"1", b"2")):
        answer = Client().generic(
            "POST",
            f"/webhooks/{knocking.rail}",
            body,
            CONTENT_TYPE=knocking.content_type,
            headers={name: value for name, value in headers.items() if name != "Content-Type"},
        )
        refused(answer, 400)


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**9])
@pytest.mark.parametrize("knocking", ["stripe", "wechatpay"], indirect=True)
def test_an_old_or_early_one_is_refused(knocking, submit, noon, seconds):
    payout = submit(knocking.rail, knocking.destination)
    moment = int(noon.timestamp()) + seconds

    refused(knocking.knock(knocking.event(payout.reference), at=moment), 400)


def test_without_keys_of_our_own_nothing_is_genuine(knocking, submit, settings):
    payout = submit(knocking.rail, knocking.destination)
    body = knocking.event(payout.reference)
    headers = knocking.headers(body, at=int(clock.now().timestamp()))
    settings.STRIPE_WEBHOOK_SECRET = settings.WECHATPAY_PUBLIC_KEY_ID = settings.ALIPAY_APP_ID = ""

    refused(knocking.knock(body, headers=headers), 400)


NO_NAMES: list[Any] = [None, 7, "", [], "a\0b"]
NOT_EVENTS = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b"{}",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"[" * 20_000,
    b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    b"9" * 5_000,
    b'{"id": "evt_1", "type": "x", "n": NaN}',
    b'{"id": "evt_1", "type": "x", "n": 1e400}',
    b'{"id": "evt_1", "type": "x", "n": "a\\u0000b"}',
    b'{"id": "evt_1", "type": "x", "n": "\\ud83c"}',
    *[json.dumps({"id": odd, "type": "x"}).encode() for odd in [*NO_NAMES, "x" * 81]],
    *[json.dumps({"id": "evt_1", "type": odd}).encode() for odd in NO_NAMES],
]


@pytest.mark.parametrize("body", NOT_EVENTS, ids=range(len(NOT_EVENTS)))
def test_a_signed_body_that_is_no_event_is_refused(knocking, body):
    refused(knocking.knock(body), 400)


@pytest.mark.parametrize(
    "changed",
    [{"notify_id": ""}, {"notify_id": "x" * 81}, {"msg_method": ""}, {"app_id": "another"}],
    ids=range(4),
)
def test_an_alipay_form_that_is_no_event_of_ours_is_refused(db, alipay, settings, changed):
    settings.PAYOUT_RAILS = ["alipay"]
    body = alipay.notification("ANY", **changed)

    refused(Client().generic("POST", "/webhooks/alipay", body, CONTENT_TYPE=FORM), 400)


def test_a_field_said_twice_is_refused(db, alipay, settings):
    settings.PAYOUT_RAILS = ["alipay"]
    good = alipay.notification("ANY")
    for body in (b"notify_id=N-2&" + good, good + b"&app_id=x", good + b"&=" * 200, b"&" * 9):
        refused(Client().generic("POST", "/webhooks/alipay", body, CONTENT_TYPE=FORM), 400)


@pytest.mark.parametrize("size", [65_537, 5_000_000])
def test_a_body_too_large_is_refused_unread(knocking, size):
    refused(knocking.knock(b"x" * size), 413)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "x", "", "wrong"])
def test_another_kind_of_body_is_refused(knocking, kind):
    other = {"application/json": FORM}.get(knocking.content_type, "application/json")

    refused(knocking.knock(b"{}", content_type=other if kind == "wrong" else kind), 415)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_the_doors_take_posts_alone(knocking, method):
    answer = knocking.knock(b"{}", method=method)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_a_moved_clock_moves_the_doors_too(stripe, settings, db):
    settings.PAYOUT_RAILS = ["stripe"]
    with clock.stopped_at(clock.now() + timedelta(days=30)):
        assert stripes().knock(b'{"id": "evt_1", "type": "x"}').status_code == 200
