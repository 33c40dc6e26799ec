"""Ranked lists kept for a minute: found again while nothing that shapes them has happened."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from kit.breaker import VALKEY

log = logging.getLogger(__name__)

Kept = TypeVar("Kept")

KEPT_SECONDS = 60  # covers what the version does not tell: prices, stock, strangers' words

# What happened lately that the viewer would miss: a friend's word, said, changed or taken
# back, and anything new on the street. Index walks of a few pages.
HAPPENED = """
SELECT count(*), max(e.changed_at), max(e.withdrawn_at),
       (SELECT max(published_at) FROM catalog_product WHERE state = 'live')
FROM catalog_endorsement e WHERE e.person_id = ANY(%(friends)s)
"""


def version_of(eyes: dict[str, Any]) -> str:
    """Return what changes when a friendship, a block or a friend's word does; one statement.

    The viewer's friends and blocks are part of it themselves, so a list that was made for
    other eyes is never found again.
    """
    with connection.cursor() as cursor:
        cursor.execute(HAPPENED, eyes)
        happened = cursor.fetchone()
    told = f"{sorted(eyes.items())}:{happened}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def kept(name: str, version: str, make: Callable[[], Kept]) -> Kept:
    """Return what ``make`` returned for this version within the last minute, else make it.

    While Valkey is away it is made each time.
    """
    key = f"discovery:{name}:{version}"
    if VALKEY.is_open:
        return make()
    try:
        found: Kept | None = cache.get(key)
    except (RedisError, OSError):
        return make()
    if found is not None:
        return found
    made = make()
    try:
        cache.set(key, made, KEPT_SECONDS)
    except (RedisError, OSError):
        log.info("cache away: %s is not kept", name)
    return made
