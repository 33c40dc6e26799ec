"""Poison: entries of the click stream that nobody can read, set aside instead of retried."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from referrals.models import PoisonEntry

log = logging.getLogger(__name__)

# Ours are 200 bytes; somebody else's need not fill a table.
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Poison:
    """One entry as the stream gave it, and why it cannot be a click."""

    entry: bytes
    fields: Mapping[bytes, bytes]
    why: str


def set_aside(found: Iterable[Poison], *, now: datetime) -> int:
    """Keep these entries for a person to look at, each once; return how many were given."""
    rows = [_row(poison, now) for poison in found]
    PoisonEntry.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        log.error("%s entries of the click stream were set aside: %s", len(rows), rows[0])
    return len(rows)


def forget_before(oldest: datetime) -> int:
    """Delete what was set aside before ``oldest``; return how many."""
    forgotten, _ = PoisonEntry.objects.filter(at__lt=oldest).delete()
    return forgotten


def _row(poison: Poison, now: datetime) -> PoisonEntry:
    fields = {_text(name): _text(value) for name, value in poison.fields.items()}
    body = json.dumps(fields)  # ASCII alone, and a NUL is written out
    entry = _text(poison.entry)[:40]
    fingerprint = hashlib.blake2b(f"{entry} {body}".encode(), digest_size=16).hexdigest()
    return PoisonEntry(
        entry=entry, body=body[:LONGEST], why=poison.why[:200], at=now, fingerprint=fingerprint
    )


def _text(value: bytes) -> str:
    return value.decode("latin-1")
