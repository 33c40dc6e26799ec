"""Posting: one fact about money, told once, balanced, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction

from kit import clock
from ledger.accounts import Side

KEY_REUSED = "WD001"


class KeyReused(Exception):
    """The same key was used for another fact."""


class Overdrawn(Exception):
    """An account would fall below its floor; nothing was posted."""


class Unbalanced(Exception):
    """The legs do not sum to zero in every currency; nothing was posted."""


def post(*, key: str, legs: Mapping[Side, int], memo: str = "", at: datetime | None = None) -> bool:
    """Post one transfer, or find that it was posted before.

    Args:
        key: names the fact (``charge:12:settled``); a fact is posted once for ever.
        legs: signed minor units for each side; credit is positive. Zero legs are left out.
        memo: a few words for whoever reads the ledger.
        at: when it happened; now when left out.

    Returns:
        Whether this call wrote it.

    Raises:
        KeyReused: the key stands for other legs.
        Overdrawn: an account would fall below its floor.
        Unbalanced: the legs do not sum to zero in every currency.
    """
    sides = sorted(
        ((side, minor) for side, minor in legs.items() if minor), key=lambda leg: leg[0].code
    )
    _refuse_unbalanced(sides)
    row: list[Any] = [
        key,
        _hash_of(sides),
        memo[:200],
        at or clock.now(),
        [side.code for side, _ in sides],
        [side.currency for side, _ in sides],
        [side.is_running for side, _ in sides],
        [side.floor_minor for side, _ in sides],
        [minor for _, minor in sides],
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT ledger_post(%s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::bigint[])", row
            )
            return bool(cursor.fetchone()[0])
    except IntegrityError as refused:
        if "account_stays_above_its_floor" in str(refused):
            raise Overdrawn(key) from refused
        raise
    except DatabaseError as refused:
        if getattr(refused.__cause__, "pgcode", "") == KEY_REUSED:
            raise KeyReused(key) from refused
        raise


def _refuse_unbalanced(sides: list[tuple[Side, int]]) -> None:
    sums: dict[str, int] = {}
    for side, minor in sides:
        sums[side.currency] = sums.get(side.currency, 0) + minor
    if len(sides) < 2 or any(sums.values()):
        raise Unbalanced({side.code: minor for side, minor in sides})


def _hash_of(sides: list[tuple[Side, int]]) -> str:
    fact = json.dumps([[side.code, side.currency, minor] for side, minor in sides])
    return hashlib.sha256(fact.encode()).hexdigest()
