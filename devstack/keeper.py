"""The keeper: a background process that owns a checkout's servers for as long as anybody uses them.

Whoever uses the servers holds ``clients.lock`` together with the others. The kernel lets go of it
when its holder ends, even by kill -9, so the keeper needs no count that could go wrong: once it
can take that lock alone, nobody is left, and it stops both servers and itself. The servers in turn
die with the keeper.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from types import FrameType

from devstack import paths, postgres, valkey
from devstack.locks import FileLock

LOOK_SECONDS = 0.1
TAKE_OVER_SECONDS = 5


def main() -> int:
    """Keep both servers up until nobody uses them, or until told to stop."""
    keeping = FileLock(paths.KEEPER_LOCK)
    # Somebody asking whether a keeper runs holds this lock for a moment.
    if not keeping.take(wait_seconds=TAKE_OVER_SECONDS):
        return 0
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _leave)
    paths.SERVERS_FILE.unlink(missing_ok=True)
    paths.PINNED_FILE.unlink(missing_ok=True)
    kept = _Kept()
    try:
        kept.start()
        _announce()
        clients = FileLock(paths.CLIENTS_LOCK)
        while paths.PINNED_FILE.exists() or not clients.take():
            kept.revive()
            time.sleep(LOOK_SECONDS)
    finally:
        paths.SERVERS_FILE.unlink(missing_ok=True)
        paths.PINNED_FILE.unlink(missing_ok=True)
        kept.stop()
    return 0


class _Kept:
    """The two servers, and what it takes to have them back when one is killed."""

    database: subprocess.Popen[bytes] | None = None
    cache: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.database = postgres.start()
        self.cache = valkey.start()

    def revive(self) -> None:
        if self.database is not None and self.database.poll() is not None:
            _say(f"PostgreSQL ended ({self.database.returncode}); starting it again")
            postgres.stop(self.database)
            self.database = postgres.start()
        if self.cache is not None and self.cache.poll() is not None:
            _say(f"Valkey ended ({self.cache.returncode}); starting it again")
            valkey.stop(self.cache)
            self.cache = valkey.start()

    def stop(self) -> None:
        if self.cache is not None:
            valkey.stop(self.cache)
        if self.database is not None:
            postgres.stop(self.database)


def _announce() -> None:
    sockets = paths.sockets()
    found = {
        "pid": os.getpid(),
        "database_url": postgres.url(sockets),
        "valkey_url": valkey.url(sockets),
    }
    fresh = paths.SERVERS_FILE.with_suffix(".fresh")
    fresh.write_text(json.dumps(found))
    fresh.replace(paths.SERVERS_FILE)  # readers see the whole of it or nothing


def _leave(_number: int, _frame: FrameType | None) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    sys.exit(0)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
