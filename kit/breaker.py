"""Breakers: a server that fails again and again is left alone for a while."""

from __future__ import annotations

import logging
import threading
import time

log = logging.getLogger(__name__)

# One slow answer is a hiccup; five in a row are an outage. Ten seconds spare the visitors
# of a dead server its time limit, and find one that came back soon enough.
FAILURES, REST_SECONDS = 5, 10.0

_all: list[Breaker] = []


class Breaker:
    """What this process knows of one server: closed, open, or trying again.

    Ask ``may_try`` first, and tell ``worked`` or ``failed`` afterwards. After so many
    failures in a row nobody tries for a while; then one caller does, and the others wait
    for what comes of it.
    """

    def __init__(
        self, name: str, *, failures: int = FAILURES, rest_seconds: float = REST_SECONDS
    ) -> None:
        self.name, self.failures, self.rest_seconds = name, failures, rest_seconds
        self._failed = 0
        self._rest_until = 0.0
        self._lock = threading.Lock()
        _all.append(self)

    @property
    def is_open(self) -> bool:
        """Whether the server is being left alone."""
        return self._failed >= self.failures

    def may_try(self) -> bool:
        """Whether the server may be asked now."""
        if not self.is_open:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._rest_until:
                return False
            self._rest_until = now + self.rest_seconds  # who comes meanwhile is refused
            return True

    def worked(self) -> None:
        """Note that the server answered."""
        if self._failed:
            with self._lock:
                if self.is_open:
                    log.warning("%s is back", self.name)
                self._failed = 0

    def failed(self) -> None:
        """Note that it did not."""
        with self._lock:
            self._failed += 1
            if self._failed == self.failures:
                log.warning("%s is away: left alone for %d s", self.name, self.rest_seconds)
            self._rest_until = time.monotonic() + self.rest_seconds

    def forget(self) -> None:
        """Know nothing of the server any more."""
        with self._lock:
            self._failed, self._rest_until = 0, 0.0


# The two servers that pages can do without, for a while or in part.
VALKEY = Breaker("Valkey")
POSTGRES = Breaker("PostgreSQL")


def forget_all() -> None:
    """Close every breaker, as tests do between two worlds."""
    for breaker in _all:
        breaker.forget()
