"""Draining the click stream into PostgreSQL; any number of drains may run at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import redis
from django.conf import settings
from django.db import transaction

from referrals import storing, stream
from referrals.models import Click
from referrals.storing import Opening

log = logging.getLogger(__name__)

BATCH = 1_000
ORPHANED_AFTER_MS = 60_000  # three times what a drain may take

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = frozenset(Click.Kind.values)
Message = tuple[bytes, dict[bytes, bytes]]


def drain(budget_seconds: float = 20.0) -> int:
    """Store what the stream holds, for at most about ``budget_seconds``; return how many.

    Entries that a drain took and never acknowledged come first. A batch is acknowledged
    only after its transaction committed, and storing it twice counts it once, so a drain
    may be killed anywhere.
    """
    client = _patient_client()
    me = uuid4().hex[:12]
    stop_at = time.monotonic() + budget_seconds
    stored = 0
    orphans_from: bytes | str = "0-0"
    try:
        _make_group(client)
        while time.monotonic() < stop_at:
            orphans_from, messages = _orphans(client, me, orphans_from)
            messages = messages or _fresh(client, me)
            if not messages:
                break
            stored += _take(client, messages)
    except redis.RedisError:
        log.warning("Valkey went away while clicks were drained; what is left waits")
    finally:
        _leave(client, me)
    return stored


def _patient_client() -> redis.Redis:
    """A connection that waits long enough for a full batch, unlike a page's."""
    client: redis.Redis = redis.Redis.from_url(
        settings.VALKEY_URL, socket_timeout=5, socket_connect_timeout=1
    )
    return client


def _make_group(client: redis.Redis) -> None:
    try:
        client.xgroup_create(stream.key(), stream.GROUP, id="0", mkstream=True)
    except redis.ResponseError as answer:
        if "BUSYGROUP" not in str(answer):
            raise


def _orphans(client: redis.Redis, me: str, start: bytes | str) -> tuple[bytes, list[Message]]:
    answer: Any = client.xautoclaim(
        stream.key(), stream.GROUP, me, ORPHANED_AFTER_MS, start_id=start, count=BATCH
    )
    cursor, messages, gone = answer
    if gone:
        log.error("%s clicks were trimmed from the stream before they were read", len(gone))
    return cursor, messages


def _fresh(client: redis.Redis, me: str) -> list[Message]:
    answer: Any = client.xreadgroup(stream.GROUP, me, {stream.key(): ">"}, count=BATCH)
    if not answer:
        return []
    ((_, messages),) = answer.items() if isinstance(answer, dict) else answer
    return list(messages)


def _take(client: redis.Redis, messages: list[Message]) -> int:
    with transaction.atomic():
        stored = storing.store(list(_readable(messages)))
    ids = [message_id for message_id, _ in messages]
    with client.pipeline(transaction=False) as both:
        both.xack(stream.key(), stream.GROUP, *ids)
        both.xdel(stream.key(), *ids)
        both.execute()
    return stored


def _readable(messages: Iterable[Message]) -> Iterable[Opening]:
    for message_id, fields in messages:
        try:
            yield _opening(fields)
        except (KeyError, ValueError, OverflowError, AttributeError):
            log.error("click %s could not be read: %s", message_id, fields)  # noqa: TRY400  # one line, no trace


def _opening(fields: dict[bytes, bytes]) -> Opening:
    milliseconds = int(fields[b"t"])
    link_id = int(fields[b"l"])
    kind = fields[b"k"].decode("ascii")
    visitor = fields[b"v"].decode("ascii")
    if kind not in KINDS or not 0 < link_id < 2**63 or len(visitor) > 16 or "\x00" in visitor:
        raise ValueError(fields)
    return Opening(
        click_id=UUID(bytes=fields[b"i"]),
        link_id=link_id,
        at=EPOCH + timedelta(milliseconds=milliseconds),
        kind=kind,
        visitor=visitor,
    )


def _leave(client: redis.Redis, me: str) -> None:
    """Take this drain's name off the group, unless it leaves entries behind."""
    try:
        pending = client.xpending_range(stream.key(), stream.GROUP, "-", "+", 1, consumername=me)
        if not pending:
            client.xgroup_delconsumer(stream.key(), stream.GROUP, me)
    except redis.RedisError:
        log.info("Valkey went away while a drain left")
    finally:
        client.close()
