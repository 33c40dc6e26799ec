"""The provider tells what happened until it is heard, signed, and remembers across a crash."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time

from devstack import paths
from devstack.provider.clock import Clock
from tests.devstack.conftest import SECRET, eventually


def test_a_webhook_is_signed_over_its_time_and_its_very_bytes(telling, shop):
    charge = telling.paid("order-1")

    eventually(lambda: shop.heard)

    headers, body = shop.heard[0]
    stamp = headers["Weidian-Sandbox-Timestamp"]
    expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Weidian-Sandbox-Signature"] == f"v1={expected}"
    assert abs(int(stamp) - time.time()) < 5
    told = json.loads(body)
    assert told["type"] == "charge.paid"
    assert told["id"].startswith("evt_")
    assert told["data"] == charge


def test_a_webhook_is_told_again_until_it_is_heard_and_not_after(telling, shop):
    shop.status = 500
    telling.paid("order-2")
    eventually(lambda: len(shop.heard) >= 2)

    shop.status = 200
    told = len(shop.heard)
    eventually(lambda: len(shop.heard) > told)
    told = len(shop.heard)
    time.sleep(0.6)

    assert len(shop.heard) == told
    assert len({json.loads(body)["id"] for _, body in shop.heard}) == 1


def test_what_was_not_heard_before_a_crash_is_told_after_it(telling, shop):
    shop.status = 503
    telling.paid("order-3")
    payout = telling.payout("payout-3", 5000)
    eventually(lambda: shop.heard)

    telling.kill()
    shop.heard.clear()
    shop.status = 200
    telling.start()

    assert payout.status == 201
    eventually(lambda: sorted(shop.types()) == ["charge.paid", "payout.settled"])
    assert telling.find("charges", "order-3")[0]["status"] == "paid"


def test_a_scripted_payout_is_told_three_times_as_one_event(telling, shop):
    telling.payout("payout-4", 5006, script="on")

    eventually(lambda: len(shop.heard) == 3)

    assert len({json.loads(body)["id"] for _, body in shop.heard}) == 1


def test_events_without_an_address_are_listed_ready_to_be_sent_by_hand(provider):
    provider.paid("order-5")

    (event,) = provider.ask("GET", "/v1/events?reference=order-5").body["events"]

    words = f"{event['headers']['Weidian-Sandbox-Timestamp']}.{event['body']}".encode()
    expected = hmac.new(SECRET.encode(), words, hashlib.sha256).hexdigest()
    assert event["headers"]["Weidian-Sandbox-Signature"] == f"v1={expected}"


def test_an_address_given_later_hears_what_happens_from_then_on(provider, shop):
    provider.paid("order-6")
    assert provider.ask("PUT", "/v1/webhook", {"url": shop.url}).status == 200

    provider.paid("order-7")

    eventually(lambda: shop.heard)
    assert [json.loads(body)["data"]["reference"] for _, body in shop.heard] == ["order-7"]
    assert provider.ask("PUT", "/v1/webhook", {"url": None}).body == {"url": None}


def test_a_line_cut_off_by_a_crash_is_forgotten_and_the_rest_is_there(telling):
    telling.paid("order-8")
    telling.kill()
    journal = telling.data / "journal.jsonl"
    with journal.open("a") as file:
        file.write('[["charges",{"id":"ch_half')

    telling.start()

    assert telling.find("charges", "order-8")[0]["status"] == "paid"
    telling.paid("order-9")
    telling.kill()
    telling.start()
    assert telling.find("charges", "order-9")[0]["status"] == "paid"


def test_two_providers_do_not_write_one_book(telling):
    command = [sys.executable, "-m", "devstack.provider", "--port", "0", "--secret", "x"]
    second = subprocess.run(
        [*command, "--data", str(telling.data)],
        check=False,
        cwd=paths.CHECKOUT,
        capture_output=True,
        text=True,
        timeout=10,
    )

    assert second.returncode == 1
    assert "Another provider keeps its book" in second.stderr


def test_the_providers_time_follows_the_moved_clock(tmp_path, provider):
    file = tmp_path / "clock"
    clock = Clock(file)
    assert abs(clock.now() - time.time()) < 2

    file.write_text("864000.0")

    assert abs(clock.now() - time.time() - 864000) < 2
