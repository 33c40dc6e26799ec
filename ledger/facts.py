"""Facts about money before they are told: checked, hashed, and put into columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from secrets import token_hex

from kit import clock
from ledger.accounts import Side

MEMO_LENGTH = 200
NONCE_BYTES = 16


class Unbalanced(Exception):
    """The legs do not sum to zero in every currency; nothing was posted."""


@dataclass(frozen=True)
class Fact:
    """One transfer to be told.

    Args:
        key: names the fact (``charge:12:settled``); a fact is posted once for ever.
        legs: signed minor units for each side; credit is positive. Zero legs are left out.
        memo: a few words for whoever reads the ledger.
        at: when it happened; now when left out.
    """

    key: str
    legs: Mapping[Side, int]
    memo: str = ""
    at: datetime | None = None

    @cached_property
    def sides(self) -> list[tuple[Side, int]]:
        """The legs that move something, by code."""
        moving = [(side, minor) for side, minor in self.legs.items() if minor]
        return sorted(moving, key=lambda leg: leg[0].code)

    @cached_property
    def request_hash(self) -> str:
        """What the key stands for from now on; on which stripes it lands does not matter."""
        legs = [f"{side.code} {side.currency} {minor}" for side, minor in self.sides]
        return hashlib.sha256("\n".join(legs).encode()).hexdigest()

    def refuse_unbalanced(self) -> None:
        """Make sure that two sides or more sum to zero in every currency.

        Raises:
            Unbalanced: they do not.
        """
        sums: dict[str, int] = {}
        for side, minor in self.sides:
            sums[side.currency] = sums.get(side.currency, 0) + minor
        if len(self.sides) < 2 or any(sums.values()):
            raise Unbalanced(self.key, {side.code: minor for side, minor in self.sides})


def row(fact: Fact) -> list[str | datetime]:
    """Return what ``ledger_post`` takes: the fact, its accounts, its legs, and the time."""
    sides = [side for side, _ in fact.sides]
    codes = [side.stripe_for(fact.key) for side in sides]
    running = [side.is_running for side in sides]
    floors = [side.floor_minor for side in sides]
    now = clock.now()
    return [
        fact.key,
        fact.request_hash,
        fact.memo[:MEMO_LENGTH],
        fact.at or now,
        _words(codes),
        _words([side.currency for side in sides]),
        _plain(["f", "t"][runs] for runs in running),
        _plain(["NULL" if floor is None else floor for floor in floors]),
        _words([code for code, runs in zip(codes, running, strict=True) if runs] or codes),
        _plain([minor for _, minor in fact.sides]),
        now,
        token_hex(NONCE_BYTES),
    ]


def columns(facts: Iterable[Fact]) -> list[str]:
    """Return what ``ledger_post_many`` takes: facts, accounts and legs, each as arrays.

    An account is named once, however many legs stand on it. A fact none of whose sides is
    running has its stripes locked, so that telling it twice at once finds the key.
    """
    told = list(facts)
    places: dict[str, int] = {}
    sides: list[Side] = []
    locked: set[str] = set()
    legs: list[tuple[int, int, int]] = []
    for number, fact in enumerate(told, start=1):
        codes = [side.stripe_for(fact.key) for side, _ in fact.sides]
        running = [side.code for side, _ in fact.sides if side.is_running]
        locked.update(running or codes)
        for code, (side, minor) in zip(codes, fact.sides, strict=True):
            if code not in places:
                sides.append(side)
                places[code] = len(sides)
            legs.append((number, places[code], minor))
    now = clock.now()
    return [
        _words(fact.key for fact in told),
        _words(fact.request_hash for fact in told),
        _words(fact.memo[:MEMO_LENGTH] for fact in told),
        _plain((fact.at or now).isoformat() for fact in told),
        _words(places),
        _words(side.currency for side in sides),
        _plain("t" if side.is_running else "f" for side in sides),
        _plain("NULL" if side.floor_minor is None else side.floor_minor for side in sides),
        _words(locked),
        *(_plain(column) for column in zip(*legs, strict=True)),
        now.isoformat(),
        _plain(token_hex(NONCE_BYTES) for _ in told),
    ]


def _plain(values: Iterable[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _words(texts: Iterable[str]) -> str:
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return '{"' + '","'.join(quoted) + '"}'
