"""Noting a click: one XADD, and PostgreSQL itself when Valkey is away."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Any
from uuid import UUID

import redis
from django.db import DatabaseError, InterfaceError, transaction
from uuid_utils.compat import uuid7

from referrals import storing, stream
from referrals.models import Click
from referrals.storing import Opening

log = logging.getLogger(__name__)

# After Valkey failed, the process leaves it alone for a moment, so that one dead server
# costs a page its 0.1 s once and not at every click.
AWAY_SECONDS = 1.0

# No MAXLEN: trimming would silently drop clicks nobody has read. A stream this long, some
# 100 MB, means that nobody drains it; PostgreSQL takes the clicks until somebody does.
LONGEST_STREAM = 500_000


class _Valkey:
    """What this process knows of Valkey: when to look at it again."""

    rest_until = 0.0
    measure_at = 0.0


def note(*, link_id: int, kind: Click.Kind, visitor: str, at: datetime) -> UUID:
    """Note one opening of a link and return its id; never raises, whatever is down.

    Money does not depend on it: the visitor's signed cookie is the proof.
    """
    opening = Opening(click_id=uuid7(), link_id=link_id, at=at, kind=kind.value, visitor=visitor)
    if not _streamed(opening):
        _stored(opening)
    return opening.click_id


def _streamed(opening: Opening) -> bool:
    if time.monotonic() < _Valkey.rest_until:
        return False
    fields: dict[Any, Any] = {
        "i": opening.click_id.bytes,
        "l": opening.link_id,
        "t": round(opening.at.timestamp() * 1000),
        "k": opening.kind,
        "v": opening.visitor,
    }
    try:
        client = stream.client()
        client.xadd(stream.key(), fields)
        _measure(client)
    except redis.RedisError:
        _Valkey.rest_until = time.monotonic() + AWAY_SECONDS
        log.warning("Valkey is away: clicks go straight to PostgreSQL")
        return False
    return True


def _measure(client: redis.Redis) -> None:
    """Once a second see how long the stream has become, and rest when it is too long."""
    now = time.monotonic()
    if now < _Valkey.measure_at:
        return
    _Valkey.measure_at = now + 1
    if client.xlen(stream.key()) > LONGEST_STREAM:
        _Valkey.rest_until = now + AWAY_SECONDS
        log.error("more than %s clicks wait to be drained", LONGEST_STREAM)


def _stored(opening: Opening) -> None:
    try:
        with transaction.atomic():
            storing.store([opening])
    except (DatabaseError, InterfaceError):
        log.exception("a click on link %s was lost from the figures", opening.link_id)
