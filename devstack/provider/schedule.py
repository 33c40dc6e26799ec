"""Doing things later: one thread that waits, a few that do."""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

# One receiver that hangs until its time-out must not hold up the deliveries behind it.
HANDS = 4

Job = Callable[[], None]


class Schedule:
    """Jobs and the moments they are due; forgotten when the process ends."""

    def __init__(self) -> None:
        """Start waiting in the background."""
        self._due: list[tuple[float, int, Job]] = []
        self._number = itertools.count()
        self._changed = threading.Condition()
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="later")
        threading.Thread(target=self._wait, daemon=True, name="schedule").start()

    def after(self, seconds: float, job: Job) -> None:
        """Do ``job`` once, ``seconds`` of real time from now."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._number), job))
            self._changed.notify()

    def _wait(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    wait = self._due[0][0] - time.monotonic() if self._due else None
                    self._changed.wait(wait)
                _, _, job = heapq.heappop(self._due)
            self._hands.submit(_do, job)


def _do(job: Job) -> None:
    try:
        job()
    except Exception:  # noqa: BLE001 -- one job's failure must not end the hand that did it
        traceback.print_exc(file=sys.stderr)
