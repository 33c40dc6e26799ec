"""The sums of an order: shipping, and how order-wide amounts fall on its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from kit.money import share_minor, split
from orders.models import OrderLine
from shops.models import Terms


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in escrow for one line, and the house's fee out of it, in minor units."""

    held_minor: int
    fee_minor: int


def shipping_minor(terms: Terms, goods_minor: int) -> int:
    """Return what a shop asks for sending goods of this worth."""
    free_from = terms.free_shipping_from_minor
    if free_from is not None and goods_minor >= free_from:
        return 0
    return terms.shipping_minor


def parts_of(lines: Sequence[OrderLine], *, shipping_minor: int) -> dict[str, Part]:
    """Return each line's part of the order's money, by the line's key.

    Shipping and the fee, which is of the goods alone, are split by the lines' totals
    with the largest remainder, so the parts add up to the order to the minor unit.
    """
    totals = [line.total_minor for line in lines]
    shipping = split(shipping_minor, totals)
    fees = split(share_minor(sum(totals), settings.PLATFORM_FEE_BP), totals)
    return {
        line.key: Part(held_minor=line.total_minor + its_shipping, fee_minor=its_fee)
        for line, its_shipping, its_fee in zip(lines, shipping, fees, strict=True)
    }
