"""What the tests of signing in start from."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from devstack import valkey
from kit import breaker
from weidian import counting


@pytest.fixture
def english(settings) -> None:
    """Who says nothing of a language is spoken to in English."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def own_counters(settings) -> None:
    """Counters that no run beside this one empties."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture
def own_valkey(settings, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a Valkey of this test's own, which it may stop; the cache is in it."""
    socket = tmp_path / "v"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(
        [str(valkey.binary()), *options], cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"unix://{socket}"}}
    breaker.forget_all()
    counting._Valkey.rest_until = 0.0
    _wait_for(socket)
    yield server
    server.kill()
    server.wait(timeout=10)
    breaker.forget_all()
    counting._Valkey.rest_until = 0.0


def _wait_for(socket: Path) -> None:
    until = time.monotonic() + 10
    client = redis.Redis.from_url(f"unix://{socket}")
    while True:
        try:
            client.ping()
            break
        except redis.RedisError:
            assert time.monotonic() < until
            time.sleep(0.02)
    client.close()
