"""The provider's memory: an append-only file, one JSON line a change, on disk before it counts."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Change = list[tuple[str, Row]]  # table name and row as it now stands; one change is all or nothing


class JournalBusy(Exception):
    """Another provider writes to this journal."""


class Journal:
    """The open journal file; nobody else may write it meanwhile."""

    def __init__(self, folder: Path) -> None:
        """Open the folder's journal.

        Raises:
            JournalBusy: another process has it open.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(folder / "journal.jsonl", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            os.close(self._fd)
            raise JournalBusy(f"Another provider keeps its book in {folder}") from busy

    def replay(self) -> Iterator[Change]:
        """Yield every change ever written; cut off a last line that a crash left half-written."""
        end = 0
        with os.fdopen(os.dup(self._fd), "rb") as file:
            file.seek(0)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                yield [(table, row) for table, row in json.loads(line)]
        os.ftruncate(self._fd, end)
        os.lseek(self._fd, end, os.SEEK_SET)

    def append(self, change: Change) -> None:
        """Write one change; it is on disk when this returns."""
        data = json.dumps(change, separators=(",", ":")).encode() + b"\n"
        while data:
            data = data[os.write(self._fd, data) :]
        os.fsync(self._fd)

    def close(self) -> None:
        """Let others open the journal."""
        os.close(self._fd)
