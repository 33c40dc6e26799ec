"""A stream of strangers who open share links, while what stands behind the pages goes away.

Each comes with a browser of their own at a set pace, as people do, and leaves with a cookie:
the click that cookie proves is acknowledged, and must be in the table once when all is well.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote

from django.conf import settings

from bench.load import BROWSER, LENGTH
from bench.serving import serving
from referrals.touches import COOKIE_NAME, Touch, read_cookie
from torture.stage import BROKER_SOCKET, Stage

STRANGERS = 4
COOKIE = re.compile(rf"(?im)^set-cookie: *{re.escape(COOKIE_NAME)}=([^;]+)".encode())
SLOWEST_SECONDS = 20

_numbers = count(1)


@dataclass
class Phase:
    """What strangers met while something was so."""

    times: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)

    @property
    def p95_ms(self) -> float:
        """In how many milliseconds nineteen of twenty pages were there."""
        ordered = sorted(self.times) or [0.0]
        return round(ordered[int(len(ordered) * 0.95)] * 1000, 1)

    @property
    def broken(self) -> int:
        """How many pages were no page."""
        return sum(status != 200 for status in self.statuses)


class Strangers:
    """Whoever opens links; each phase is counted by itself."""

    def __init__(self, port: int, addresses: Sequence[str], *, per_second: float) -> None:
        self.port, self.addresses, self.per_second = port, addresses, per_second
        self.phases: dict[str, Phase] = {}

    def come(self, name: str, *, seconds: float) -> Phase:
        """Let them come for so long; return what they met."""
        phase = self.phases.setdefault(name, Phase())
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._one_after_another, args=(phase, until))
            for _ in range(STRANGERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return phase

    @property
    def touches(self) -> list[Touch]:
        """What the cookies prove that were given so far."""
        return [touch for phase in self.phases.values() for touch in phase.touches]

    def _one_after_another(self, phase: Phase, until: float) -> None:
        pause = STRANGERS / self.per_second
        due = time.monotonic()
        while due < until:
            time.sleep(max(due - time.monotonic(), 0))
            began = time.monotonic()
            status, cookie = self._open(next(_numbers))
            phase.times.append(time.monotonic() - began)
            phase.statuses.append(status)
            phase.touches += read_cookie(cookie)
            due = max(due + pause, time.monotonic() - pause)

    def _open(self, number: int) -> tuple[int, str]:
        address = self.addresses[number % len(self.addresses)]
        visitor = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        asked = (
            f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {BROWSER}\r\n"
            f"Accept: text/html,*/*;q=0.8\r\nAccept-Language: zh-CN\r\n"
            f"X-Forwarded-For: {visitor}\r\nConnection: close\r\n\r\n"
        )
        try:
            answer = _answer(self.port, asked.encode())
        except OSError:
            return 0, ""
        found = COOKIE.search(answer)
        return int(answer[9:12] or 0), found[1].decode() if found else ""


def _answer(port: int, asked: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=SLOWEST_SECONDS) as wire:
        wire.sendall(asked)
        received = b""
        while part := wire.recv(65536):
            received += part
            head, _, body = received.partition(b"\r\n\r\n")
            length = LENGTH.search(head)
            if length is not None and len(body) >= int(length[1]):
                break
        return received


@contextmanager
def web_server(stage: Stage, **environment: str) -> Iterator[int]:
    """Serve the house through the stage's wire and the crew's Valkey; yield the port."""
    ours = {
        "DATABASE_URL": _through_the_wire(os.environ["DATABASE_URL"], stage),
        "VALKEY_URL": f"unix://{stage.wire.folder / BROKER_SOCKET}",
        "WEIDIAN_TRUSTED_PROXIES": "1",
        "WEIDIAN_CLICK_SPOOL": str(settings.CLICK_SPOOL),
        "WEIDIAN_CLICK_SPOOL_MB": str(settings.CLICK_SPOOL_MB),
        **environment,
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        with serving("weidian.wsgi:application") as port:
            yield port
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _through_the_wire(url: str, stage: Stage) -> str:
    return re.sub(r"host=[^&]*", f"host={quote(str(stage.wire.folder), safe='')}", url)
