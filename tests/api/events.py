"""Events as the sandbox provider signs and sends them."""

import hmac
import json

from django.test import Client

from kit import clock
from tests.api.conftest import WEBHOOK
from tests.provider import SECRET


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
