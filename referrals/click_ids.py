"""Click ids: a UUIDv7 opens with its moment, so a day's clicks are one range of ids."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

from uuid_utils.compat import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BITS_AFTER_MILLISECONDS = 80


def new_at(at: datetime) -> UUID:
    """Return a new id minted at ``at`` by the house's clock, whatever the machine's says."""
    return uuid7(nanoseconds=milliseconds(at) * 1_000_000)


def first_of(day: date) -> UUID:
    """Return the least id a click of this day (UTC) can have."""
    begins = datetime.combine(day, time.min, tzinfo=UTC)
    return UUID(int=milliseconds(begins) << BITS_AFTER_MILLISECONDS)


def milliseconds(at: datetime) -> int:
    """Return a moment as whole milliseconds since 1970, as ids and the stream keep it."""
    return round(at.timestamp() * 1000)
