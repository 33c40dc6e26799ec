"""The provider's clock: it follows the demo's moved clock, so that its days are the demo's days."""

from __future__ import annotations

import time
from pathlib import Path


class Clock:
    """Seconds since 1970, moved by the offset that stands in the clock file, if there is one."""

    def __init__(self, file: Path | None) -> None:
        """Follow ``file``; None means the machine's own time."""
        self._file = file

    def now(self) -> int:
        """Return the present second."""
        return int(time.time() + self._offset())

    def _offset(self) -> float:
        if self._file is None:
            return 0
        try:
            return float(self._file.read_text() or 0)
        except (FileNotFoundError, ValueError):
            return 0
