"""Sentences that must always hold, each one SQL query that returns the rows breaking it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Invariant:
    """A name, and a query that returns one row for each breach.

    ``parameters`` is asked at the moment of the check, so that a query can know the time.
    """

    name: str
    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows break an invariant, with the first few of them."""

    name: str
    broken: int
    examples: list[tuple[Any, ...]]


def check(invariants: Iterable[Invariant]) -> Iterator[Finding]:
    """Ask every invariant and yield what was found."""
    for invariant in invariants:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql, dict(invariant.parameters))
            rows = cursor.fetchall()
        yield Finding(invariant.name, len(rows), rows[:5])
