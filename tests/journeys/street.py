"""The whole house running for the journeys, on a database of its own."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg2
from django.test import override_settings

from devstack import children, paths, ports
from devstack.demo import mailbox
from kit import clock

WAIT_SECONDS = 40
_numbers = itertools.count()
EVERYTHING = frozenset({"web", "worker", "beat", "provider"})


@dataclass(frozen=True)
class Street:
    """A running house, and what a test may ask of it from outside."""

    base_url: str
    folder: Path
    environment: dict[str, str]

    def manage(self, *command: str) -> str:
        """Run a management command against this house and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=paths.CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def broken_invariants(self) -> dict[str, int]:
        """Return the invariants that do not hold, with how many rows break each."""
        lines = map(json.loads, self.manage("invariants", "--json").splitlines())
        return {line["name"]: line["broken"] for line in lines if line["broken"]}

    def move_clock(self, **by: float) -> None:
        """Move the clock of every process of this house."""
        with override_settings(CLOCK_FILE=self.folder / "clock"):
            clock.move(by=timedelta(**by))

    def now(self) -> datetime:
        """Return what the clock of this house says."""
        with override_settings(CLOCK_FILE=self.folder / "clock"):
            return clock.now()

    def letters_to(self, address: str) -> list[mailbox.Letter]:
        """Return the letters written to an address so far, newest first."""
        with override_settings(MAIL_DIR=self.folder / "mail"):
            return [letter for letter in mailbox.newest(most=200) if address in letter.to]

    def code_sent_to(self, address: str, *, after: int) -> str:
        """Wait for the next letter to ``address`` with a six-digit code and return the code."""

        def newest_code() -> str | None:
            letters = self.letters_to(address)
            if len(letters) <= after:
                return None
            found = re.search(r"\b(\d{6})\b", letters[0].words)
            return found[1] if found else None

        return str(wait_for(newest_code, f"a code for {address}"))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the house's database directly."""
        with _connection(self.environment["DATABASE_URL"]) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


def wait_for(question: Callable[[], Any], what: str, *, seconds: float = WAIT_SECONDS) -> Any:
    """Ask until the answer is true, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.2)


@contextmanager
def running_street(folder: Path, *, programs: Collection[str] = EVERYTHING) -> Iterator[Street]:
    """Start everything, or only these programs; hand out the street, and stop it all again."""
    database = f"street_{os.getpid()}_{next(_numbers)}"
    web, provider = ports.claim_from(18000), ports.claim_from(19000)
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "WEIDIAN_VALKEY_PREFIX": database,
        "WEIDIAN_DEBUG": "0",
        "WEIDIAN_DEMO": "1",
        "WEIDIAN_BASE_URL": f"http://localhost:{web.number}",
        "WEIDIAN_ALLOWED_HOSTS": "localhost,127.0.0.1",
        "WEIDIAN_CLOCK_FILE": str(folder / "clock"),
        "WEIDIAN_MEDIA_ROOT": str(folder / "media"),
        "WEIDIAN_MAIL_DIR": str(folder / "mail"),
        "WEIDIAN_SANDBOX_URL": f"http://127.0.0.1:{provider.number}",
        "WEIDIAN_SANDBOX_PORT": str(provider.number),
        "WEIDIAN_SANDBOX_SECRET": "journeys",
        "WEIDIAN_LOG_LEVEL": "WARNING",
        "WEIDIAN_EXTRA_APPS": "devstack.demo",
        "DJANGO_SETTINGS_MODULE": "weidian.settings",
    }
    street = Street(environment["WEIDIAN_BASE_URL"], folder, environment)
    with _own_database(database):
        street.manage("migrate", "--no-input", "-v", "0")
        commands = _commands(web.number, provider.number, folder)
        started = [
            children.spawn(
                [sys.executable, "-m", *command.split()],
                dies_by=signal.SIGTERM,
                cwd=paths.CHECKOUT,
                env=environment,
                stdout=(folder / f"{name}.log").open("wb"),
                stderr=subprocess.STDOUT,
            )
            for name, command in commands.items()
            if name in programs
        ]
        try:
            if "web" in programs:
                wait_for(lambda: _answers(f"{street.base_url}/readyz"), "the doors to open")
            provider_url = environment["WEIDIAN_SANDBOX_URL"]
            wait_for(lambda: _answers(f"{provider_url}/healthz"), "the provider to open")
            yield street
        finally:
            for child in started:
                children.end(child, by=signal.SIGTERM, wait_seconds=8)


def _commands(web: int, provider: int, folder: Path) -> dict[str, str]:
    return {
        "web": (
            f"granian --interface wsgi --workers 1 --blocking-threads 4 --no-ws --http 1"
            f" --host 127.0.0.1 --port {web} weidian.wsgi:application"
        ),
        "worker": "celery -q -A weidian worker -c 2 --without-gossip --without-mingle",
        "beat": f"celery -q -A tests.journeys.hasty beat --pidfile= -s {folder}/beat",
        "provider": (
            f"devstack.provider --port {provider} --data {folder}/provider --secret journeys"
            f" --webhook-url http://127.0.0.1:{web}/webhooks/sandbox --clock-file {folder}/clock"
        ),
    }


@contextmanager
def _own_database(name: str) -> Iterator[None]:
    admin = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with _connection(admin) as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield
    finally:
        with _connection(admin) as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _connection(url: str) -> Iterator[Any]:
    place = psycopg2.connect(url)
    place.autocommit = True
    try:
        yield place.cursor()
    finally:
        place.close()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False
