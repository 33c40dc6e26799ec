"""Noting a click: one trip to Valkey, else PostgreSQL, else a file, else at least a count."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import redis
from django.db import DatabaseError, InterfaceError, transaction

from kit.breaker import POSTGRES, VALKEY
from referrals import click_ids, journal, spool, storing, stream
from referrals.models import Click
from referrals.storing import Opening

log = logging.getLogger(__name__)


class _Said:
    """When this process may complain of clicks it cannot keep again."""

    again_at = 0.0
    counted_again_at = 0.0


@dataclass(frozen=True, slots=True)
class Noted:
    """One opening on its way to becoming a Click row, and what came back on the same trip.

    ``kind`` is what it is stored as: a person who clicks more than people do becomes RATE.
    """

    click_id: UUID
    kind: Click.Kind
    fetched: bytes | None = None


def note(*, link_id: int, kind: Click.Kind, visitor: str, at: datetime, channel: str = "") -> UUID:
    """Note one opening of a link and return its id; never raises, whatever is down.

    Money does not depend on it: the visitor's signed cookie is the proof.
    """
    return note_and_fetch(
        link_id=link_id, kind=kind, visitor=visitor, network="", at=at, channel=channel
    ).click_id


def note_and_fetch(  # noqa: PLR0913 -- the facts of one click
    *,
    link_id: int,
    kind: Click.Kind,
    visitor: str,
    network: str,
    at: datetime,
    channel: str = "",
    fetch: str = "",
) -> Noted:
    """Note one opening as ``note`` does, and fetch ``fetch`` from Valkey on the same trip.

    While Valkey is away nobody counts the clicks of a minute, and nothing is fetched.
    """
    to_the_millisecond = at.replace(microsecond=at.microsecond // 1000 * 1000)  # as streams keep it
    opening = Opening(
        click_id=click_ids.new_at(to_the_millisecond),
        link_id=link_id,
        at=to_the_millisecond,
        kind=kind.value,
        visitor=visitor,
        channel=channel,
    )
    may_try = VALKEY.may_try()
    # First of all: who dies after it leaves a click that can be found.
    is_in_journal = may_try and journal.write(opening)
    streamed = _streamed(opening, network, fetch) if may_try else None
    if streamed is not None:
        return streamed
    # If Valkey did note it and only its answer was late, it is the same id: stored once.
    if not (_stored(opening) or _spooled(opening) or (is_in_journal and journal.want_replay())):
        _count_unrecorded()
    return Noted(opening.click_id, kind)


def _streamed(opening: Opening, network: str, fetch: str) -> Noted | None:
    try:
        kind, fetched = stream.land(opening, network=network, fetch=fetch)
    except redis.RedisError as fault:
        VALKEY.failed()
        log.warning("a click did not reach Valkey: %s", fault)
        return None
    VALKEY.worked()
    if not kind:
        log.error("more than %s clicks wait to be drained", stream.LONGEST)
        return None
    if kind != opening.kind:
        journal.write(replace(opening, kind=kind))
    return Noted(opening.click_id, Click.Kind(kind), fetched)


def _stored(opening: Opening) -> bool:
    if not POSTGRES.may_try():
        return False
    try:
        with transaction.atomic():
            storing.store([opening])
    except (DatabaseError, InterfaceError) as fault:
        POSTGRES.failed()
        log.warning("a click did not reach PostgreSQL: %s", fault)
        return False
    POSTGRES.worked()
    return True


def _spooled(opening: Opening) -> bool:
    try:
        spool.keep(opening)
    except (spool.Full, OSError) as fault:
        if time.monotonic() >= _Said.again_at:  # the disk is full as it is
            _Said.again_at = time.monotonic() + 1
            log.error("a click does not go into the spool: %s", fault)  # noqa: TRY400  # one line
        return False
    return True


def _count_unrecorded() -> None:
    total = spool.count_unrecorded()
    if time.monotonic() >= _Said.counted_again_at:
        _Said.counted_again_at = time.monotonic() + 1
        log.error("click_unrecorded %d", total)
