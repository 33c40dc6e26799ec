"""What time it is: the only place business code may ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings


class ClockIsFixed(Exception):
    """This installation has no clock file, so its time cannot be moved."""


class _Hands:
    """What this process knows of a moved clock."""

    stopped_at: datetime | None = None
    offset = timedelta()
    offset_mtime_ns = -1


def now() -> datetime:
    """Return the present moment, in UTC.

    A demo moves the clock of every process at once through ``CLOCK_FILE``; a test may
    stop it in its own process. With neither, this is the machine's clock.
    """
    if _Hands.stopped_at is not None:
        return _Hands.stopped_at
    return datetime.now(UTC) + _offset()


def _offset() -> timedelta:
    path: Path | None = settings.CLOCK_FILE
    if path is None:
        return timedelta()
    try:
        mtime_ns = os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return timedelta()
    if mtime_ns != _Hands.offset_mtime_ns:
        _Hands.offset = timedelta(seconds=float(path.read_text() or 0))
        _Hands.offset_mtime_ns = mtime_ns
    return _Hands.offset


def move(*, by: timedelta) -> None:
    """Move the clock of every process that shares the clock file.

    Raises:
        ClockIsFixed: there is no clock file (as in production).
    """
    path: Path | None = settings.CLOCK_FILE
    if path is None:
        raise ClockIsFixed
    moved = _offset() + by
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(str(moved.total_seconds()))
    fresh.replace(path)  # readers see the old offset or the new one, never half a number


def move_to(moment: datetime) -> None:
    """Move every process's clock so that it now shows ``moment``."""
    move(by=moment - now())


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Stop the clock of this process at ``moment``, as tests do."""
    before, _Hands.stopped_at = _Hands.stopped_at, moment
    try:
        yield
    finally:
        _Hands.stopped_at = before
