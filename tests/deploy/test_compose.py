"""The compose file's own commands, run natively against real servers."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg2
import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DATABASE = f"compose_{os.getpid()}"
A_LETTER = """
from notifications.telling import write_to
write_to(address="guest@example.test", channel="email", language="en", kind="order_placed",
         key="compose", data={"shop": "Hill shop", "order": "1", "amount_minor": 100,
         "currency": "CNY"}, path="/")
"""
STATIC = Path(tempfile.mkdtemp(prefix="weidian-static-"))
MAIL = STATIC / "mail"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_of(service: str) -> dict[str, str]:
    """The service's environment with the values a filled-in .env would give it."""
    given = {name: str(value) for name, value in SERVICES[service]["environment"].items()}
    base = urlsplit(os.environ["DATABASE_URL"])
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("WEIDIAN_")},
        **{name: value for name, value in given.items() if "${" not in value},
        "WEIDIAN_SECRET_KEY": "k" * 60,
        "WEIDIAN_BASE_URL": "https://shop.test",
        "WEIDIAN_ALLOWED_HOSTS": "shop.test,127.0.0.1",
        "WEIDIAN_VALKEY_PREFIX": DATABASE,
        "DATABASE_URL": base._replace(path=f"/{DATABASE}").geturl(),
        "VALKEY_URL": os.environ["VALKEY_URL"],
        "DJANGO_SETTINGS_MODULE": "weidian.settings",
        "WEIDIAN_STATIC_ROOT": str(STATIC),
        "WEIDIAN_MAIL_DIR": str(MAIL),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }


@contextmanager
def running(service: str, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a service's command as the container would, and stop it with TERM."""
    command = SERVICES[service]["command"]
    for old, new in changes.items():
        command = command.replace(old.replace("_", " --", 1).strip(), new)
    process = subprocess.Popen(
        shlex.split(command), cwd=ROOT, env=environment_of(service), start_new_session=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


@pytest.fixture(scope="module")
def fresh_database() -> Iterator[None]:
    """An empty database, brought up by the compose file's own migrate command."""
    place = {**settings.DATABASES["default"]["OPTIONS"]}
    place.pop("options", None)
    admin = psycopg2.connect(dbname="postgres", user="postgres", **place)
    admin.autocommit = True
    admin.cursor().execute(f'CREATE DATABASE "{DATABASE}"')
    try:
        with running("migrate") as migrate:
            assert migrate.wait(120) == 0
        gather = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"]
        subprocess.run(gather, cwd=ROOT, env=environment_of("web"), check=True)
        yield
    finally:
        shutil.rmtree(STATIC)
        admin.cursor().execute(f'DROP DATABASE "{DATABASE}" WITH (FORCE)')
        admin.close()


def answer_of(url: str, **headers: str) -> httpx.Response:
    deadline = time.monotonic() + 30
    while True:
        try:
            return httpx.get(url, headers=headers, timeout=5)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_the_web_service_answers_the_landing_page(fresh_database):
    port = free_port()
    served = SERVICES["web"]["command"].replace("--port 8000", f"--port {port}")
    assert f"--port {port}" in served
    SERVICES["web"]["command"] = served
    with running("web"):
        assert answer_of(f"http://127.0.0.1:{port}/healthz", Host="shop.test").status_code == 200
        assert answer_of(f"http://127.0.0.1:{port}/readyz", Host="shop.test").text == "ready\n"
        plain = answer_of(f"http://127.0.0.1:{port}/", Host="shop.test")
        assert plain.status_code == 301
        assert plain.headers["location"] == "https://shop.test/"
        secure = answer_of(
            f"http://127.0.0.1:{port}/", **{"Host": "shop.test", "X-Forwarded-Proto": "https"}
        )
        assert secure.status_code == 200
        assert "Strict-Transport-Security" in secure.headers


def test_the_worker_does_what_beat_rings_for(fresh_database):
    """Beat rings, the worker sweeps: a letter written to the table leaves the house."""
    with running("worker"), running("beat"):
        write = [sys.executable, "manage.py", "shell", "-v", "0", "-c", A_LETTER]
        subprocess.run(write, cwd=ROOT, env=environment_of("worker"), check=True)
        deadline = time.monotonic() + 60
        while not any(MAIL.glob("*")):
            assert time.monotonic() < deadline, "no letter left the house"
            time.sleep(0.5)
        letters = [file.read_text() for file in MAIL.iterdir()]
    assert len(letters) == 1
    assert "To: guest@example.test" in letters[0]


def test_what_a_browser_keeps_for_us_belongs_to_this_very_host():
    """The prefix makes browsers refuse a cookie that a neighbouring host has planted."""
    names = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, touches.COOKIE_NAME"
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from referrals import touches\n"
        f"print(*[{names}])"
    )
    said = subprocess.check_output(
        [sys.executable, "-c", code], cwd=ROOT, env=environment_of("web")
    )

    assert said.decode().split() == ["__Host-session", "__Host-csrf", "__Host-ref"]


def test_every_service_says_when_it_is_healthy():
    for name, service in SERVICES.items():
        if name in {"web", "proxy"}:
            continue  # web's check stands in the Dockerfile; the proxy waits for web
        assert "healthcheck" in service, name


def test_the_image_runs_as_nobody_special():
    words = (ROOT / "Dockerfile").read_text()
    assert words.index("\nUSER weidian") > words.rindex("\nFROM ")
    assert "HEALTHCHECK" in words
