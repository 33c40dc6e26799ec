"""Sealing: a day's transfers hashed into a chain whose head anybody may keep."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from kit import clock
from ledger.models import DaySeal, Transfer

FIRST = "0" * 64  # what stands before the first day

# So many transfers are hashed in one statement: a tenth of a second, and little memory.
CHUNK = 5_000


def seal_through(last: int) -> list[DaySeal]:
    """Seal every day that is over, the oldest first; return the new seals.

    Two at once seal each day once. A transfer that straddled midnight is sealed with the
    first day that is open when it is found.

    Args:
        last: the newest transfer below which none is under way any more.
    """
    made: list[DaySeal] = []
    while (seal := _next_seal(last)) is not None:
        DaySeal.objects.bulk_create([seal], ignore_conflicts=True)
        made.append(seal)
    return made


def day_to_seal() -> date | None:
    """Return the oldest day that is over and not sealed; None when everything is."""
    newest = DaySeal.objects.order_by("-last").first()
    unsealed = Transfer.objects.filter(pk__gt=newest.last if newest else 0).order_by("pk")
    written_at = unsealed.values_list("posted_at", flat=True).first()
    if written_at is None:
        return None
    day = _day_of(written_at)
    if newest is not None:
        day = max(day, newest.day + timedelta(days=1))
    return day if day < _day_of(clock.now()) else None


def lines_of(*, previous: str, first: int, last: int) -> Iterator[str]:
    """Yield what a seal is the SHA-256 of: the seal before, then a line for each transfer."""
    yield f"{previous}\n"
    # From id to id and not in steps: a post that was told twice leaves a gap behind.
    while rows := _digests(first, last):
        first = rows[-1][0] + 1
        yield "".join(f"{digest}\n" for _, digest in rows)


def _digests(first: int, last: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, digest FROM ledger_digests(%s, %s) ORDER BY id LIMIT %s",
            [first, last, CHUNK],
        )
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


def _next_seal(last: int) -> DaySeal | None:
    day = day_to_seal()
    if day is None:
        return None
    before = DaySeal.objects.order_by("-last").first()
    first, previous = (before.last + 1, before.digest) if before else (1, FIRST)
    later = Transfer.objects.filter(pk__gte=first, posted_at__gte=_end_of(day)).order_by("pk")
    next_day = later.values_list("pk", flat=True).first()
    seal = DaySeal(day=day, first=first, previous_digest=previous, sealed_at=clock.now())
    seal.last = min(last, next_day - 1) if next_day is not None else last
    seal.transfers = Transfer.objects.filter(pk__range=(first, seal.last)).count()
    if not seal.transfers:
        return None
    seal.digest = _sha256(lines_of(previous=previous, first=first, last=seal.last))
    return seal


def _sha256(lines: Iterator[str]) -> str:
    whole = hashlib.sha256()
    for line in lines:
        whole.update(line.encode())
    return whole.hexdigest()


def _day_of(moment: datetime) -> date:
    return timezone.localdate(moment, timezone.get_default_timezone())


def _end_of(day: date) -> datetime:
    midnight = datetime.combine(day + timedelta(days=1), time())
    return timezone.make_aware(midnight, timezone.get_default_timezone())
