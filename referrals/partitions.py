"""The click table's partitions, one a day: made ahead, dropped after ninety days.

A click stands in the partition of the day its id was minted on. One of a day without any, by
a clock that is wrong or was moved, stands in the catch-all until that day's is made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2.errors import LockNotAvailable

from referrals import click_ids

log = logging.getLogger(__name__)

TABLE = "referrals_click"
CATCH_ALL = "referrals_click_default"

# A week's warning before a timed job that stopped would be felt, and then only as clicks
# in the catch-all.
DAYS_AHEAD = 7
# Raw clicks serve attribution (30 days at most) and its disputes; then only counts are kept.
KEPT = timedelta(days=90)

# Making or dropping one stops others for a moment; rather than let them queue behind a
# long transaction it is given up and left to the next round.
LOCK_WAIT = "500ms"

# The days of the ids in the catch-all: their first 48 bits are milliseconds.
DAYS = """
SELECT DISTINCT ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 86400000
FROM referrals_click_default WHERE id >= %s AND id < %s
"""
MOVE = """
WITH moved AS (DELETE FROM referrals_click_default WHERE id >= %s AND id < %s RETURNING *)
INSERT INTO {name} SELECT * FROM moved
"""

SUMMARIZE = """
SELECT brin_summarize_new_values(entry.indexrelid)
FROM pg_inherits day JOIN pg_index entry ON entry.indrelid = day.inhrelid
JOIN pg_class index ON index.oid = entry.indexrelid JOIN pg_am way ON way.oid = index.relam
WHERE day.inhparent = %s::regclass AND way.amname = 'brin'
"""


class InUse(Exception):
    """Somebody holds the table for longer than others may be made to wait."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one round did: partitions made and dropped, and clicks that belong to none."""

    made: int
    dropped: int
    astray: int


def kept_from(now: datetime) -> datetime:
    """Return since when every click is still there, at the beginning of a day (UTC)."""
    return datetime.combine((now - KEPT).date(), time.min, tzinfo=UTC)


def keep(now: datetime) -> Kept:
    """Make the partitions of the days ahead and of whatever the catch-all holds; drop the old.

    Safe to run twice, late, or beside drains; what it could not lock in time is left to the
    next round. Clicks that are astray stay stored and counted, and are told to the log.
    """
    today = now.date()
    first, last = kept_from(now).date(), today + timedelta(days=DAYS_AHEAD)
    wanted = {today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)}
    wanted |= _days_in_catch_all(first, last)
    made = dropped = 0
    try:
        for day in sorted(wanted - set(days())):
            made += make(day)
        for day in days():
            dropped += day < first and _drop(day)
    except InUse:
        log.warning("the table of clicks is in use: the rest is left to the next round")
    astray = _sweep_catch_all(kept_from(now))
    if astray:
        log.error("%s clicks are of no day near today: a clock is, or was, wrong", astray)
    return Kept(made, dropped, astray)


def days() -> list[date]:
    """Return the days that have a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [TABLE],
        )
        names = [name for (name,) in cursor.fetchall()]
    return sorted(date.fromisoformat(name[-8:]) for name in names if name != CATCH_ALL)


def make(day: date) -> bool:
    """Make a day's partition, with what the catch-all held of it; return whether it was made.

    Raises:
        InUse: nothing was made.
    """
    name, first = _name_of(day), click_ids.first_of(day)
    after = click_ids.first_of(day + timedelta(days=1))
    with _a_short_wait() as cursor:
        # Whoever adds clicks now waits here, where it is not yet decided into which partition
        # they go; one who waited at the catch-all would be refused by it in the end.
        cursor.execute(f"LOCK TABLE ONLY {TABLE} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return False
        cursor.execute(
            f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
            f" INCLUDING INDEXES)"
        )
        cursor.execute(MOVE.format(name=name), [first, after])
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)",
            [str(first), str(after)],
        )
    return True


def _drop(day: date) -> bool:
    with _a_short_wait() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_name_of(day)}")
    return True


def summarize() -> None:
    """Have the index by time know the newest pages too, as autovacuum does by and by.

    Who asks for one day would else read those pages of every other: a look at each of ninety
    days was ninety looks at the whole table where much was stored at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(SUMMARIZE, [TABLE])


@contextmanager
def _a_short_wait() -> Iterator[CursorWrapper]:
    """Open a transaction that rather gives up than make others queue behind its locks."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
            yield cursor
    except OperationalError as busy:
        if isinstance(busy.__cause__, LockNotAvailable):
            raise InUse from busy
        raise


def _sweep_catch_all(oldest: datetime) -> int:
    """Delete what is too old from the catch-all too; return how many clicks stay in it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM referrals_click_default WHERE at < %s", [oldest])
        cursor.execute("SELECT count(*) FROM referrals_click_default")
        return int(cursor.fetchone()[0])


def _days_in_catch_all(first: date, last: date) -> set[date]:
    bounds = [click_ids.first_of(first), click_ids.first_of(last + timedelta(days=1))]
    with connection.cursor() as cursor:
        cursor.execute(DAYS, bounds)
        return {click_ids.EPOCH.date() + timedelta(days=number) for (number,) in cursor.fetchall()}


def _name_of(day: date) -> str:
    return f"{TABLE}_{day:%Y%m%d}"
