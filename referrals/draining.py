"""Draining the click stream into PostgreSQL; any number of drains may run at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import redis
from django.conf import settings
from django.db import DataError, IntegrityError, transaction

from kit import clock
from referrals import channels, journal, partitions, poison, storing, stream
from referrals.models import Click
from referrals.poison import Poison
from referrals.storing import Opening

log = logging.getLogger(__name__)

BATCH = 1_000
ORPHANED_AFTER_MS = 60_000  # three times what a drain may take
DEAD_AFTER_MS = 3_600_000  # no drain is away so long and comes back

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = frozenset(Click.Kind.values)
Message = tuple[bytes, dict[bytes, bytes]]
Read = tuple[Message, Opening]


def drain(budget_seconds: float = 20.0) -> int:
    """Store what the stream holds, for at most about ``budget_seconds``; return how many.

    Entries that a drain took and never acknowledged come first. A batch is acknowledged
    only after its transaction committed, and storing it twice counts it once, so a drain
    may be killed anywhere. An entry that can be no click is set aside and stops nobody.
    """
    client = _patient_client()
    me = uuid4().hex[:12]
    stop_at = time.monotonic() + budget_seconds
    stored = 0
    orphans_from: bytes | str = "0-0"
    try:
        stored = _make_group(client)
        while time.monotonic() < stop_at:
            orphans_from, messages = _orphans(client, me, orphans_from)
            messages = messages or _fresh(client, me)
            if not messages:
                journal.forget_old()  # nothing they could tell is missing any more
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


def _make_group(client: redis.Redis) -> int:
    """Make the group that reads the stream, unless there is one; return how many were stored.

    Without a group Valkey is new or has forgotten all; a server that was started anew, or is
    another one, may hold an older stream than it was told. Either way the journals tell what
    it was told. Beside the group stands for which life of the server they have been read.
    """
    life = _life_of(client)
    has_group = bool(client.exists(stream.key()) and client.xinfo_groups(stream.key()))
    if has_group and client.get(stream.life_key()) == life:
        return 0
    stored = journal.replay()
    if not has_group:
        try:
            client.xgroup_create(stream.key(), stream.GROUP, id="0", mkstream=True)
        except redis.ResponseError as answer:
            if "BUSYGROUP" not in str(answer):
                raise
    client.set(stream.life_key(), life)
    return stored


def _life_of(client: redis.Redis) -> bytes:
    """Return what names one run of one server, and whose data it goes on with."""
    told: dict[str, Any] = {**client.info("server"), **client.info("replication")}
    return f"{told['run_id']} {told.get('master_replid', '')}".encode()


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
    openings, bad = _read(messages)
    with transaction.atomic():
        stored, refused = _store(openings)
        poison.set_aside([*bad, *refused], now=clock.now())
    ids = [message_id for message_id, _ in messages]
    with client.pipeline(transaction=True) as both:  # or an entry could be done and stay
        both.xack(stream.key(), stream.GROUP, *ids)
        both.xdel(stream.key(), *ids)
        both.execute()
    return stored


def _read(messages: Iterable[Message]) -> tuple[list[Read], list[Poison]]:
    """Tell the entries that are clicks from those that cannot be."""
    oldest = partitions.kept_from(clock.now())
    good: list[Read] = []
    bad: list[Poison] = []
    for message in messages:
        message_id, fields = message
        try:
            good.append((message, _opening(fields, oldest)))
        except (KeyError, ValueError, OverflowError, AttributeError) as wrong:
            bad.append(Poison(message_id, fields, f"unreadable: {wrong!r}"))
    return good, bad


def _store(read: list[Read]) -> tuple[int, list[Poison]]:
    """Store what was read in one statement; what the database refuses is left out, and returned.

    One, for what is stored in two goes is locked in two goes, and two drains at it could
    wait for each other in a circle.
    """
    refused: list[Poison] = []
    while read:
        try:
            with transaction.atomic():
                stored = storing.store_batch([opening for _, opening in read])
        except (DataError, IntegrityError):
            found = _refused(read)
            if not found:
                raise  # refused together and none alone: another drain tries again
            refused += found
            bad = {poison.entry for poison in found}
            read = [one for one in read if one[0][0] not in bad]
            continue
        strangers = (message for message, opening in read if opening.click_id in stored.of_no_link)
        return stored.new, [*refused, *(Poison(*one, "of no link there is") for one in strangers)]
    return 0, refused


def _refused(read: list[Read]) -> list[Poison]:
    """Return what the database refuses, found by halves; nothing stays stored or locked."""
    try:
        with transaction.atomic():
            storing.store_batch([opening for _, opening in read])
            transaction.set_rollback(True)
    except (DataError, IntegrityError) as refusal:
        if len(read) == 1:
            (message, _) = read[0]
            return [Poison(*message, f"refused: {refusal}")]
        middle = len(read) // 2
        return [*_refused(read[:middle]), *_refused(read[middle:])]
    return []


def _opening(fields: dict[bytes, bytes], oldest: datetime) -> Opening:
    milliseconds = int(fields[b"t"])
    link_id = int(fields[b"l"])
    kind = fields[b"k"].decode("ascii")
    visitor = fields[b"v"].decode("ascii")
    at = EPOCH + timedelta(milliseconds=milliseconds)
    if kind not in KINDS or not 0 < link_id < 2**63 or len(visitor) > 16 or "\x00" in visitor:
        raise ValueError("a field is not what it should be")
    if at < oldest:
        raise ValueError("older than the clicks that are kept")  # counted long ago, perhaps
    if at.year == MAXYEAR:
        raise ValueError("of the last year there is, which has no day after its last")
    return Opening(
        click_id=UUID(bytes=fields[b"i"]),
        link_id=link_id,
        at=at,
        kind=kind,
        visitor=visitor,
        channel=channels.read(fields.get(b"c", b"").decode("ascii", "replace")),
    )


def _leave(client: redis.Redis, me: str) -> None:
    """Take the names of this drain and the dead off the group, unless they leave entries."""
    try:
        pending = client.xpending_range(stream.key(), stream.GROUP, "-", "+", 1, consumername=me)
        if not pending:
            client.xgroup_delconsumer(stream.key(), stream.GROUP, me)
        for one in client.xinfo_consumers(stream.key(), stream.GROUP):
            if one["pending"] == 0 and one["idle"] > DEAD_AFTER_MS:
                client.xgroup_delconsumer(stream.key(), stream.GROUP, one["name"])
    except redis.RedisError:
        log.info("Valkey went away while a drain left")
    finally:
        client.close()
