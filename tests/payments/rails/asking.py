"""Payouts to ask a rail for, each under a reference of its own."""

from __future__ import annotations

from typing import Any

from kit.public_ids import public_id
from payments.gateways.port import PayoutWanted


def wanted(**by: Any) -> PayoutWanted:
    """Return a payout of ¥50.00 that nobody has asked for yet."""
    words = {
        "reference": public_id(),
        "amount_minor": 5000,
        "currency": "CNY",
        "destination": "linwei-wallet",
        "holder": "林薇",
        "attempt": 1,
        "first_sent_at": None,
        "description": "2026-W47",
    }
    return PayoutWanted(**{**words, **by})
