"""The chart of accounts in one table: what each code stands for and how low it may go."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

# kind of account -> the lowest balance it may have; None for no floor.
FLOORS: dict[str, int | None] = {
    "outside": None,  # the world: negative by exactly what the house holds
    "escrow": 0,  # one order's money, held until received
    "shop": -settings.CLAWBACK_FLOOR_MINOR,  # a refund may come after the payout
    "sharer-pending": 0,  # earned, still in the return window
    "sharer": -settings.CLAWBACK_FLOOR_MINOR,
    "charity": 0,  # nobody asks a charity for money back: the house bears what is missing
    "in-transit": 0,  # reserved for a payout under way
    "platform": None,
}

# Sides too busy for a lock: their balance is the sum of their postings, and they stand on
# stripes, one account each, so that the postings of a minute are not all of one account.
STRIPED = frozenset({"outside", "platform"})
STRIPES = 16

# Of the platform's, only this is quiet, and must be known to the minor unit at any moment.
SUSPENSE = "platform:suspense"


@lru_cache(maxsize=10_000)  # asked several times of each side of each fact
def _runs(code: str) -> bool:
    return code.partition(":")[0] not in STRIPED or code.startswith(SUSPENSE)


@dataclass(frozen=True, slots=True)
class Side:
    """An account as a posting names it, before the row need exist."""

    code: str
    currency: str

    @property
    def kind(self) -> str:
        return self.code.partition(":")[0]

    @property
    def is_running(self) -> bool:
        return _runs(self.code)

    @property
    def floor_minor(self) -> int | None:
        return FLOORS[self.kind]

    @property
    def stripes(self) -> list[str]:
        """The codes of the accounts this side stands on; a running side is one."""
        if self.is_running:
            return [self.code]
        return [f"{self.code}:{stripe:02d}" for stripe in range(STRIPES)]

    def stripe_for(self, key: str) -> str:
        """The code of the account that the transfer ``key`` posts to."""
        if self.is_running:
            return self.code
        return f"{self.code}:{zlib.crc32(key.encode()) % STRIPES:02d}"


def outside(provider: str, currency: str) -> Side:
    """Money as the provider ``provider`` holds it for us, seen from within."""
    return Side(f"outside:{provider}:{currency}", currency)


def escrow(order_id: int, currency: str) -> Side:
    """What a buyer paid for one order and nobody may have yet."""
    return Side(f"escrow:{order_id}", currency)


def shop(shop_id: int, currency: str) -> Side:
    """What a shop has earned and not taken out."""
    return Side(f"shop:{shop_id}:{currency}", currency)


def sharer_pending(person_id: int, currency: str) -> Side:
    """What a sharer has earned while the return window is open."""
    return Side(f"sharer-pending:{person_id}:{currency}", currency)


def sharer(person_id: int, currency: str) -> Side:
    """What a sharer may take out."""
    return Side(f"sharer:{person_id}:{currency}", currency)


def charity(charity_id: int, currency: str) -> Side:
    """What sharers gave to a charity, and the house has not sent it yet."""
    return Side(f"charity:{charity_id}:{currency}", currency)


def charity_of(side: Side) -> int:
    """The id of the charity whose side this is."""
    return int(side.code.split(":")[1])


def in_transit(account_code: str, currency: str) -> Side:
    """What is reserved for a payout from ``account_code``."""
    return Side(f"in-transit:{account_code}", currency)


def platform_fees(currency: str) -> Side:
    """The house's fee."""
    return Side(f"platform:fees:{currency}", currency)


def clawback_loss(currency: str) -> Side:
    """What the house bears itself: refunds that nobody's balance could give back."""
    return Side(f"platform:clawback-loss:{currency}", currency)


def suspense(currency: str) -> Side:
    """Where a difference with a provider waits to be explained; 0 when the books are closed."""
    return Side(f"{SUSPENSE}:{currency}", currency)


def named(code: str, currency: str) -> Side:
    """The side a stored code stands for, as a payout keeps it."""
    return Side(code, currency)
