"""No machine's address is kept: not in the stream, its file, the database, or what is logged."""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from django.conf import settings as project
from django.db import connection
from django.test import Client

from devstack import postgres
from kit.breaker import VALKEY
from referrals import clicks, noting, spool, stream
from tests.referrals.conftest import BROWSER
from tests.valkeys import own_valkey

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("patience"),
    pytest.mark.proves("T12"),
]


def addresses() -> list[str]:
    """Return two addresses that nobody else on this machine is using, of each version one."""
    low, high = secrets.randbelow(200) + 20, secrets.randbelow(200) + 20
    return [f"100.{low}.{high}.213", f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::77"]


def dump() -> bytes:
    """Return the whole database as PostgreSQL's own program writes it out."""
    host = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
    command = [str(postgres.program("pg_dump")), "-h", host, "-U", "postgres", "--inserts"]
    name = str(connection.settings_dict["NAME"])
    return subprocess.run([*command, name], capture_output=True, check=True).stdout


def visit_everything(link, address: str, forwarded: dict[str, Any]) -> None:
    """Come by the link as people, robots and guessers do, and try to sign in."""
    for agent in (BROWSER["HTTP_USER_AGENT"], "WhatsApp/2.24.9.78 A", "curl/8.5.0", ""):
        somebody = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address, **forwarded)
        somebody.get(f"/s/{link.code}?c=wechat", HTTP_ACCEPT="text/html")
        somebody.get(f"/p/{link.product.public_id}")
        somebody.get("/s/ZZZZZZZZZZ")
        somebody.get("/search", {"q": "honey"})
        somebody.post("/accounts/login/code/", {"email": "nobody@example.test"})


@pytest.mark.parametrize("proxies", [0, 1])
def test_an_unusual_address_is_found_nowhere_afterwards(
    link, settings, caplog, monkeypatch, proxies
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    caplog.set_level(logging.DEBUG)
    unusual = addresses()
    with own_valkey(fsync="always") as valkey:
        settings.VALKEY_URL = valkey.url
        for address in unusual:
            forwarded: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": address} if proxies else {}
            visit_everything(link, "10.9.8.7" if proxies else address, forwarded)
        in_stream = stream.client().xlen(stream.key())
        everything = repr(
            [(key, stream.client().dump(key)) for key in stream.client().scan_iter()]
        ).encode()
        file = b"".join(path.read_bytes() for path in valkey.folder.glob("appendonlydir/*"))
        stored = clicks.drain(10)
        database = dump()
    # With nobody to take them, the rest goes into the file.
    VALKEY.forget()
    settings.VALKEY_URL = "unix:///nonexistent/valkey.sock"
    monkeypatch.setattr(noting, "_stored", lambda opening: False)
    for address in unusual:
        forwarded = {"HTTP_X_FORWARDED_FOR": address} if proxies else {}
        visit_everything(link, "10.9.8.7" if proxies else address, forwarded)
    files = {path.name: path.read_bytes() for path in settings.CLICK_SPOOL.iterdir()}
    on_disk = b"".join(files.values())

    assert in_stream == stored >= 2
    assert spool.OPEN in files
    assert any(name.startswith("journal-") for name in files)
    assert link.code.encode() in database
    assert b"XADD" in file or b"EVAL" in file
    for address in unusual:
        for place in (everything, file, database, on_disk, caplog.text.encode(), cached()):
            assert address.encode() not in place


def cached() -> bytes:
    """Return the names and values of what this run keeps in the shared cache."""
    client = redis.Redis.from_url(str(project.CACHES["default"]["LOCATION"]))
    keys = list(client.scan_iter(f"{project.VALKEY_PREFIX}*", count=1000))
    return b"\n".join([*keys, *(client.dump(key) or b"" for key in keys)])
