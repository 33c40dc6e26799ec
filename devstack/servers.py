"""Using a checkout's servers: the first to come has them started, the last to go stops them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from devstack import paths
from devstack.children import POLL_SECONDS
from devstack.locks import FileLock, is_held

START_WAIT_SECONDS = 100
STOP_WAIT_SECONDS = 30
OTHERS_SHOW_AFTER_SECONDS = 1


class ServersFailed(Exception):
    """The servers did not start; the message says what the keeper said."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the running servers are reached."""

    database_url: str
    valkey_url: str


@dataclass(frozen=True, slots=True)
class Use:
    """One process's use of the servers; it ends with ``end`` or with the process."""

    addresses: Addresses
    lock: FileLock

    def end(self) -> None:
        """Stop using the servers; if nobody else does, wait until they have stopped."""
        is_last = self.lock.take() and not paths.PINNED_FILE.exists()
        self.lock.close()
        if is_last:
            _wait_for_the_keeper_to_go(unless=_others_came)


def use() -> Use:
    """Have the servers up for as long as this process lives or until the use is ended.

    Raises:
        ServersFailed: they did not start.
    """
    clients = FileLock(paths.CLIENTS_LOCK)
    clients.share()  # waits out a keeper that is stopping the servers
    one_at_a_time = FileLock(paths.START_LOCK)
    try:
        one_at_a_time.take(wait_seconds=START_WAIT_SECONDS)
        return Use(_running() or _start(), clients)
    except BaseException:
        clients.close()
        raise
    finally:
        one_at_a_time.close()


@contextmanager
def in_use() -> Iterator[Addresses]:
    """Have the servers up inside the ``with`` block."""
    using = use()
    try:
        yield using.addresses
    finally:
        using.end()


def are_running() -> bool:
    """Does a keeper hold this checkout's servers?"""
    return is_held(paths.KEEPER_LOCK)


def stop() -> bool:
    """Stop the servers whoever uses them; False when none were running."""
    found = _read()
    if found is None or not are_running():
        return False
    os.kill(found["pid"], signal.SIGTERM)
    # A keeper that is told to go holds nobody off: the next may be up before we look.
    _wait_for_the_keeper_to_go(unless=lambda: (_read() or found)["pid"] != found["pid"])
    return True


def _running() -> Addresses | None:
    """Return the addresses if a keeper runs, waiting while one is still starting."""
    deadline = time.monotonic() + START_WAIT_SECONDS
    while are_running() and time.monotonic() < deadline:
        found = _read()
        if found is not None:
            return Addresses(found["database_url"], found["valkey_url"])
        time.sleep(POLL_SECONDS)
    return None


def _start() -> Addresses:
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    paths.SERVERS_FILE.unlink(missing_ok=True)
    log_path = paths.LOGS / "keeper.log"
    with log_path.open("wb") as log:
        # A session of its own: Ctrl-C on whoever came first must not stop the servers of others.
        keeper = subprocess.Popen(
            [sys.executable, "-m", "devstack.keeper"],
            cwd=paths.CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_WAIT_SECONDS
    while keeper.poll() is None and time.monotonic() < deadline:
        found = _read()
        if found is not None:
            return Addresses(found["database_url"], found["valkey_url"])
        time.sleep(POLL_SECONDS)
    said = log_path.read_text(errors="replace").splitlines()
    raise ServersFailed("The servers did not start:\n" + "\n".join(said[-20:]))


def _read() -> dict[str, Any] | None:
    try:
        found = json.loads(paths.SERVERS_FILE.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _wait_for_the_keeper_to_go(*, unless: Callable[[], bool]) -> None:
    began = time.monotonic()
    while are_running() and time.monotonic() - began < STOP_WAIT_SECONDS:
        if time.monotonic() - began > OTHERS_SHOW_AFTER_SECONDS and unless():
            return
        time.sleep(POLL_SECONDS)


def _others_came() -> bool:
    """Has somebody begun to use the servers since? A leaving keeper holds the lock alone."""
    clients = FileLock(paths.CLIENTS_LOCK)
    try:
        return clients.can_share()
    finally:
        clients.close()
