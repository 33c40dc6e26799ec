"""The click stream in Valkey: one connection a thread, short waits, never a retry."""

from __future__ import annotations

import threading

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

# A page waits no longer than this for Valkey, whatever is wrong with it.
WAIT_SECONDS = 0.1

GROUP = "drain"

_thread = threading.local()


def key() -> str:
    """Return the stream's name; several installations can share one Valkey."""
    return f"{settings.VALKEY_PREFIX}:clicks"


def client() -> redis.Redis:
    """Return this thread's connection, made when the address changed or it is new."""
    if getattr(_thread, "url", None) != settings.VALKEY_URL:
        _thread.client = redis.Redis.from_url(
            settings.VALKEY_URL,
            socket_timeout=WAIT_SECONDS,
            socket_connect_timeout=WAIT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            single_connection_client=True,  # one thread, one wire: no pool to ask
        )
        _thread.url = settings.VALKEY_URL
    return _thread.client  # type: ignore[no-any-return]  # a thread-local holds anything
