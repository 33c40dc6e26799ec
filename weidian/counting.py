"""The cache in Valkey, and the counts that go on in PostgreSQL while Valkey is away."""

from __future__ import annotations

import hashlib
import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from kit.breaker import VALKEY

log = logging.getLogger(__name__)

# What limits anybody's tries: allauth's limits on signing in, and guesses at share codes.
COUNTED = ("allauth:rl:", "guesses:")

# After Valkey failed, counting leaves it alone for a moment: one limit is a dozen questions.
AWAY_SECONDS = 1.0

MOST_KEPT = 50_000


class LeftAlone(RedisConnectionError):
    """Valkey failed again and again, and is not asked for a while."""


class _Valkey:
    """What this process knows of Valkey: when to ask it for a count again."""

    rest_until = 0.0


class CountingCache(RedisCache):
    """Valkey's cache, except that tries are counted even without Valkey.

    While Valkey does not answer, keys of ``COUNTED`` are kept in PostgreSQL (``Count``).
    Both begin at nought, so a change of counters gives at most one limit's worth of tries
    more, and nobody is kept from signing in. No key names an address or a machine.
    Everything else fails, and at once after a few failures: its callers know how to do
    without a cache.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        kept = {"KEY_PREFIX": self.key_prefix, "OPTIONS": {"MAX_ENTRIES": MOST_KEPT}}
        self._in_postgres = DatabaseCache("weidian_count", kept)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return bool(self._ask("add", key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._ask("set", key, value, timeout, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask("incr", key, delta, version))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask("delete", key, version))

    def _ask(self, act: str, key: str, *facts: Any) -> Any:
        is_count = key.startswith(COUNTED)
        key = _hidden(key) if is_count else key
        rests = is_count and time.monotonic() < _Valkey.rest_until
        if not rests and VALKEY.may_try():
            try:
                answer = getattr(super(), act)(key, *facts)
            except (RedisError, OSError):
                VALKEY.failed()
                if not is_count:
                    raise
                _Valkey.rest_until = time.monotonic() + AWAY_SECONDS
                log.warning("Valkey is away: tries are counted in PostgreSQL")
            else:
                VALKEY.worked()
                return answer
        elif not is_count:
            raise LeftAlone(key)
        return getattr(self._in_postgres, act)(key, *facts)


def _hidden(key: str) -> str:
    """Return a name for ``key`` that does not tell whose address or machine it counts."""
    secret = hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"wd tries").digest()
    return "tries:" + hashlib.blake2b(key.encode(), key=secret, digest_size=16).hexdigest()
