"""The outside worlds of the rails, one of each for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.payments.rails.fake_alipay import FakeAlipay, running_alipay
from tests.payments.rails.fake_wechatpay import FakeWeChatPay, running_wechatpay
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


@pytest.fixture(scope="session")
def wechatpay_server(tmp_path_factory) -> Iterator[tuple[FakeWeChatPay, str]]:
    with running_wechatpay(tmp_path_factory.mktemp("wechatpay")) as running:
        yield running


@pytest.fixture
def wechatpay(wechatpay_server: tuple[FakeWeChatPay, str], settings) -> FakeWeChatPay:
    """A contract fake of WeChat Pay with nothing wrong, and the house pointed at it."""
    fake, url = wechatpay_server
    fake.calm()
    fake.point_here(settings, url)
    return fake


@pytest.fixture(scope="session")
def alipay_server(tmp_path_factory) -> Iterator[tuple[FakeAlipay, str]]:
    with running_alipay(tmp_path_factory.mktemp("alipay")) as running:
        yield running


@pytest.fixture
def alipay(alipay_server: tuple[FakeAlipay, str], settings) -> FakeAlipay:
    """A contract fake of Alipay with nothing wrong, and the house pointed at it."""
    fake, url = alipay_server
    fake.calm()
    fake.point_here(settings, url)
    return fake
