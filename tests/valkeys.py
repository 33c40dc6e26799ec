"""A Valkey of a test's own, which may be killed, hung, filled or emptied."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from devstack import children, valkey

READY_SECONDS = 20


class OwnValkey:
    """One server on a unix socket, with its append-only file in ``folder``."""

    def __init__(self, folder: Path, *, fsync: str) -> None:
        self.folder, self.fsync = folder, fsync
        self.url = f"unix://{folder / 'v.sock'}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, reading back whatever its append-only file holds."""
        command = [str(valkey.binary()), "--port", "0", "--save", "", "--dir", str(self.folder)]
        command += ["--unixsocket", str(self.folder / "v.sock")]
        command += ["--appendonly", "yes", "--appendfsync", self.fsync]
        with (self.folder / "log").open("ab") as log:
            self.process = children.spawn(
                command, dies_by=signal.SIGTERM, cwd=self.folder, stdout=log, stderr=log
            )
        until = time.monotonic() + READY_SECONDS
        while not self._answers():
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """Take its process away at once; what the kernel was given stays on disk."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def file(self) -> Path:
        """Return the append-only file that grows."""
        (found,) = self.folder.glob("appendonlydir/*.incr.aof")
        return found

    def end(self) -> None:
        """Let it go, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@contextmanager
def own_valkey(*, fsync: str = "everysec") -> Iterator[OwnValkey]:
    """Yield a server that runs; a unix socket's path must be short, so not in tmp_path."""
    with tempfile.TemporaryDirectory(prefix="wd-") as folder:
        server = OwnValkey(Path(folder), fsync=fsync)
        server.start()
        try:
            yield server
        finally:
            server.end()
