"""A database of the benches' own, and a corner of Valkey; both gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis

CORNER = 7


@contextmanager
def fresh_database() -> Iterator[dict[str, str]]:
    """Yield the environment that points at an empty database; drop it at the end."""
    server = os.environ["DATABASE_URL"]
    name = f"bench_{os.getpid()}"
    _command(server, f"CREATE DATABASE {name}")
    parts = urlsplit(server)
    prefix = f"bench{os.getpid()}"
    try:
        yield {
            "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")),
            "WEIDIAN_VALKEY_PREFIX": prefix,
            **_corner_of(os.environ["VALKEY_URL"]),
            "WEIDIAN_ALLOWED_HOSTS": "127.0.0.1",
            "WEIDIAN_TRUSTED_PROXIES": "1",  # the load says whom it comes from
            "WEIDIAN_DEMO": "1",  # plain HTTP on the loopback
            "WEIDIAN_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "weidian.settings",
            "PYTHONWARNINGS": "ignore",
        }
    finally:
        _command(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        _sweep(prefix)


def _command(server: str, sql: str) -> None:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def _corner_of(valkey_url: str) -> dict[str, str]:
    """Name a numbered database of Valkey, which nobody else's FLUSHDB empties."""
    parts = urlsplit(valkey_url)
    if parts.scheme == "unix":
        return {
            "VALKEY_URL": f"unix://{parts.path}?db={CORNER}",
            "WEIDIAN_BROKER_URL": f"redis+socket://{parts.path}?virtual_host={CORNER}",
        }
    ours = urlunsplit(parts._replace(path=f"/{CORNER}"))
    return {"VALKEY_URL": ours, "WEIDIAN_BROKER_URL": ours}


def _sweep(prefix: str) -> None:
    valkey = redis.Redis.from_url(os.environ["VALKEY_URL"])
    for key in valkey.scan_iter(match=f"*{prefix}*", count=1000):
        valkey.delete(key)
