"""File locks that the kernel lets go of when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

RETRY_SECONDS = 0.05


class FileLock:
    """One holder's grip on a lock file; closing it, or dying, lets go."""

    def __init__(self, path: Path) -> None:
        """Open the lock file without taking the lock."""
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not inherited by programs we start: a lock must not outlive its holder in a child.
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        """Wait until nobody holds the lock alone, then hold it together with others."""
        fcntl.flock(self._fd, fcntl.LOCK_SH)

    def take(self, *, wait_seconds: float = 0) -> bool:
        """Hold the lock alone; False when others still held it after ``wait_seconds``."""
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(RETRY_SECONDS)
            else:
                return True

    def can_share(self) -> bool:
        """Is nobody holding the lock alone at this moment? Leaves it held shared if so."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go."""
        os.close(self._fd)


def is_held(path: Path) -> bool:
    """Does somebody hold this lock, alone or shared?"""
    lock = FileLock(path)
    try:
        return not lock.take()
    finally:
        lock.close()
