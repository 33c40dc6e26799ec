"""The rails that have a door, each as the provider behind it knocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from kit import clock
from tests.payments.rails import fake_stripe

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass
class Knocking:
    """One rail's door, and the provider's own way of knocking.

    ``event`` returns the body about one of our references, ``headers`` what it is sent under.
    """

    rail: str
    destination: str
    content_type: str
    thanks: bytes
    event: Callable[..., bytes]
    headers: Callable[..., dict[str, str]]

    def knock(self, body: bytes, **changed: Any) -> Any:
        """Deliver a body to the door; ``headers``, ``at`` or ``content_type`` may be changed."""
        headers = self.headers(body, at=changed.get("at", int(clock.now().timestamp())))
        kept = {name: value for name, value in headers.items() if name != "Content-Type"}
        return Client().generic(
            changed.get("method", "POST"),
            f"/webhooks/{self.rail}",
            body,
            CONTENT_TYPE=changed.get("content_type", self.content_type),
            headers=kept | changed.get("headers", {}),
        )


def stripes() -> Knocking:
    def event(reference: str, number: str = "evt_1", **also: Any) -> bytes:
        row = {"object": "transfer", "transfer_group": reference}
        words = {"id": number, "type": "transfer.created", "data": {"object": row}}
        return json.dumps({**words, **also}).encode()

    return Knocking(
        "stripe",
        "acct_1LinWei",
        JSON,
        b"OK\n",
        event,
        lambda body, *, at: {"Stripe-Signature": fake_stripe.sign(body, at)},
    )


def wechatpays(fake: Any) -> Knocking:
    return Knocking(
        "wechatpay",
        "o" + "A" * 27,
        JSON,
        b"OK\n",
        fake.notification,
        lambda body, *, at: fake.signed(body.decode(errors="replace"), at=at),
    )


def alipays(fake: Any) -> Knocking:
    return Knocking(
        "alipay",
        "2088123456789012",
        FORM,
        b"success",
        fake.notification,
        lambda body, *, at: {},
    )
