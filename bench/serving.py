"""Web servers for a bench: granian, one worker with two threads, on the loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

WORKERS, THREADS = 1, 2
START_SECONDS = 30


class NoServer(Exception):
    """A web server did not answer in time."""


@contextmanager
def serving(application: str) -> Iterator[int]:
    """Serve a WSGI application and yield its port."""
    port = _free_port()
    flags = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    flags += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS)]
    flags += ["--http", "1", "--no-ws", "--no-access-log", "--log-level", "error"]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *flags, application],
        env=os.environ | {"PYTHONPATH": os.getcwd()},
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("HEAD", "/", headers={"User-Agent": "bench"})
            connection.getresponse().read()
            return
        except (OSError, HTTPException):
            time.sleep(0.1)
    raise NoServer(port)
