"""Start, stop, show and wipe a checkout's servers by hand."""

from __future__ import annotations

import shlex
import shutil

from devstack import environment, paths, servers
from devstack.locks import FileLock, is_held

IN_USE_WAIT_SECONDS = 2


class InUse(Exception):
    """Something still runs on what was to be wiped."""


def up() -> None:
    """Start the servers and have them stay up with nobody using them."""
    using = servers.use()
    paths.PINNED_FILE.touch()
    using.end()
    print("PostgreSQL and Valkey are up. Stop them with: python -m devstack stop")


def stop() -> None:
    """Stop the servers, also under those who use them."""
    print("Stopped." if servers.stop() else "Nothing was running.")


def status() -> int:
    """Say what runs here; 0 when the servers are up, 3 when they are not."""
    is_up = servers.are_running()
    print(f"servers  {'up' if is_up else 'not running'}")
    print(f"demo     {'running' if is_held(paths.DEMO_LOCK) else 'not running'}")
    print(f"data     {paths.STATE}")
    return 0 if is_up else 3


def print_environment() -> None:
    """Print shell exports for the servers that are up (started, and kept up, if need be)."""
    using = servers.use()
    paths.PINNED_FILE.touch()
    for name, value in environment.for_commands(using.addresses).items():
        print(f"export {name}={shlex.quote(value)}")
    using.end()


def fresh() -> None:
    """Wipe everything this checkout's servers and demo have stored.

    Raises:
        InUse: something is running on it; nothing was wiped.
    """
    if is_held(paths.DEMO_LOCK):
        raise InUse("The demo is running in this checkout; stop it first (Ctrl-C).")
    wipe()


def wipe() -> None:
    """Wipe the stored data; the caller knows that no demo but its own runs.

    Raises:
        InUse: a command uses the servers; nothing was wiped.
    """
    paths.PINNED_FILE.unlink(missing_ok=True)
    clients = FileLock(paths.CLIENTS_LOCK)
    try:
        # A keeper that is just stopping holds the lock until it is done.
        if not clients.take(wait_seconds=IN_USE_WAIT_SECONDS):
            raise InUse("A command is using this checkout's servers; wait for it to end first.")
        servers.stop()
        _remove_all_but_locks()
    finally:
        clients.close()


def _remove_all_but_locks() -> None:
    for path in paths.STATE.iterdir():
        if path.suffix == ".lock":
            continue  # somebody may hold it; a new file of its name would be another lock
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
