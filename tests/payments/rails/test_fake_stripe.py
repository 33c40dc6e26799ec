"""The fake Stripe itself: were its keys kinder than Stripe's, our tests would prove nothing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from kit.public_ids import public_id
from tests.payments.rails import fake_stripe
from tests.payments.rails.running import RunningStripe, running_stripe

DAY = 24 * 3600


def post(stripe: RunningStripe, key: str, **by: Any) -> tuple[int, dict[str, Any]]:
    words = {"amount": "5000", "currency": "cny", "destination": "acct_1LinWei", **by}
    answer = httpx.post(
        f"{stripe.url}/v1/transfers",
        data={"transfer_group": key, **words},
        headers={"Authorization": f"Bearer {fake_stripe.SECRET}", "Idempotency-Key": key},
        trust_env=False,
    )
    return answer.status_code, answer.json()


@pytest.fixture
def key() -> str:
    return public_id()


def test_a_key_replays_its_first_answer(stripe, key):
    assert post(stripe, key) == post(stripe, key)
    assert len(stripe.transfers(key)) == 1


def test_a_key_compares_the_parameters(stripe, key):
    post(stripe, key)
    status, answer = post(stripe, key, amount="5001")

    assert (status, answer["error"]["type"]) == (400, "idempotency_error")
    assert stripe.money_moved()[key] == -5000


@pytest.mark.parametrize(("seconds", "times"), [(DAY - 5, 1), (DAY, 2)])
def test_a_key_is_forgotten_after_a_day(stripe, key, seconds, times):
    post(stripe, key)
    stripe.control(ahead_seconds=seconds)
    post(stripe, key)

    assert stripe.money_moved()[key] == -5000 * times


@pytest.mark.parametrize(("fault", "moved"), [("error_before", 0), ("error_after", -5000)])
def test_a_500_is_stored_and_replayed(stripe, key, fault, moved):
    stripe.control(faults=[fault])

    assert [post(stripe, key)[0] for _ in range(3)] == [500] * 3
    assert stripe.money_moved().get(key, 0) == moved


def test_what_fails_validation_is_not_stored(stripe, key):
    assert post(stripe, key, amount="0")[0] == 400
    assert post(stripe, key)[0] == 200


def test_a_key_is_busy_while_its_first_request_runs(stripe, key):
    stripe.control(faults=["slow3"])
    before = stripe.control()["posts"]
    with ThreadPoolExecutor(1) as hands:
        first = hands.submit(post, stripe, key)
        while stripe.control()["posts"] == before:
            time.sleep(0.05)
        status, answer = post(stripe, key)

    assert (status, answer["error"]["code"]) == (409, "idempotency_key_in_use")
    assert first.result()[0] == 200
    assert stripe.money_moved()[key] == -5000


@pytest.mark.parametrize(("fault", "moved"), [("drop_before", 0), ("drop_after", -5000)])
def test_a_dropped_answer_is_dropped_before_or_after_the_deed(stripe, key, fault, moved):
    stripe.control(faults=[fault])

    with pytest.raises(httpx.TransportError):
        post(stripe, key)
    assert stripe.money_moved().get(key, 0) == moved


def test_killed_and_started_again_it_knows_its_keys(tmp_path, key):
    with running_stripe(tmp_path) as own:
        first = post(own, key)
        assert own.process is not None
        own.process.kill()
        own.stop()
        own.start()

        assert post(own, key) == first
        assert own.money_moved() == {key: -5000}
