"""Which gateway stands behind the name on a row."""

from __future__ import annotations

from payments.gateways.port import Gateway
from payments.gateways.sandbox import Sandbox

GATEWAYS: dict[str, Gateway] = {"sandbox": Sandbox()}


def gateway(name: str) -> Gateway:
    """Return the provider of this name."""
    return GATEWAYS[name]
