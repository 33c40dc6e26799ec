"""Recording who did what: one chain of rows, each sealed to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from audit.models import AuditEvent
from kit import clock
from kit.locks import one_at_a_time

CHAIN = "audit:chain"
FIRST = "0" * 64  # what stands before the first row

Facts = Mapping[str, Any]


@transaction.atomic
def record(
    *,
    actor: str,
    act: str,
    subject: str,
    before: Facts | None = None,
    after: Facts | None = None,
) -> AuditEvent:
    """Write one row at the end of the chain, in the caller's transaction.

    Whoever records holds the chain until that transaction ends, so record last, after
    every lock that the act itself needs.

    Args:
        actor: who did it, such as ``person:12`` or ``house``.
        act: what was done, such as ``listing.approved``.
        subject: what it was done to, such as ``product:7``.
        before: what the act changed, as it was; plain JSON.
        after: the same, as it is now.
    """
    one_at_a_time(CHAIN)
    last = AuditEvent.objects.order_by("-pk").values_list("digest", flat=True).first()
    event = AuditEvent(
        at=clock.now(),
        actor=actor,
        act=act,
        subject=subject,
        before=_plain(before),
        after=_plain(after),
        previous_digest=last or FIRST,
    )
    event.digest = _digest_of(event)
    event.save(force_insert=True)
    return event


def broken_links() -> list[int]:
    """Return the ids of rows that were changed, or that follow a row which is gone.

    Walks the whole chain. A row taken from the very end leaves no trace here; whoever
    needs to see that keeps the newest digest elsewhere.
    """
    broken, expected = [], FIRST
    for event in AuditEvent.objects.order_by("pk").iterator():
        if event.previous_digest != expected or event.digest != _digest_of(event):
            broken.append(event.pk)
        expected = event.digest
    return broken


def _plain(facts: Facts | None) -> dict[str, Any]:
    # A float may come back from the database as another one, and break its own seal.
    told: dict[str, Any] = json.loads(json.dumps(facts or {}), parse_float=str)
    return told


def _digest_of(event: AuditEvent) -> str:
    row = [_moment(event.at), event.actor, event.act, event.subject, event.before, event.after]
    words = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{event.previous_digest}{words}".encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
