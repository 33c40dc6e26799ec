"""T3: whatever is wrong with Valkey, every page answers and every click is stored once."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import redis
from django.db import DatabaseError, OperationalError
from django.test import Client
from django.utils import translation

from catalog import pages
from devstack import valkey
from kit import breaker, nearby
from referrals import clicks, memory, spool, storing
from referrals.models import Click
from tests.referrals.conftest import BROWSER
from tests.referrals.doors import path_of, touches_of

OPENINGS = 30


class OwnValkey:
    """A Valkey of one test's own, that forgets everything when it is killed."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "v"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self.server = subprocess.Popen(
            [str(valkey.binary()), *options], cwd=self.socket.parent, stdout=subprocess.DEVNULL
        )
        until = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < until
            time.sleep(0.02)

    def kill(self) -> None:
        self.server.kill()
        self.server.wait(timeout=10)

    def tell(self, *words: str) -> None:
        redis.Redis.from_url(self.url).execute_command(*words)

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.RedisError:
            return False


@pytest.fixture
def own_valkey(settings, tmp_path: Path) -> Iterator[OwnValkey]:
    """Yield a Valkey of this test's own: the stream and the cache are in it."""
    server = OwnValkey(tmp_path)
    settings.VALKEY_URL = server.url
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": server.url}}
    yield server
    server.kill()


# What is wrong, and how it is mended again.
FAULTS: dict[str, tuple[Callable[[OwnValkey], object], Callable[[OwnValkey], object]]] = {
    "killed": (OwnValkey.kill, OwnValkey.start),
    "hung": (
        lambda own: own.server.send_signal(signal.SIGSTOP),
        lambda own: own.server.send_signal(signal.SIGCONT),
    ),
    "full": (
        lambda own: own.tell("CONFIG", "SET", "maxmemory", "1"),
        lambda own: own.tell("CONFIG", "SET", "maxmemory", "0"),
    ),
    "no place to save": (
        lambda own: own.tell("CONFIG", "SET", "min-replicas-to-write", "1"),
        lambda own: own.tell("CONFIG", "SET", "min-replicas-to-write", "0"),
    ),
    "read-only": (
        lambda own: own.tell("REPLICAOF", "127.0.0.1", "1"),
        lambda own: own.tell("REPLICAOF", "NO", "ONE"),
    ),
    "emptied": (lambda own: own.tell("FLUSHALL"), lambda own: None),
}


def opened(link) -> UUID:
    """Open a link as somebody new; the id of the click that the cookie proves."""
    client = Client(**BROWSER)
    assert client.get(path_of(link)).status_code == 200
    (touch,) = touches_of(client)
    return touch.click_id


@pytest.mark.proves("T3")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_page_answers_and_every_click_is_stored_once(
    own_valkey, link, fault, record_property
):
    breaks, mends = FAULTS[fault]
    opened(link)
    clicks.drain(5)
    took, acknowledged = [], [opened(link)]
    breaks(own_valkey)
    for _ in range(OPENINGS):
        began = time.monotonic()
        acknowledged.append(opened(link))
        took.append(time.monotonic() - began)
    mends(own_valkey)
    breaker.forget_all()
    clicks.drain(5)
    spool.sweep()

    ids = list(Click.objects.values_list("id", flat=True))
    assert len(ids) == len(set(ids)) == OPENINGS + 2
    assert set(acknowledged) <= set(ids)
    worst_ms = round(sorted(took)[int(OPENINGS * 0.95)] * 1000, 1)
    record_property(f"p95_ms_{fault}", worst_ms)
    assert worst_ms <= 250


@pytest.mark.proves("T3")
def test_with_both_servers_away_a_page_in_fashion_still_opens(own_valkey, link, monkeypatch, db):
    first = opened(link)
    clicks.drain(5)
    own_valkey.kill()
    with monkeypatch.context() as gone:
        _take_the_database_away(gone)
        _everything_is_old(gone)
        ids = {opened(link) for _ in range(10)}

    assert spool.sweep() == 10
    assert set(Click.objects.values_list("id", flat=True)) == {first, *ids}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("path", ["/s/{code}", "/p/{public_id}"])
def test_a_page_nobody_can_write_is_a_503_that_says_when_to_come_again(
    own_valkey, link, honey, monkeypatch, path, language
):
    own_valkey.kill()
    nearby.forget_all()
    _take_the_database_away(monkeypatch)
    with translation.override("en" if language == "zh-hans" else "zh-hans"):  # the last visitor's
        client = Client(**BROWSER, HTTP_ACCEPT_LANGUAGE=language)
        answer = client.get(path.format(code=link.code, public_id=honey.public_id))

    assert answer.status_code == 503
    assert ("Something broke on our side" in answer.content.decode()) == (language == "en")
    assert answer["Content-Language"] == language
    assert answer["Vary"] == "Accept-Language, Cookie"
    assert answer["Retry-After"] == "10"
    assert answer["X-Frame-Options"] == "DENY"


def _take_the_database_away(monkeypatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(storing, "store", away)
    monkeypatch.setattr(pages, "_write_product", away)
    monkeypatch.setattr("referrals.links._facts_where", away)
    monkeypatch.setattr("referrals.links._earning", away)
    with pytest.raises(DatabaseError):
        memory.remembered("link:x", away)


def _everything_is_old(monkeypatch) -> None:
    """What this process remembers was learnt two minutes ago."""
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + 120)
