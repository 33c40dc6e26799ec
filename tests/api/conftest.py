"""What the tests of the doors share: a real provider, and its events as it signs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.api.rails import Knocking, alipays, stripes, wechatpays
from tests.payments.rails.conftest import alipay as alipay
from tests.payments.rails.conftest import alipay_server as alipay_server
from tests.payments.rails.conftest import stripe as stripe
from tests.payments.rails.conftest import stripe_process as stripe_process
from tests.payments.rails.conftest import wechatpay as wechatpay
from tests.payments.rails.conftest import wechatpay_server as wechatpay_server
from tests.provider import SECRET, RunningProvider, running_provider

WEBHOOK = "/webhooks/sandbox"


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory) -> Iterator[RunningProvider]:
    """The provider that the whole run shares; references keep the tests apart."""
    with running_provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def provider(provider_process: RunningProvider, settings) -> RunningProvider:
    """The running provider, with the house pointed at it."""
    provider_process.point_here(settings)
    return provider_process


@pytest.fixture
def deliver() -> Callable[..., Any]:
    """Deliver one event, as the provider shows it under /v1/events, to our door."""

    def post(event: dict[str, Any], **changed: Any) -> Any:
        headers = event["headers"] | changed.get("headers", {})
        return Client().post(
            WEBHOOK,
            changed.get("body", event["body"]),
            content_type=changed.get("content_type", "application/json"),
            headers={name: value for name, value in headers.items() if name != "Content-Type"},
        )

    return post


@pytest.fixture(params=["stripe", "wechatpay", "alipay"])
def knocking(request, db, settings) -> Knocking:
    """The door of each rail in turn, open, and its provider's way of knocking."""
    fake = request.getfixturevalue(request.param)
    settings.PAYOUT_RAILS = ["sandbox", request.param]
    makers = {"wechatpay": wechatpays, "alipay": alipays}
    return stripes() if request.param == "stripe" else makers[request.param](fake)


@pytest.fixture
def ours(settings):
    """The house knows the secret; nobody is asked back about what is not ours."""
    settings.SANDBOX_SECRET = SECRET
    settings.SANDBOX_URL = "http://127.0.0.1:9"
