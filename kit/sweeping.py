"""Sweeps: one job for each row that is due, where a broken row stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

Row = TypeVar("Row")
Result = TypeVar("Result")

log = logging.getLogger(__name__)

# One odd answer may look like silence; three in a row are silence, and each may cost seconds.
SILENCES = 3


def one_by_one(
    job: Callable[[Row], Result],
    rows: Iterable[Row],
    *,
    away: type[Exception] | tuple[type[Exception], ...] = (),
) -> list[Result]:
    """Do ``job`` for each row and return what it returned, where it did.

    A row whose job fails is logged and left for the next sweep, and holds up nobody behind
    it. When ``away`` is raised for three rows in a row, nobody is there to ask: the rest
    waits for the next sweep too.
    """
    done: list[Result] = []
    silences = 0
    for row in rows:
        try:
            done.append(job(row))
            silences = 0
        except away as fact:
            log.info("%s waits: %s", row, type(fact).__name__)
            silences += 1
            if silences == SILENCES:
                break
        except Exception:
            log.exception("%s could not be done and is left for the next sweep", row)
    return done
