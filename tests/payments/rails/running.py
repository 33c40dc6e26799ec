"""Starting the outside world of the rails: a process, its address, its own account of things."""

from __future__ import annotations

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
from tests.payments.rails import fake_stripe


class RunningStripe:
    """One fake Stripe in a process of its own."""

    rail = "stripe"

    def __init__(self, folder: Path, *, clock_file: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.journal = folder / "stripe.jsonl"
        self.clock_file = clock_file
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.payments.rails.fake_stripe"]
        command += ["--port", str(self.port), "--journal", str(self.journal)]
        command += ["--clock-file", str(self.clock_file)] if self.clock_file else []
        self.process = children.spawn(command, dies_by=signal.SIGTERM, cwd=paths.CHECKOUT)
        deadline = time.monotonic() + 10
        while not self._is_up():
            assert time.monotonic() < deadline, "the fake Stripe did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            children.end(self.process, by=signal.SIGTERM, wait_seconds=5)
            self.process = None

    def control(self, **words: Any) -> dict[str, Any]:
        """Tell it what to do next; return all its transfers and how many POSTs it took."""
        answer = httpx.post(
            f"{self.url}/_control",
            json=words,
            headers={"Authorization": f"Bearer {fake_stripe.SECRET}"},
            trust_env=False,
        )
        told: dict[str, Any] = answer.json()
        return told

    def transfers(self, reference: str) -> list[dict[str, Any]]:
        """Return Stripe's own transfers of one payout."""
        rows = self.control()["transfers"]
        return [row for row in rows if row["transfer_group"] == reference]

    def events(self, reference: str) -> list[dict[str, Any]]:
        """Return Stripe's events about one payout, the oldest first."""
        rows = self.control()["events"]
        return [row for row in rows if row["data"]["object"]["transfer_group"] == reference]

    def money_moved(self) -> dict[str, int]:
        """Return what each of our references moved, in minor units, by Stripe's own journal.

        Money that left is below zero; a reference that was paid twice shows twice the sum.
        """
        moves: dict[str, int] = {}
        groups: dict[str, str] = {}
        for line in self.journal.read_text().splitlines():
            for table, row in json.loads(line):
                if table == "transfers":
                    groups[row["id"]] = row["transfer_group"]
                if table == "moves":
                    group = groups[row["of"]]
                    moves[group] = moves.get(group, 0) + row["amount"]
        return moves

    def point_here(self, settings: Any) -> None:
        """Have the house's settings point at this Stripe."""
        settings.STRIPE_URL = self.url
        settings.STRIPE_SECRET_KEY = fake_stripe.SECRET
        settings.STRIPE_WEBHOOK_SECRET = fake_stripe.WEBHOOK_SECRET

    def _is_up(self) -> bool:
        try:
            self.control()
        except httpx.HTTPError:
            return False
        return True


@contextmanager
def running_stripe(folder: Path, *, clock_file: Path | None = None) -> Iterator[RunningStripe]:
    """Run a fake Stripe for as long as the block lasts."""
    stripe = RunningStripe(folder, clock_file=clock_file)
    try:
        stripe.start()
        yield stripe
    finally:
        stripe.stop()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
