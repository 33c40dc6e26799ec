"""A crew of real processes: Valkey, Celery workers, and beats that ring on the real clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import redis
from django.conf import settings

from devstack import children, valkey
from torture.stage import BROKER_SOCKET

BEAT = "-q -A weidian beat --pidfile= -s"
READY_SECONDS = 60


class CrewFailed(Exception):
    """A process of the crew did not come up."""


class Crew:
    """The processes of one run, and the Valkey between them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self.socket = folder.parent / BROKER_SOCKET
        self.valkey = redis.Redis(unix_socket_path=str(self.socket))

    def start_valkey(self) -> None:
        """Start a Valkey of the crew's own, which may be emptied or killed."""
        command = [str(valkey.binary()), "--port", "0", "--unixsocket", str(self.socket)]
        command += ["--dir", str(self.folder), "--save", "", "--appendonly", "no"]
        self._valkey_process = self._spawn(command, log="valkey.log")
        self._until(self._is_valkey_up)

    def signal_valkey(self, number: signal.Signals) -> None:
        """Send the crew's Valkey a signal; killed, it forgets everything and can start anew."""
        self._valkey_process.send_signal(number)
        if number == signal.SIGKILL:
            self._valkey_process.wait(timeout=10)

    def start_workers(self, number: int, *, threads: int = 1, visibility_seconds: int = 0) -> None:
        """Start so many worker processes and wait until each is ready."""
        also = [str(visibility_seconds)] if visibility_seconds else []
        names = [f"worker{place}" for place in range(number)]
        for name in names:
            words = ["torture.worker", name, str(threads), *also]
            self._spawn([sys.executable, "-m", *words], log=f"{name}.log")
        for name in names:
            self._until(partial(self._is_ready, name))

    def start_beats(self, number: int) -> None:
        """Start so many beats; each rings the whole timetable."""
        for place in range(number):
            words = [*BEAT.split(), str(self.folder / f"beat{place}")]
            self._spawn([sys.executable, "-m", "celery", *words], log=f"beat{place}.log")

    def log_of(self, name: str) -> str:
        """Return what a process has said so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _is_ready(self, name: str) -> bool:
        return "ready\n" in self.log_of(name)

    def _is_valkey_up(self) -> bool:
        try:
            return bool(self.valkey.ping())
        except redis.RedisError:
            return False

    def _spawn(self, command: list[str], *, log: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "VALKEY_URL": f"unix://{self.socket}",
            "WEIDIAN_SANDBOX_URL": settings.SANDBOX_URL,
            "WEIDIAN_SANDBOX_SECRET": settings.SANDBOX_SECRET,
            "WEIDIAN_SANDBOX_SCRIPT": "1" if settings.SANDBOX_SCRIPT else "0",
            "WEIDIAN_LOG_LEVEL": "INFO",
        }
        with (self.folder / log).open("wb") as out:
            process = children.spawn(
                command, dies_by=signal.SIGTERM, env=environment, stdout=out, stderr=out
            )
        self._stack.callback(children.end, process, by=signal.SIGTERM, wait_seconds=10)
        return process

    def _until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                logs = [self.log_of(path.stem)[-600:] for path in self.folder.glob("*.log")]
                raise CrewFailed("\n".join(logs))
            time.sleep(0.1)


@contextmanager
def crew_in(folder: Path) -> Iterator[Crew]:
    """Yield a crew whose files stand in ``folder``; everybody goes home at the end."""
    folder.mkdir()
    with ExitStack() as stack:
        yield Crew(folder, stack)
