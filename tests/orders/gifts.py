"""Around a gift: two jars at 68.00, ten per cent of that off, and 10.00 for the parcel."""

from __future__ import annotations

from kit.invariants import check
from ledger.invariants import INVARIANTS as LEDGER
from orders.invariants import INVARIANTS
from orders.models import Checkout
from referrals.invariants import INVARIANTS as REFERRALS
from tests.orders.conftest import buy

GIFT_MINOR = 1360
GOODS_MINOR = 13_600 - GIFT_MINOR
TOTAL_MINOR = GOODS_MINOR + 1000


def buy_given(jar, buyer, given) -> Checkout:
    """Order two jars by a link that gives to its buyer."""
    return buy(jar, buyer=buyer, touches=given, seen_total_minor=TOTAL_MINOR)


def broken() -> list[str]:
    every = [*INVARIANTS, *LEDGER, *REFERRALS]
    return [finding.name for finding in check(every) if finding.broken]
