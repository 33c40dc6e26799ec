"""The demo: everything up on one machine, seeded, with links to walk in by."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import segno

from devstack import environment, paths, ports, servers
from devstack.commands.messages import compile_messages
from devstack.commands.servers import wipe
from devstack.health import answers
from devstack.locks import FileLock
from devstack.processes import Launcher, Program, StopAsked, heed_stop_signals

FIRST_WEB_PORT = 8000
FIRST_PROVIDER_PORT = 8100
READY_WAIT_SECONDS = 90
STOP_ORDER = ("step", "web", "beat", "worker", "provider")
GRANIAN = (
    "--interface wsgi --workers 2 --blocking-threads 2 --no-ws --http 1 --respawn-failed-workers "
    "--workers-kill-timeout 10 --host 0.0.0.0"
)
WORKER = (
    "celery -q -A weidian worker -Q money,celery -c 2 --loglevel WARNING"
    " --without-gossip --without-mingle"
)
BEAT = "celery -q -A weidian beat --pidfile="


class DemoFailed(Exception):
    """The demo could not be started; the message says which step failed."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the steps of one demo share."""

    launcher: Launcher
    addresses: servers.Addresses
    web_port: int
    provider_port: int

    @property
    def base_url(self) -> str:
        """Where a browser on this machine finds the demo."""
        return f"http://localhost:{self.web_port}"

    def environment(self) -> dict[str, str]:
        """What every process of the demo runs with."""
        return environment.for_demo(
            self.addresses, port=self.web_port, provider_port=self.provider_port
        )

    def program(self, name: str, *command: str) -> Program:
        """Name a Python module, or a script, as a program of the demo."""
        return Program(name, [sys.executable, *command], self.environment())


def demo(*, port: int | None, is_fresh: bool) -> int:
    """Run the demo until Ctrl-C; 0 after a clean stop, 1 when it could not go on.

    Raises:
        DemoFailed: a step failed, or a demo already runs in this checkout.
        ports.PortTaken: the port asked for is in use.
        servers.ServersFailed: PostgreSQL or Valkey did not start.
    """
    heed_stop_signals()
    alone = FileLock(paths.DEMO_LOCK)
    if not alone.take(wait_seconds=1):
        raise DemoFailed(f"A demo already runs in this checkout{_where()}.")
    try:
        return _demo(port=port, is_fresh=is_fresh)
    except StopAsked:
        print("Stopped.", flush=True)
        return 0
    finally:
        alone.close()


def _demo(*, port: int | None, is_fresh: bool) -> int:
    if is_fresh:
        with _step("wiping the old data"):
            wipe()
    paths.DEMO_FILE.unlink(missing_ok=True)
    web_port = ports.claim(port) if port else ports.claim_from(FIRST_WEB_PORT)
    provider_port = ports.claim_from(FIRST_PROVIDER_PORT)
    launcher = Launcher()
    with ExitStack() as leaving:
        with _step("starting PostgreSQL and Valkey"):
            addresses = leaving.enter_context(servers.in_use())
        leaving.callback(_stop, launcher)
        stage = Stage(launcher, addresses, web_port.number, provider_port.number)
        _prepare(stage)
        _open(stage)
        launcher.watch(until=lambda: False)
    return 0


def _prepare(stage: Stage) -> None:
    """Bring the database up to date and fill it; the provider takes the seed's payments."""
    fresh = paths.DEMO_ENVIRONMENT_FILE.with_suffix(".fresh")
    fresh.write_text(json.dumps(stage.environment()))
    fresh.replace(paths.DEMO_ENVIRONMENT_FILE)
    with _step("compiling the translations"):
        compile_messages()
    _manage(stage, "bringing the database up to date", "migrate", "--no-input", "-v", "0")
    provider = ["--port", str(stage.provider_port), "--data", str(paths.PROVIDER_DATA)]
    provider += ["--host", "0.0.0.0", "--clock-file", str(paths.CLOCK_FILE)]
    provider += ["--webhook-url", f"http://127.0.0.1:{stage.web_port}/webhooks/sandbox"]
    provider += ["--secret", stage.environment()["WEIDIAN_SANDBOX_SECRET"]]
    stage.launcher.start(stage.program("provider", "-m", "devstack.provider", *provider))
    _wait_for(stage, "starting the sandbox payment provider", stage.provider_port)
    _manage(stage, "seeding the demo", "demo_seed")


def _open(stage: Stage) -> None:
    """Start web, worker and beat, write demo.json once they answer, and say where to go."""
    granian = [*GRANIAN.split(), "--port", str(stage.web_port), "weidian.wsgi:application"]
    beat = [*BEAT.split(), "-s", str(paths.BEAT_SCHEDULE)]
    stage.launcher.start(stage.program("worker", "-m", *WORKER.split()))
    stage.launcher.start(stage.program("beat", "-m", *beat))
    stage.launcher.start(stage.program("web", "-m", "granian", *granian))
    _wait_for(stage, "opening the doors", stage.web_port)
    found = _who_is_there(stage)
    fresh = paths.DEMO_FILE.with_suffix(".fresh")
    fresh.write_text(json.dumps(found, ensure_ascii=False, indent=2))
    fresh.replace(paths.DEMO_FILE)
    _say_where_to_go(stage, found)


def _manage(stage: Stage, what: str, *command: str) -> None:
    with _step(what):
        if stage.launcher.run_through(stage.program("step", "manage.py", *command)):
            raise DemoFailed(f"{what}: manage.py {command[0]} failed; see above")


def _wait_for(stage: Stage, what: str, port: int) -> None:
    deadline = time.monotonic() + READY_WAIT_SECONDS
    with _step(what):
        stage.launcher.watch(
            until=lambda: answers(f"http://127.0.0.1:{port}/healthz") or time.monotonic() > deadline
        )
        if time.monotonic() > deadline:
            raise DemoFailed(f"{what}: no answer within {READY_WAIT_SECONDS} s")


def _who_is_there(stage: Stage) -> dict[str, Any]:
    lines: list[str] = []
    asked = stage.program("step", "manage.py", "demo_people", "--json")
    if stage.launcher.run_through(asked, captured=lines):
        raise DemoFailed("manage.py demo_people failed; see above")
    said = json.loads("\n".join(lines))
    return {
        "base_url": stage.base_url,
        "database_url": stage.addresses.database_url,
        "valkey_url": stage.addresses.valkey_url,
        "share_link": stage.base_url + said["share_link"],
        "people": {
            name: {**person, "login_url": stage.base_url + person["login_url"]}
            for name, person in said["people"].items()
        },
    }


def _say_where_to_go(stage: Stage, found: dict[str, Any]) -> None:
    host = ports.lan_address()
    near = found["share_link"].replace(stage.base_url, f"http://{host}:{stage.web_port}", 1)
    print(f"\n  Weidian is open: {stage.base_url}\n")
    for name, person in found["people"].items():
        print(f"  {person['role']:<10} {name}  {person['login_url']}")
    print(f"  {'share link':<10} {found['share_link']}")
    print(f"\n  On a phone in the same network: {near}\n")
    segno.make(near, micro=False).terminal(compact=True, border=2)
    print("\n  Ctrl-C stops everything.\n", flush=True)


def _stop(launcher: Launcher) -> None:
    paths.DEMO_FILE.unlink(missing_ok=True)
    with _step("stopping"):
        launcher.stop(*STOP_ORDER)


@contextmanager
def _step(what: str) -> Iterator[None]:
    began = time.monotonic()
    print(f"→ {what} …", flush=True)
    yield
    print(f"✓ {what} ({time.monotonic() - began:.1f} s)", flush=True)


def _where() -> str:
    try:
        return f", at {json.loads(paths.DEMO_FILE.read_text())['base_url']}"
    except (OSError, ValueError, KeyError):
        return ""
