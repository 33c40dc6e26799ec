"""Locks, always taken in one order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def locked(rows: models.QuerySet[Row]) -> list[Row]:
    """Lock ``rows`` in primary-key order and return them.

    Two jobs that lock the same rows can then wait for each other but never in a
    circle. Must stand inside a transaction.
    """
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def one_at_a_time(*names: str) -> None:
    """Hold an advisory lock on each name until the transaction ends, in sorted order."""
    _advisory(sorted(set(names)))


def alongside(*names: str) -> None:
    """Hold an advisory lock on each name together with others until the transaction ends.

    Whoever wants it by ``one_at_a_time`` waits for all of them, and they for that one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(name, 0))"
            " FROM unnest(%s::text[]) AS name",
            [sorted(set(names))],
        )


def _advisory(names: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
