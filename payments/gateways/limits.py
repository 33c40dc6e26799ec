"""What no provider needs to be asked: a payout that its rail cannot carry."""

from __future__ import annotations

from payments.gateways.port import Capabilities, PayoutFact, PayoutWanted, Reason


def refusal(wanted: PayoutWanted, able: Capabilities) -> PayoutFact | None:
    """Return the refusal of a payout outside a rail's limits, or None when it may be sent."""
    if wanted.currency not in able.currencies:
        return rejected(wanted, "refused")
    if not able.minimum_minor <= wanted.amount_minor <= able.maximum_minor:
        return rejected(wanted, "limit")
    return None


def rejected(wanted: PayoutWanted, reason: Reason) -> PayoutFact:
    """Return the fact that nothing was sent, and why."""
    return PayoutFact("rejected", "", wanted.amount_minor, wanted.currency, reason=reason)
