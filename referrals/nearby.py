"""What this process remembers for a moment, so that a link in fashion asks nobody twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_all: list[Nearby[object]] = []


class Nearby(Generic[T]):
    """Facts by key, each for so many seconds; a flood of keys costs look-ups, never memory.

    Args:
        seconds: how long a found fact is believed.
        absent_seconds: how long it is believed that there is none.
        most: how many keys are kept; one more, and all are forgotten.
    """

    def __init__(self, *, seconds: float, absent_seconds: float, most: int) -> None:
        self.seconds, self.absent_seconds, self.most = seconds, absent_seconds, most
        self._kept: dict[str, tuple[float, T | None]] = {}
        self._lock = threading.Lock()
        _all.append(self)  # type: ignore[arg-type]  # forgetting asks for no type

    def get(self, key: str, look_up: Callable[[], T | None]) -> T | None:
        """Return what is remembered under ``key``, else what ``look_up`` finds."""
        until, fact = self._kept.get(key, (0.0, None))
        now = time.monotonic()
        if now < until:
            return fact
        fact = look_up()
        seconds = self.absent_seconds if fact is None else self.seconds
        with self._lock:
            if len(self._kept) >= self.most:
                self._kept.clear()
            self._kept[key] = (now + seconds, fact)
        return fact

    def forget(self) -> None:
        """Remember nothing any more."""
        with self._lock:
            self._kept.clear()


def forget_all() -> None:
    """Forget what this process remembers, as tests do between two worlds."""
    for nearby in _all:
        nearby.forget()
