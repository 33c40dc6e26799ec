"""What is known of links and products for half a minute, by this process and by all of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import redis
from django.core.cache import cache

from kit.nearby import Nearby
from referrals.models import ShareLink

# How old a page's knowledge of a link may be: at most twice this, through two caches.
FRESH_SECONDS = 30
UNKNOWN_SECONDS = 5
MOST_KEPT = 20_000

# Rises when the facts change their shape, so that nobody reads what older code kept.
SHAPE = 2

Facts = TypeVar("Facts")

_near: Nearby[Any] = Nearby(seconds=FRESH_SECONDS, absent_seconds=UNKNOWN_SECONDS, most=MOST_KEPT)


def remembered(key: str, look_up: Callable[[], Facts | None]) -> Facts | None:
    """Return what is known under ``key``, else what ``look_up`` finds in the database."""
    found = _near.get(key, lambda: _shared(f"{SHAPE}:{key}", look_up))
    return cast("Facts | None", found)


def forget(link: ShareLink) -> None:
    """Have a link that changed read anew here and by who asks the shared cache.

    Other processes believe themselves for half a minute more. Without the cache nothing is
    forgotten, and runs out just as soon.
    """
    names = (f"link:{link.code}", f"link-id:{link.pk}", f"link-named:{link.slug}")
    with suppress(redis.RedisError, OSError):
        cache.delete_many([f"{SHAPE}:{name}" for name in names])
    _near.forget()  # changes are rare, and what is known by heart comes back in no time


def _shared(key: str, look_up: Callable[[], Facts | None]) -> Facts | None:
    """Ask the cache all processes share, else the database; without the cache, that alone."""
    try:
        facts: Facts | None = cache.get(key)
        if facts is None:
            facts = look_up()
            if facts is not None:
                cache.set(key, facts, FRESH_SECONDS)
    except (redis.RedisError, OSError):
        return look_up()
    return facts
