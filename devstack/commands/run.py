"""Run one command against the checkout's servers, and stop what was started for it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from devstack import children, paths, ports, servers
from devstack.environment import for_commands
from devstack.health import answers

FIRST_PROVIDER_PORT = 8500
PROVIDER_WAIT_SECONDS = 10
LEFT_BEHIND_SECONDS = 24 * 60 * 60


class ProviderFailed(Exception):
    """The sandbox payment provider did not start."""


def run(command: Sequence[str], *, with_provider: bool) -> int:
    """Run ``command`` with the environment it needs; return its exit code.

    What the caller's environment already sets wins; with DATABASE_URL and VALKEY_URL both set,
    no servers are started. With the provider, one of its own is up for as long as the command,
    with an empty book and no webhook URL until ``PUT /v1/webhook`` names one.
    """
    with _servers() as addresses:
        environment = {**for_commands(addresses), **os.environ, "PATH": _path()}
        secret = environment["WEIDIAN_SANDBOX_SECRET"]
        if not with_provider:
            return _run(command, environment)
        with _provider(secret) as provider:
            return _run(command, {**environment, **provider})


def _path() -> str:
    """Return PATH with this environment's own programs first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


@contextmanager
def _servers() -> Iterator[servers.Addresses]:
    if {"DATABASE_URL", "VALKEY_URL"} <= os.environ.keys():
        yield servers.Addresses(os.environ["DATABASE_URL"], os.environ["VALKEY_URL"])
        return
    with servers.in_use() as addresses:
        yield addresses


@contextmanager
def _provider(secret: str) -> Iterator[dict[str, str]]:
    paths.SCRATCH.mkdir(parents=True, exist_ok=True)
    _sweep()
    port = ports.claim_from(FIRST_PROVIDER_PORT)
    url = f"http://127.0.0.1:{port.number}"
    with tempfile.TemporaryDirectory(dir=paths.SCRATCH, prefix="provider-") as data:
        command = [sys.executable, "-m", "devstack.provider", "--port", str(port.number)]
        process = children.spawn(
            [*command, "--data", data, "--secret", secret],
            dies_by=signal.SIGTERM,
            cwd=paths.CHECKOUT,
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_until_up(process, url)
            yield {
                "WEIDIAN_SANDBOX_URL": url,
                "WEIDIAN_SANDBOX_PUBLIC_URL": f"http://localhost:{port.number}",
                "WEIDIAN_SANDBOX_PORT": str(port.number),
            }
        finally:
            children.end(process, by=signal.SIGTERM, wait_seconds=5)


def _sweep() -> None:
    """Remove what runs that were killed have left behind, once it is surely nobody's."""
    for folder in paths.SCRATCH.iterdir():
        if time.time() - folder.stat().st_mtime > LEFT_BEHIND_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + PROVIDER_WAIT_SECONDS
    while not answers(f"{url}/healthz"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ProviderFailed("The sandbox payment provider did not start")
        time.sleep(children.POLL_SECONDS)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        # In our own process group, so that it may read the terminal (a debugger does).
        child = children.spawn(
            command,
            dies_by=signal.SIGTERM,
            env=environment,
            stdin=None,
            start_new_session=False,
        )
    except OSError as refused:
        print(f"{command[0]}: {refused.strerror}", file=sys.stderr)
        return 127

    def forward(number: int, _frame: FrameType | None) -> None:
        # Ctrl-C at the terminal has reached the child already.
        if number != signal.SIGINT or not _is_in_foreground():
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _is_in_foreground() -> bool:
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False  # no terminal, so nobody typed Ctrl-C
