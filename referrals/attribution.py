"""Attribution: who brought an order, decided once when it is placed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from people.models import Person
from referrals.models import Attribution
from referrals.touches import Touch
from shops.models import Shop


@dataclass(frozen=True, slots=True)
class LineToEarn:
    """An order line as it earns: its goods, net of discounts and without shipping."""

    line_key: str
    product_id: int
    base_minor: int


def freeze(  # noqa: PLR0913  # the order's own facts, each of them needed once
    *,
    order_key: str,
    shop: Shop,
    buyer: Person | None,
    fingerprints: frozenset[str],
    touches: Iterable[Touch],
    lines: Sequence[LineToEarn],
    currency: str,
    at: datetime,
) -> Attribution | None:
    """Decide who brought this order and what each line earns them, once and for ever.

    Args:
        order_key: the order's public id.
        fingerprints: ``referrals.fingerprints.of(phone=…, email=…)`` of the buyer.
        touches: ``referrals.touches.read_cookie(request.COOKIES.get(COOKIE_NAME))``.

    Returns:
        The attribution, its commissions (state EXPECTED) made; None when nobody brought it.
    """
    raise NotImplementedError
