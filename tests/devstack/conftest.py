"""Real processes: copies of a checkout, a sandbox provider, and a shop that hears its webhooks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from devstack import paths, ports
from devstack.health import answers

SECRET = "between-the-two"


def eventually(question: Callable[[], Any], *, seconds: float = 10) -> Any:
    """Ask until the answer is true; fail with the last answer when it never is."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.05)
    return answer


@dataclass
class Checkout:
    """A copy of the checkout, and commands started in it."""

    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *words: str) -> subprocess.Popen[str]:
        ours = ("DATABASE_URL", "VALKEY_URL", "WEIDIAN_", "MAKELEVEL")
        process = subprocess.Popen(
            [sys.executable, "-m", "devstack", *words],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith(ours)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str) -> str:
        """Run a devstack command to its end and return what it said."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 0, said
        return said

    def sql(self, statement: str) -> str:
        """Run one statement in this checkout's database; return the first column of its rows."""
        code = (
            "import os, psycopg2\n"
            "url = os.environ['DATABASE_URL']\n"
            "with psycopg2.connect(url) as connection, connection.cursor() as cursor:\n"
            f"    cursor.execute({statement!r})\n"
            "    rows = cursor.fetchall() if cursor.description else []\n"
            "    print(' '.join(str(row[0]) for row in rows))\n"
        )
        return self.run("run", "--", "python", "-c", code).strip()

    def processes(self) -> list[str]:
        """The command lines of what lives in this checkout, or was started by it."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                is_here = str(self.folder) in words or (entry / "cwd").resolve() == self.folder
            except OSError:
                continue
            if words and is_here:  # a zombie has no words left
                found.append(words)
        return found

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self.run("stop")  # what ``up`` keeps up
        eventually(lambda: not self.processes())


@pytest.fixture
def new_checkout(tmp_path: Path) -> Iterator[Callable[[str], Checkout]]:
    """Make copies of this checkout's devstack, each in a folder of its own."""
    made: list[Checkout] = []

    def make(name: str) -> Checkout:
        folder = tmp_path / name
        leave_out = shutil.ignore_patterns("demo", "__pycache__")
        shutil.copytree(paths.CHECKOUT / "devstack", folder / "devstack", ignore=leave_out)
        made.append(Checkout(folder))
        return made[-1]

    yield make
    for checkout in made:
        checkout.end()


@pytest.fixture
def checkout(new_checkout: Callable[[str], Checkout]) -> Checkout:
    return new_checkout("checkout")


@dataclass
class Answer:
    status: int
    body: dict[str, Any]


@dataclass
class Provider:
    """A running sandbox provider, asked over the network as the shop asks it."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    webhook_url: str | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "devstack.provider", "--port", str(self.port)]
        command += ["--data", str(self.data), "--secret", SECRET, "--settle-seconds", "0.2"]
        if self.webhook_url:
            command += ["--webhook-url", self.webhook_url]
        self.process = subprocess.Popen(command, cwd=paths.CHECKOUT)
        eventually(lambda: answers(f"{self.url}/healthz"))

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request with the secret; a header's name is written with underscores."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {SECRET}"}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return Answer(response.status, json.load(response))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, json.load(refused))

    def charge(self, reference: str, amount_minor: int = 1250, **more: str) -> dict[str, Any]:
        """Open a charge."""
        body = {"reference": reference, "amount_minor": amount_minor, "currency": "CNY", **more}
        body.setdefault("return_url", "http://shop.test/back?order=7")
        answer = self.ask("POST", "/v1/charges", body, Idempotency_Key=f"key-{reference}")
        assert answer.status == 201
        return answer.body

    def paid(self, reference: str, amount_minor: int = 1250) -> dict[str, Any]:
        """Open a charge and pay it."""
        charge = self.charge(reference, amount_minor)
        return self.ask("POST", f"/v1/charges/{charge['id']}/pay").body

    def payout(self, reference: str, amount_minor: int, *, script: str = "off") -> Answer:
        body: dict[str, Any] = {"reference": reference, "amount_minor": amount_minor}
        body |= {"currency": "CNY", "destination": "wallet of 林薇"}
        return self.ask("POST", "/v1/payouts", body, Sandbox_Script=script)

    def find(self, kind: str, reference: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/v1/{kind}?reference={reference}").body[
            kind
        ]
        return found

    def events(self, reference: str) -> list[str]:
        told = self.ask("GET", f"/v1/events?reference={reference}").body["events"]
        return [event["type"] for event in told]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A provider that sends no webhooks, shared by one file's tests."""
    port = ports.claim_from(8600)
    running = Provider(tmp_path_factory.mktemp("provider"), port.number)
    running.start()
    yield running
    running.kill()
    port.release()


@dataclass
class Shop:
    """The receiving side: remembers what it heard and answers as it is told to."""

    status: int = 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.heard]


@pytest.fixture
def shop() -> Iterator[Shop]:
    told = Shop()

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append((dict(self.headers.items()), body))
            self.send_response(told.status)
            self.end_headers()

        def log_message(self, format: str, *values: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hears)
    told.url = f"http://127.0.0.1:{server.server_port}/webhooks/sandbox"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def telling(tmp_path: Path, shop: Shop) -> Iterator[Provider]:
    """A provider of this test's own that tells the shop."""
    port = ports.claim_from(8600)
    running = Provider(tmp_path / "book", port.number, webhook_url=shop.url)
    running.start()
    yield running
    running.kill()
    port.release()
