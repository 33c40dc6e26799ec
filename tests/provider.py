"""A sandbox provider of the test run's own: the real process, with its own book."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from devstack import children, paths

SECRET = "tests-and-the-provider-know-it"
_places = itertools.count()


class RunningProvider:
    """One provider process; everything is asked over HTTP, as any shop would."""

    def __init__(
        self,
        folder: Path,
        *,
        settle_seconds: float = 0.05,
        hidden_look_ups: int = 3,
        clock_file: Path | None = None,
    ) -> None:
        self.folder = folder
        self.settle_seconds = settle_seconds
        self.hidden_look_ups = hidden_look_ups
        self.clock_file = clock_file
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        # Plain HTTP: to read the machine's certificates for each question takes longest.
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {SECRET}"}, trust_env=False, verify=False
        )

    def start(self) -> None:
        command = [sys.executable, "-m", "devstack.provider", "--port", str(self.port)]
        command += ["--data", str(self.folder), "--secret", SECRET]
        command += ["--settle-seconds", str(self.settle_seconds)]
        command += ["--hidden-look-ups", str(self.hidden_look_ups)]
        if self.clock_file is not None:
            command += ["--clock-file", str(self.clock_file)]
        self.process = children.spawn(
            command,
            dies_by=signal.SIGTERM,
            cwd=paths.CHECKOUT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while not self._is_up():
            assert time.monotonic() < deadline, "the provider did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            children.end(self.process, by=signal.SIGTERM, wait_seconds=5)
            self.process = None

    def ask(self, method: str, path: str, **words: Any) -> dict[str, Any]:
        """Speak to the provider behind the house's back."""
        answer = self._client.request(method, self.url + path, json=words or None)
        found: dict[str, Any] = answer.json()
        return found

    def find(self, table: str, reference: str) -> list[dict[str, Any]]:
        """Return the provider's own rows under one of our references."""
        rows: list[dict[str, Any]] = self.ask("GET", f"/v1/{table}?reference={reference}")[table]
        return rows

    def wait_for(self, table: str, reference: str, status: str) -> dict[str, Any]:
        """Wait until the one row under ``reference`` has this status, and return it."""
        deadline = time.monotonic() + 10
        while True:
            rows = self.find(table, reference)
            if rows and rows[0]["status"] == status:
                return rows[0]
            assert time.monotonic() < deadline, f"{table} {reference} never became {status}: {rows}"
            time.sleep(0.02)

    def events_of(self, reference: str) -> list[dict[str, Any]]:
        """Return the events about ``reference``, each with the body and headers it is sent with."""
        found: list[dict[str, Any]] = self.ask("GET", f"/v1/events?reference={reference}")["events"]
        return found

    def money_moved(self) -> dict[str, int]:
        """Return what each of our references moved in the provider's own journal, in minor units.

        Payouts and refunds leave (below zero), charges come in; a reference that moved twice
        shows twice the sum, and one that came back after it had arrived shows nothing.
        """
        moved: dict[str, int] = {}
        status: dict[tuple[str, str], str] = {}
        for line in (self.folder / "journal.jsonl").read_text().splitlines():
            for table, row in json.loads(line):
                sign = {"charges": 1, "refunds": -1, "payouts": -1}.get(table)
                came_to = "paid" if table == "charges" else "settled"
                if sign is None:
                    continue
                before = status.get((table, row["id"]))
                status[table, row["id"]] = row["status"]
                if before == row["status"] or came_to not in (before, row["status"]):
                    continue
                sign *= -1 if before == came_to else 1
                reference = row["reference"]
                moved[reference] = moved.get(reference, 0) + sign * row["amount_minor"]
        return moved

    def point_here(self, settings: Any) -> None:
        """Have the house's settings point at this provider."""
        settings.SANDBOX_URL = self.url
        settings.SANDBOX_PORT = self.port
        settings.SANDBOX_SECRET = SECRET

    def _is_up(self) -> bool:
        try:
            return self._client.get(f"{self.url}/healthz", timeout=1).is_success
        except httpx.HTTPError:
            return False


@contextmanager
def running_provider(folder: Path, **options: Any) -> Iterator[RunningProvider]:
    """Run a provider for as long as the block lasts; ``options`` are ``RunningProvider``'s."""
    place = folder / f"provider-{next(_places)}"
    provider = RunningProvider(place, **options)
    try:
        provider.start()
        yield provider
    finally:
        provider.stop()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
