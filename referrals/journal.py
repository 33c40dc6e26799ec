"""The journal: what this machine put into the stream lately, should Valkey forget it.

Valkey holds nothing that cannot be lost. A click is in nobody else's hands for the two
seconds until a drain takes it, so each process writes it down before it gives it away; a
drain that finds the stream's group gone, or its server begun anew, stores what the journals
hold before it goes on. The click's id is its key: whatever the drain had stored is not
stored again. Valkey may call a person's click one too many in a minute (RATE): that is a
second line of the same click, and what it says holds.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from referrals import spool
from referrals.models import Click
from referrals.storing import Opening

log = logging.getLogger(__name__)

NAMES = "journal-*"
SLOT_SECONDS = 300
# A drain comes every two seconds; a quarter of an hour is for one that was asleep.
KEPT_SECONDS = 900
BYTES_IN_A_MB = 1024 * 1024
RATE = Click.Kind.RATE.value
WANTED = "replay-wanted"


class _Pen:
    """The file this process writes in, and for how long."""

    file = -1
    folder: Path | None = None
    process = 0
    slot = -1
    left_bytes = 0
    lock = threading.Lock()


def write(opening: Opening) -> bool:
    """Write down one opening that Valkey is to have, or what it called it; never raises.

    Return whether it stands there.
    """
    line = spool.line_of(opening)
    slot = int(time.time() // SLOT_SECONDS)
    try:
        with _Pen.lock:
            if (
                slot != _Pen.slot
                or _Pen.folder is not settings.CLICK_SPOOL
                or _Pen.process != os.getpid()
            ):
                _turn_the_page(slot)
            _Pen.left_bytes -= len(line)
            return _Pen.left_bytes >= 0 and os.write(_Pen.file, line) == len(line)
    except OSError as fault:
        log.warning("the journal of clicks cannot be written: %s", fault)
        return False


def want_replay() -> bool:
    """Leave word that a journal holds what stands nowhere else; return whether that was possible.

    The next sweep reads the journals then, whatever has become of Valkey.
    """
    try:
        (settings.CLICK_SPOOL / WANTED).touch()
    except OSError:
        return False
    return True


def replay_if_wanted() -> int:
    """Store what the journals hold if some page left word; return how many.

    Raises:
        DatabaseError: PostgreSQL is away; the word still stands.
    """
    word: Path = settings.CLICK_SPOOL / WANTED
    if not word.exists():
        return 0
    word.unlink(missing_ok=True)  # first: who leaves word from now on is read the next time
    try:
        return replay()
    except BaseException:
        word.touch()
        raise


def replay() -> int:
    """Store what the journals hold and PostgreSQL does not; return how many.

    Raises:
        DatabaseError: PostgreSQL is away; nothing was forgotten.
    """
    paths = sorted(settings.CLICK_SPOOL.glob(NAMES))
    overruled = {opening.click_id for opening in _openings_in(paths) if opening.kind == RATE}
    return sum(
        spool.store_all(
            opening
            for opening in _openings_in([path])
            if opening.kind == RATE or opening.click_id not in overruled
        )
        for path in paths
    )


def forget_old() -> None:
    """Delete what a drain has had time to store; called by one that left nothing behind.

    By none other: where nobody drained for an hour and Valkey forgot, this is all there is.
    """
    if (settings.CLICK_SPOOL / WANTED).exists():
        return  # a sweep reads them first
    for path in settings.CLICK_SPOOL.glob(NAMES):
        with suppress(FileNotFoundError):  # another sweep was faster
            if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink()


def _openings_in(paths: Iterable[Path]) -> Iterator[Opening]:
    for path in paths:
        with suppress(FileNotFoundError), path.open("rb") as file:  # a sweep was faster
            yield from spool.openings_in(file)


def _turn_the_page(slot: int) -> None:
    if _Pen.process == os.getpid() and _Pen.file >= 0:
        os.close(_Pen.file)
    _Pen.file, _Pen.process = -1, os.getpid()
    folder: Path = settings.CLICK_SPOOL
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"journal-{os.getpid()}-{slot}"
    _Pen.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    size = os.fstat(_Pen.file).st_size
    _Pen.folder, _Pen.slot = folder, slot
    _Pen.left_bytes = settings.CLICK_SPOOL_MB * BYTES_IN_A_MB - size
