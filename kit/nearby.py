"""What this process remembers for a moment, so that what is in fashion asks nobody twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from django.db import DatabaseError, InterfaceError
from redis.exceptions import RedisError

T = TypeVar("T")

# While nobody can be asked, what was known ten minutes ago is better than no page: a price or
# a stock that moved since is noticed by whoever takes the money.
STALE_SECONDS = 600
ASK_AGAIN_SECONDS = 1.0
# While one asks anew, others are served what is this much older than anybody wanted it, and
# nothing older: a name that was erased an hour ago is not shown for the time of a look-up.
OVERDUE_SECONDS = 60
NOBODY_TO_ASK = (DatabaseError, InterfaceError, RedisError, OSError)

_all: list[Nearby[object]] = []


class _Kept(NamedTuple, Generic[T]):
    """A fact, since when it is known, when somebody last set out to ask again, and failed to."""

    fact: T | None
    since: float
    asked_at: float
    failed_at: float = 0.0


class Nearby(Generic[T]):
    """Facts by key, each for so many seconds; a flood of keys costs look-ups, never memory.

    A found fact outlives its time while somebody asks for it again, and while a look-up fails
    because its servers are away.

    Args:
        seconds: how long a found fact is believed.
        absent_seconds: how long it is believed that there is none.
        most: how many keys are kept; one more, and the one asked for longest ago is forgotten.
    """

    def __init__(self, *, seconds: float, absent_seconds: float, most: int) -> None:
        self.seconds, self.absent_seconds, self.most = seconds, absent_seconds, most
        self._kept: dict[str, _Kept[T]] = {}
        self._lock = threading.Lock()
        _all.append(self)  # type: ignore[arg-type]  # forgetting asks for no type

    def get(
        self, key: str, look_up: Callable[[], T | None], *, seconds: float | None = None
    ) -> T | None:
        """Return what is remembered under ``key``, else what ``look_up`` finds.

        ``seconds`` is how old it may be for this caller, where that is not as for others.
        """
        kept = self._kept.get(key)
        if kept is not None and self._is_fresh(kept, seconds):
            return kept.fact
        if kept is not None and kept.fact is not None and seconds != 0:
            self._keep(key, kept._replace(asked_at=time.monotonic()))  # one asks, others wait not
        try:
            fact = look_up()
        except NOBODY_TO_ASK:
            if kept is None or kept.fact is None or time.monotonic() - kept.since > STALE_SECONDS:
                raise
            self._keep(key, kept._replace(failed_at=time.monotonic()))
            return kept.fact
        if fact is not None or self.absent_seconds > 0:
            self._keep(key, _Kept(fact, time.monotonic(), 0.0))
        else:
            self._drop(key)
        return fact

    def peek(self, key: str, *, seconds: float | None = None) -> T | None:
        """Return what is remembered under ``key`` and fresh, without asking anybody."""
        kept = self._kept.get(key)
        return kept.fact if kept is not None and self._is_fresh(kept, seconds) else None

    def forget(self) -> None:
        """Remember nothing any more."""
        with self._lock:
            self._kept.clear()

    def _is_fresh(self, kept: _Kept[T], seconds: float | None) -> bool:
        now = time.monotonic()
        if kept.fact is None:
            return now - kept.since < self.absent_seconds
        may_be_old = self.seconds if seconds is None else seconds
        age = now - kept.since
        if age < may_be_old:
            return True
        if now - kept.failed_at < ASK_AGAIN_SECONDS:
            return age <= STALE_SECONDS
        is_asked_for = may_be_old > 0 and now - kept.asked_at < ASK_AGAIN_SECONDS
        return is_asked_for and age <= may_be_old + OVERDUE_SECONDS

    def _keep(self, key: str, kept: _Kept[T]) -> None:
        with self._lock:
            if len(self._kept) >= self.most and key not in self._kept:
                del self._kept[next(iter(self._kept))]
            self._kept.pop(key, None)  # what was asked for lately stands last
            self._kept[key] = kept

    def _drop(self, key: str) -> None:
        with self._lock:
            self._kept.pop(key, None)


def forget_all() -> None:
    """Forget what this process remembers, as tests do between two worlds."""
    for nearby in _all:
        nearby.forget()
