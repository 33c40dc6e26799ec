"""Escrow: the only code that posts order money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger import accounts
from ledger.accounts import Side
from ledger.locking import locked_balances
from ledger.posting import Fact, post, post_many
from orders.models import Order, OrderLine, OrderRefund
from orders.sums import Part, fee_back, fees_of, parts_of
from payments.models import Charge
from referrals import commissions
from referrals.commissions import Taken

Legs = dict[Side, int]


@dataclass(frozen=True, slots=True)
class Loss:
    """What the house bears of a refund because a balance could not; below zero when regained."""

    of_shop_minor: int
    of_sharer_minor: int

    @property
    def total_minor(self) -> int:
        """Return all of it."""
        return self.of_shop_minor + self.of_sharer_minor


@dataclass(frozen=True, slots=True)
class Moved:
    """A refund that left, or came back: ``minor`` leaves to the buyer, or is below zero.

    ``before`` and ``after`` say how much of the goods of each line that it touches went
    back in all, without it and with it; ``lines`` are all of the order.
    """

    refund: OrderRefund
    lines: Sequence[OrderLine]
    minor: int
    before: dict[str, int]
    after: dict[str, int]

    @property
    def key(self) -> str:
        """The fact's name in the ledger."""
        fact = "settled" if self.minor > 0 else "undone"
        return f"refund:{self.refund.refund_id}:{fact}"

    @property
    def undoes(self) -> str:
        """The fact that it takes back, if it does."""
        return f"refund:{self.refund.refund_id}:settled" if self.minor < 0 else ""


def hold(charge: Charge, orders: Sequence[Order]) -> bool:
    """Put what the provider collected aside, each order's part on an account of its own.

    Returns:
        Whether this call did it; False when the charge had been settled before.
    """
    legs = {accounts.outside(charge.provider, charge.currency): -charge.amount_minor}
    legs |= {accounts.escrow(order.pk, order.currency): order.total_minor for order in orders}
    return post(key=f"charge:{charge.pk}:settled", legs=legs, memo=charge.reference)


def complete(*, order: Order, lines: Sequence[OrderLine]) -> None:
    """Give a received order's money to shop, sharer and house, line by line, once.

    The shop has what is left after the shares, so no minor unit is lost. A line of which
    everything went back to the buyer has nothing to give.
    """
    left_minor = order.shipping_minor - order.shipping_refunded_minor
    parts = parts_of(lines, shipping_minor=left_minor)
    post_many(
        [_given(order, line, parts[line.key]) for line in lines if parts[line.key].held_minor]
    )


def _given(order: Order, line: OrderLine, part: Part) -> Fact:
    currency = order.currency
    earned = commissions.to_credit(line_key=line.key)
    shares = {accounts.platform_fees(currency): part.fee_minor}
    if earned is not None:
        side, minor = earned
        shares[side] = minor
    legs = {
        accounts.escrow(order.pk, currency): -part.held_minor,
        accounts.shop(order.shop_id, currency): part.held_minor - sum(shares.values()),
        **shares,
    }
    return Fact(f"line:{line.key}:completed", legs, memo=line.title)


def pay_back(moved: Moved, *, order: Order, at: datetime) -> Loss:
    """Post that a refund left, or that it came back: from escrow, or from whoever had it.

    Stands in the transaction that holds the order's lock. After receipt each line's sharer
    and fee give their cumulative part and the shop the rest, down to their floors; beyond
    these the house bears it.
    """
    taken = commissions.reverse(refunded=moved.after, undoes=moved.undoes)
    outside = accounts.outside(moved.refund.refund.charge.provider, order.currency)
    if order.state == Order.State.COMPLETED:
        legs, taken, loss = _from_those_who_had_it(moved, order, taken)
    else:
        legs = {accounts.escrow(order.pk, order.currency): -moved.minor}
        loss = Loss(0, 0)
    legs[outside] = moved.minor
    post(key=moved.key, legs=legs, memo=order.public_id, at=at)
    commissions.keep(taken, key=moved.key, at=at)
    return loss


def _from_those_who_had_it(
    moved: Moved, order: Order, taken: list[Taken]
) -> tuple[Legs, list[Taken], Loss]:
    shop = accounts.shop(order.shop_id, order.currency)
    fee_minor = _fee_back(moved)
    shop_minor = moved.minor - fee_minor - sum(one.minor for one in taken)
    # All at once, in the ledger's own order; the commissions are locked already.
    balances = locked_balances([shop, *(one.side for one in taken if one.side is not None)])
    taken = commissions.settle(taken, balances)
    loss = Loss(
        of_shop_minor=_beyond(shop, shop_minor, balances[shop], moved.refund.shop_lost_minor),
        of_sharer_minor=sum(one.lost_minor for one in taken),
    )
    legs = commissions.legs_of(taken)
    legs[shop] = -(shop_minor - loss.of_shop_minor)
    legs[accounts.platform_fees(order.currency)] = -fee_minor
    legs[accounts.clawback_loss(order.currency)] = -(loss.of_shop_minor + loss.of_sharer_minor)
    return legs, taken, loss


def _fee_back(moved: Moved) -> int:
    fees = fees_of(moved.lines)
    return sum(
        fee_back(fees[line.key], line, moved.after[line.key])
        - fee_back(fees[line.key], line, moved.before[line.key])
        for line in moved.lines
        if line.key in moved.after
    )


def _beyond(shop: Side, minor: int, balance_minor: int, lost_minor: int) -> int:
    """Return how much of what a shop gives is beyond its floor; what was lost comes back first."""
    if minor < 0:
        return max(minor, -lost_minor)
    return max(minor - max(balance_minor - (shop.floor_minor or 0), 0), 0)
