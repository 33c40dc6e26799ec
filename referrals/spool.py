"""The spool: a file on this machine that takes clicks while no server can.

Web processes append to one file, each click a line of its own; the timed job renames the
file and stores what it holds. The click's id is its key, so a sweep may be killed anywhere
and begin again.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction

from referrals import channels, storing
from referrals.models import Click
from referrals.storing import Opening

log = logging.getLogger(__name__)

OPEN, TAKEN, UNRECORDED = "open", "taken-*", "unrecorded"
BATCH = 1_000
DIGITS = 20
VISITOR_SIGNS = 16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = frozenset(Click.Kind.values)


class Full(Exception):
    """The spool holds as much as it may."""


class _Here:
    """What this process could not even count in the file."""

    unrecorded = 0


def keep(opening: Opening) -> None:
    """Append one opening to the spool.

    Raises:
        Full: it holds as much as ``CLICK_SPOOL_MB`` allows.
        OSError: the file cannot be written.
    """
    line = line_of(opening)
    while True:
        with _locked(_folder() / OPEN) as (file, is_still_there):
            if not is_still_there:
                continue  # a sweep took it between opening and locking
            size = os.fstat(file).st_size
            if size + len(line) > settings.CLICK_SPOOL_MB * 1024 * 1024:
                raise Full(f"the spool holds {size} bytes")
            if os.write(file, line) < len(line):
                os.ftruncate(file, size)  # the disk took half a line
                raise Full("the disk is full")
            return


def sweep() -> int:
    """Store what the spool holds; return how many openings were new to PostgreSQL.

    Leaves everything where it is while PostgreSQL is away.
    """
    if not settings.CLICK_SPOOL.exists():
        return 0
    stored = 0
    try:
        for taken in settings.CLICK_SPOOL.glob(TAKEN):  # by a sweep that came to no end
            stored += _store(taken)
        fresh = _take()
        if fresh is not None:
            stored += _store(fresh)
    except (DatabaseError, InterfaceError):
        log.warning("PostgreSQL is away: the clicks of the spool wait")
    return stored


def count_unrecorded() -> int:
    """Count one click that could be kept nowhere; return how many there were so far.

    The count is written in place, which a full disk allows.
    """
    try:
        with _locked(_folder() / UNRECORDED) as (file, _):
            total = int(os.pread(file, DIGITS, 0) or 0) + 1
            os.pwrite(file, b"%0*d" % (DIGITS, total), 0)
    except (OSError, ValueError):
        _Here.unrecorded += 1
        return _Here.unrecorded
    return total


def unrecorded() -> int:
    """Return how many clicks of this machine could be kept nowhere."""
    path = settings.CLICK_SPOOL / UNRECORDED
    return int(path.read_bytes() or 0) if path.exists() else 0


def _folder() -> Path:
    folder: Path = settings.CLICK_SPOOL
    if not (folder / UNRECORDED).exists():  # made while the disk still has room
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / UNRECORDED).open("ab") as file:
            if not file.tell():
                file.write(b"0" * DIGITS)
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[tuple[int, bool]]:
    """Open and lock a file; say as well whether it still bears its name."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.lseek(file, 0, os.SEEK_END)
        try:
            is_still_there = os.path.samestat(os.fstat(file), os.stat(path))
        except FileNotFoundError:
            is_still_there = False
        yield file, is_still_there
    finally:
        os.close(file)


def _take() -> Path | None:
    """Rename the open file, and wait for whoever still writes to it."""
    taken: Path = settings.CLICK_SPOOL / TAKEN.replace("*", uuid4().hex)
    try:
        (settings.CLICK_SPOOL / OPEN).rename(taken)
    except FileNotFoundError:
        return None
    with _locked(taken):
        return taken


def _store(taken: Path) -> int:
    """Store a taken file and delete it, once nobody writes to it any more."""
    try:
        with taken.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # whoever took it may have died waiting
    except FileNotFoundError:
        return 0
    try:
        with taken.open("rb") as file:
            stored = store_all(openings_in(file))
    except FileNotFoundError:
        return 0  # another sweep was faster
    taken.unlink(missing_ok=True)
    return stored


def store_all(openings: Iterable[Opening]) -> int:
    """Store openings, each once, in batches of their own; return how many were new.

    Raises:
        DatabaseError: PostgreSQL is away.
    """
    stored, rest = 0, iter(openings)
    while batch := list(islice(rest, BATCH)):
        with transaction.atomic():
            stored += storing.store(batch)
    return stored


def line_of(opening: Opening) -> bytes:
    """Write an opening as a line that begins with its break: a torn one spoils no other."""
    milliseconds = round(opening.at.timestamp() * 1000)
    words = opening.kind, opening.visitor, opening.channel  # none of them needs escaping
    return (
        f'\n["{opening.click_id.hex}",{opening.link_id},{milliseconds}'
        f',"{words[0]}","{words[1]}","{words[2]}"]'
    ).encode()


def openings_in(lines: Iterable[bytes]) -> Iterator[Opening]:
    """Yield the openings that a file's lines hold; what cannot be read is told to the log."""
    for line in lines:
        if not line.strip():
            continue
        try:
            yield _opening(line)
        except (ValueError, TypeError, AttributeError, OverflowError):
            log.error("a line of the spool could not be read: %r", line)  # noqa: TRY400  # one line, no trace


def _opening(line: bytes) -> Opening:
    click_id, link_id, milliseconds, kind, visitor, channel = json.loads(line)
    if kind not in KINDS or not 0 < link_id < 2**63 or channel not in channels.IN_ORDER:
        raise ValueError(line)
    if len(visitor) > VISITOR_SIGNS or "\x00" in visitor:
        raise ValueError(line)
    return Opening(
        click_id=UUID(hex=click_id),
        link_id=link_id,
        at=EPOCH + timedelta(milliseconds=milliseconds),
        kind=kind,
        visitor=visitor,
        channel=channel,
    )
