"""The outside worlds of the rails, one of each for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.payments.rails.running import RunningStripe, running_stripe


@pytest.fixture(scope="session")
def stripe_process(tmp_path_factory) -> Iterator[RunningStripe]:
    with running_stripe(tmp_path_factory.mktemp("stripe")) as stripe:
        yield stripe


@pytest.fixture
def stripe(stripe_process: RunningStripe, settings) -> RunningStripe:
    """A fake Stripe with nothing wrong, and the house pointed at it."""
    stripe_process.control(calm=True)
    stripe_process.point_here(settings)
    return stripe_process
