"""Asking for parts of an order, and letting the provider pay them or take them back."""

from __future__ import annotations

from itertools import count
from typing import Any

from audit.models import AuditEvent
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.invariants import INVARIANTS as LEDGER
from ledger.posting import post
from orders import refunds
from orders.invariants import INVARIANTS as ORDERS
from orders.models import Order, OrderRefund
from orders.sums import Back
from payments.invariants import INVARIANTS as PAYMENTS
from payments.models import Charge, Refund
from referrals.invariants import INVARIANTS as REFERRALS

VENDOR, HOUSE = OrderRefund.Asker.VENDOR, OrderRefund.Asker.HOUSE

_keys = (f"press-number-{number:04d}" for number in count(1))


def ask(order: Order, goods_minor: int = 0, *, shipping_minor: int = 0, **more: Any) -> Refund:
    """Ask for so much of the order's first line, and of its shipping, as the vendor does."""
    line = order.lines.order_by("pk")[0]
    lines = {line.key: goods_minor} if goods_minor else {}
    asked: dict[str, Any] = {
        "order": order,
        "back": Back(lines, shipping_minor),
        "asker": VENDOR,
        "by": order.shop.owner,
        "why": "a jar leaked",
        "key": next(_keys),
    }
    return refunds.ask(**asked | more)


def through(refund: Refund, provider) -> Refund:
    """Send a refund and wait until the provider has paid it."""
    refunds.refresh(refund.pk)
    provider.wait_for("refunds", refund.reference, "settled")
    refunds.refresh(refund.pk)
    refund.refresh_from_db()
    return refund


def bounce(refund: Refund, provider) -> None:
    """The buyer's bank sends a refund back, and we hear of it."""
    refund.refresh_from_db()
    provider.ask("POST", f"/v1/refunds/{refund.provider_ref}/return")
    refunds.refresh(refund.pk)


def refuse(refund: Refund) -> None:
    """The provider will not pay it: the charge seems unknown to it."""
    charge = Charge.objects.filter(pk=refund.charge_id)
    known_as = charge.get().provider_ref
    charge.update(provider_ref="ch_unknown")
    refunds.refresh(refund.pk)
    charge.update(provider_ref=known_as)


def escrow_of(order: Order) -> int:
    return balance_of(accounts.escrow(order.pk, order.currency))


def shop_of(order: Order) -> int:
    return balance_of(accounts.shop(order.shop_id, order.currency))


def fees() -> int:
    return balance_of(accounts.platform_fees("CNY"))


def loss() -> int:
    return balance_of(accounts.clawback_loss("CNY"))


def outside() -> int:
    return balance_of(accounts.outside("sandbox", "CNY"))


def take_out(side: accounts.Side, minor: int) -> None:
    """Somebody takes so much out of an account; how, is the payouts' business."""
    in_transit = accounts.in_transit(side.code, side.currency)
    post(key=f"taken:{side.code}:{minor}", legs={side: -minor, in_transit: minor})


def broken(*, but: str = "-") -> list[str]:
    """Which invariants do not hold; ``but`` is a name's beginning that is not looked at."""
    every = [*ORDERS, *REFERRALS, *PAYMENTS, *LEDGER]
    found = [finding.name for finding in check(every) if finding.broken]
    return [name for name in found if not name.startswith(but)]


def recorded(act: str) -> list[dict[str, Any]]:
    return list(AuditEvent.objects.filter(act=act).values_list("after", flat=True))
