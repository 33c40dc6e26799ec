"""Load: a process that asks for pages over kept connections as fast as they come.

``python -m bench.load PORT SECONDS`` reads addresses from standard input and prints how
many answers came, how many of them were 200, and the 99th percentile in milliseconds.
Each request comes from a visitor of its own, as the proxy before the house would say.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle

CONNECTIONS = 4
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Mobile Safari/537.36"
)


class BadAnswer(Exception):
    """The server hung up in the middle of an answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round of load met."""

    per_second: float
    bad: int
    p99_ms: float


def press(port: int, addresses: Sequence[str], *, seconds: float) -> Outcome:
    """Load a server from a process of its own; return what it met."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(port), str(seconds)],
        input="\n".join(addresses),
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    )
    return Outcome(**json.loads(done.stdout))


def _work(
    port: int, requests: Sequence[bytes], numbers: Iterator[int], until: float, times: list[float]
) -> int:
    bad = 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in cycle(requests):
            began = time.perf_counter()
            if began > until:
                return bad
            wire.sendall(request % _visitor(next(numbers)))
            bad += not _answer(wire).startswith(b"HTTP/1.1 200")
            times.append(time.perf_counter() - began)
    return bad


def _visitor(number: int) -> bytes:
    return b"10.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255)


def _answer(wire: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(wire)
    head, _, body = received.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    if length is None:
        while not body.endswith(b"0\r\n\r\n"):  # sent in chunks
            body += _more(wire)
        return head
    left = int(length[1]) - len(body)
    while left > 0:
        left -= len(_more(wire))
    return head


def _more(wire: socket.socket) -> bytes:
    part = wire.recv(65536)
    if not part:
        raise BadAnswer("hung up")
    return part


def main() -> None:
    """Press as the command line says and print the outcome."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    requests = [
        f"GET {line.strip()} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {BROWSER}\r\n"
        "Accept: text/html,*/*;q=0.8\r\nAccept-Language: zh-CN\r\n"
        "X-Forwarded-For: %b\r\n\r\n".encode()
        for line in sys.stdin
    ]
    times: list[float] = []
    bad: list[int] = []
    numbers = count(int(time.time()))  # the next round brings others
    began = time.perf_counter()
    workers = [
        threading.Thread(
            target=lambda: bad.append(_work(port, requests, numbers, began + seconds, times))
        )
        for _ in range(CONNECTIONS)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    lasted = time.perf_counter() - began
    times.sort()
    p99_ms = round(times[len(times) * 99 // 100] * 1000, 2) if times else 0.0
    outcome = {"per_second": len(times) / lasted, "bad": sum(bad), "p99_ms": p99_ms}
    print(json.dumps(outcome))


if __name__ == "__main__":
    main()
