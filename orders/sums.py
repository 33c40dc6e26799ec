"""The sums of an order: shipping, how amounts fall on its lines, and what a refund takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from kit.money import share_minor, split
from orders.models import Order, OrderLine
from referrals.commissions import reversed_total
from referrals.models import Commission
from shops.models import Terms


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in escrow for one line, and the house's fee out of it, in minor units."""

    held_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class Back:
    """What is to go back of an order: of each line's goods, by its key, and of the shipping."""

    lines: Mapping[str, int] = field(default_factory=dict)
    shipping_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(self.lines.values()) + self.shipping_minor


@dataclass(frozen=True, slots=True)
class Quote:
    """Who gives what when a refund settles; the three add up to ``total_minor``."""

    total_minor: int
    shop_minor: int
    sharer_minor: int
    fee_minor: int


def shipping_minor(terms: Terms, goods_minor: int) -> int:
    """Return what a shop asks for sending goods of this worth."""
    free_from = terms.free_shipping_from_minor
    if free_from is not None and goods_minor >= free_from:
        return 0
    return terms.shipping_minor


def parts_of(lines: Sequence[OrderLine], *, shipping_minor: int) -> dict[str, Part]:
    """Return each line's part of what is left of an order's money, by the line's key.

    Shipping and the fee, which is of the goods alone, are split by the lines' totals
    with the largest remainder, so the parts add up to the order to the minor unit.

    Args:
        lines: all lines of the order; what went back of their goods is off already.
        shipping_minor: the shipping, less what went back of it.
    """
    shipping = split(shipping_minor, [line.total_minor for line in lines])
    fees = fees_of(lines)
    return {
        line.key: Part(
            held_minor=line.total_minor - line.refunded_minor + its_shipping,
            fee_minor=fees[line.key] - fee_back(fees[line.key], line, line.refunded_minor),
        )
        for line, its_shipping in zip(lines, shipping, strict=True)
    }


def fees_of(lines: Sequence[OrderLine]) -> dict[str, int]:
    """Return the house's fee of each line, by its key, before any refund."""
    totals = [line.total_minor for line in lines]
    fees = split(share_minor(sum(totals), settings.PLATFORM_FEE_BP), totals)
    return {line.key: fee for line, fee in zip(lines, fees, strict=True)}


def fee_back(fee_minor: int, line: OrderLine, refunded_minor: int) -> int:
    """Return how much of a line's fee goes back once so much of its goods went back in all."""
    return reversed_total(fee_minor, refunded_minor, line.total_minor)


def left_of(order: Order, lines: Iterable[OrderLine]) -> Back:
    """Return what may still be asked back of an order."""
    left = {line.key: line.total_minor - line.asked_minor for line in lines}
    return Back(
        {key: minor for key, minor in left.items() if minor},
        order.shipping_minor - order.shipping_asked_minor,
    )


def quote(lines: Sequence[OrderLine], back: Back) -> Quote:
    """Return who gives what of ``back``, on top of what was asked back before.

    Args:
        lines: all lines of the order, each with its commission.
        back: what is to go back.
    """
    fees = fees_of(lines)
    sharer_minor = fee_minor = 0
    for line in lines:
        before, after = line.asked_minor, line.asked_minor + back.lines.get(line.key, 0)
        fee = fees[line.key]
        fee_minor += fee_back(fee, line, after) - fee_back(fee, line, before)
        sharer_minor += _earned_back(line, after) - _earned_back(line, before)
    return Quote(
        total_minor=back.total_minor,
        shop_minor=back.total_minor - sharer_minor - fee_minor,
        sharer_minor=sharer_minor,
        fee_minor=fee_minor,
    )


def _earned_back(line: OrderLine, refunded_minor: int) -> int:
    commission = line.commission
    if commission is None or commission.state in {Commission.State.VOID, Commission.State.GIVEN}:
        return 0
    return reversed_total(commission.amount_minor, refunded_minor, commission.base_minor)
