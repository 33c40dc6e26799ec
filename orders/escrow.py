"""Escrow: the only code that posts order money."""

from __future__ import annotations

from collections.abc import Sequence

from ledger import accounts
from ledger.posting import post
from orders.models import Order, OrderLine
from orders.sums import Part
from payments.models import Charge, Refund
from referrals import commissions


def hold(charge: Charge, orders: Sequence[Order]) -> bool:
    """Put what the provider collected aside, each order's part on an account of its own.

    Returns:
        Whether this call did it; False when the charge had been settled before.
    """
    legs = {accounts.outside(charge.provider, charge.currency): -charge.amount_minor}
    legs |= {accounts.escrow(order.pk, order.currency): order.total_minor for order in orders}
    return post(key=f"charge:{charge.pk}:settled", legs=legs, memo=charge.reference)


def complete_line(*, order: Order, line: OrderLine, part: Part) -> bool:
    """Give a received line's money to shop, sharer and house, once.

    The shop has what is left after the shares, so no minor unit is lost.

    Returns:
        Whether this call did it.
    """
    currency = order.currency
    earned = commissions.to_credit(line_key=line.key)
    shares = {accounts.platform_fees(currency): part.fee_minor}
    if earned is not None:
        side, minor = earned
        shares[side] = minor
    shop_minor = part.held_minor - sum(shares.values())
    legs = {
        accounts.escrow(order.pk, currency): -part.held_minor,
        accounts.shop(order.shop_id, currency): shop_minor,
        **shares,
    }
    return post(key=f"line:{line.key}:completed", legs=legs, memo=line.title)


def pay_back(*, refund: Refund, order: Order) -> bool:
    """Let an order's escrow go back to where it came from, once.

    Returns:
        Whether this call did it.
    """
    legs = {
        accounts.escrow(order.pk, order.currency): -refund.amount_minor,
        accounts.outside(refund.charge.provider, order.currency): refund.amount_minor,
    }
    return post(key=f"refund:{refund.pk}:settled", legs=legs, memo=order.public_id)
