"""Expecting: what each line of an order earns, and for whom, at the moment it is placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.models import Product
from kit.money import BASIS_POINTS, split
from referrals.links import rate_of
from referrals.models import Attribution, Commission, Gives
from shops.models import Shop

S = Commission.State


@dataclass(frozen=True, slots=True)
class LineToEarn:
    """An order line as it earns: its goods, net of discounts and without shipping."""

    line_key: str
    product_id: int
    base_minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one line earns: its part, in minor units, of what the whole order does."""

    line: LineToEarn
    rate_bp: int
    minor: int


def shares_of(
    lines: Sequence[LineToEarn], *, shop: Shop, products: Mapping[int, Product] | None = None
) -> list[Share]:
    """Return what each line earns: the order's total rounded down, then dealt to the lines.

    ``products`` are those of the lines, by id, where they are at hand.
    """
    if products is None:
        products = Product.objects.in_bulk({line.product_id for line in lines})
    default_bp = shop.terms.commission_bp
    rates = [rate_of(products[line.product_id], default_bp=default_bp) for line in lines]
    exact = [line.base_minor * rate_bp for line, rate_bp in zip(lines, rates, strict=True)]
    parts = split(sum(exact) // BASIS_POINTS, exact)
    return [Share(*whose) for whose in zip(lines, rates, parts, strict=True)]


def as_gifts(shares: Iterable[Share]) -> list[Share]:
    """Return the same for a buyer who pays so much less: of each line something is left to pay.

    Dealing out a rounded total can give a line of one fen the whole of it, and what costs
    nothing could neither be paid nor sent back.
    """
    return [
        Share(one.line, one.rate_bp, min(one.minor, max(one.line.base_minor - 1, 0)))
        for one in shares
    ]


def expect(attribution: Attribution, lines: Sequence[LineToEarn], *, currency: str) -> None:
    """Make the commission of each line, as the attribution says to whom it is left.

    A line that earns nothing has none, and neither has any of a link that leaves it to nobody.
    """
    if attribution.gives == Gives.NONE:
        return
    shares = shares_of(lines, shop=attribution.shop)
    is_gift = attribution.gives == Gives.BUYER
    Commission.objects.bulk_create(
        Commission(
            attribution=attribution,
            line_key=share.line.line_key,
            sharer_id=attribution.sharer_id,
            shop_id=attribution.shop_id,
            product_id=share.line.product_id,
            charity_id=attribution.charity_id,
            base_minor=share.line.base_minor,
            rate_bp=share.rate_bp,
            amount_minor=share.minor,
            currency=currency,
            state=S.GIVEN if is_gift else S.EXPECTED,
            ordered_at=attribution.frozen_at,
        )
        for share in (as_gifts(shares) if is_gift else shares)
        if share.minor
    )
