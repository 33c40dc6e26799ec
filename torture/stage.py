"""Where a torture plays: a database, a provider and a clock of its own, all gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from bench.databases import fresh_database
from tests.payments.rails.running import RunningStripe, running_stripe
from tests.provider import RunningProvider, running_provider

# Where the tortures pay people; the first is for whoever says nothing else.
RAILS = ["sandbox", "stripe", "bank_csv"]

BROKER_SOCKET = "v.sock"
SOCKET_NAME = ".s.PGSQL.5432"


class Wire:
    """The wire to PostgreSQL that kills who speaks through it; a process of its own."""

    def __init__(self, folder: Path, real_folder: str) -> None:
        self.folder = folder
        listen, real = folder / SOCKET_NAME, Path(real_folder) / SOCKET_NAME
        self._process = subprocess.Popen(
            [sys.executable, "-m", "torture.wire", str(listen), str(real)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._heard()

    def tell(self, order: str) -> str:
        """Give the wire one order and return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        return self._heard()

    def close(self) -> None:
        """Let the process go."""
        self._process.communicate(timeout=10)

    def _heard(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@dataclass(frozen=True)
class Stage:
    """What every torture plays with."""

    provider: RunningProvider
    stripe: RunningStripe
    wire: Wire
    seed: int
    is_quick: bool


@dataclass(frozen=True)
class Proof:
    """What was counted, and every sentence that turned out not to be true."""

    figures: dict[str, Any]
    untrue: list[str] = field(default_factory=list)


@contextmanager
def set_up(*, seed: int, is_quick: bool) -> Iterator[Stage]:
    """Make the world's machinery, with Django pointed at it; take it away afterwards."""
    # A unix socket's path must be short, so not under the checkout.
    with tempfile.TemporaryDirectory(prefix="wd-") as name, fresh_database() as environment:
        folder = Path(name)
        os.environ.update(
            environment,
            WEIDIAN_CLOCK_FILE=str(folder / "clock"),
            # Nobody listens there unless a crew is at work: every message is lost, and the
            # sweeps must do it all.
            WEIDIAN_BROKER_URL=f"redis+socket://{folder / BROKER_SOCKET}",
            WEIDIAN_MEDIA_ROOT=str(folder / "media"),
            WEIDIAN_MAIL_DIR=str(folder / "mail"),
            WEIDIAN_LOG_LEVEL="ERROR",
        )
        django.setup()
        call_command("migrate", verbosity=0)
        socket_folder = parse_qs(urlsplit(environment["DATABASE_URL"]).query)["host"][0]
        wire = Wire(folder, socket_folder)
        settings.PAYOUT_RAILS = RAILS
        try:
            with (
                running_provider(folder, clock_file=folder / "clock") as provider,
                running_stripe(folder / "stripe", clock_file=folder / "clock") as stripe,
            ):
                provider.point_here(settings)
                stripe.point_here(settings)
                yield Stage(provider, stripe, wire, seed, is_quick)
        finally:
            wire.close()
            connections.close_all()
