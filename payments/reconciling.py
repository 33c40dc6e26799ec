"""Reconciliation: every rail's own book is held against ours, day by day."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Min

from kit import clock
from kit.locks import one_at_a_time
from kit.sweeping import one_by_one
from payments import matching
from payments.gateways import port
from payments.gateways.registry import RAILS, rail
from payments.models import Charge, Payout, Statement, StatementLine
from people.models import Person

log = logging.getLogger(__name__)

# A rail that is new here is asked about these days. Afterwards every day since its first
# statement is, until it was had whole, so far back as rails keep them; older ones by hand.
FIRST_DAYS_BACK = 3
DAYS_BACK = 60


def run(now: datetime) -> int:
    """Import what the rails have to say and compare it; return how many statements were new.

    Safe twice and at once: a statement, a line and a difference are each kept once.
    """
    today = now.astimezone(UTC).date()
    new = 0
    for name in _rails_in_use():
        wanted = _days_to_ask_for(name, today)
        new += sum(one_by_one(partial(_fetch_day, name), wanted, away=port.ProviderAway))
        matching.compare(rail=name, now=now)
    return new


def _rails_in_use() -> list[str]:
    """Return the rails that can say what they did and through which money ever moved."""
    used = set(Payout.objects.values_list("provider", flat=True).distinct())
    used |= set(Charge.objects.values_list("provider", flat=True).distinct())
    return [name for name, one in RAILS.items() if name in used and one.capabilities.has_statement]


def _days_to_ask_for(name: str, today: date) -> list[date]:
    """Return the days whose statement we may not have whole, oldest first.

    A day is had whole when its statement was imported after it had ended.
    """
    kept = Statement.objects.filter(rail=name)
    first = kept.aggregate(day=Min("day"))["day"] or today - timedelta(days=FIRST_DAYS_BACK)
    begins = max(first, today - timedelta(days=DAYS_BACK))
    rows = kept.filter(day__gte=begins).values_list("day", "imported_at")
    had = {day for day, at in rows if at.astimezone(UTC).date() > day}
    days = (begins + timedelta(days=number) for number in range((today - begins).days + 1))
    return [day for day in days if day not in had]


def _fetch_day(name: str, day: date) -> bool:
    return fetch(rail=name, day=day)


def fetch(*, rail: str, day: date) -> bool:
    """Fetch one rail's statement of one UTC day and keep it; call it outside a transaction.

    Returns:
        Whether it said anything new.

    Raises:
        ProviderAway: nothing was heard.
    """
    try:
        lines = _ask(rail, day)
    except port.NoStatement:
        return False
    return keep(rail=rail, day=day, lines=lines) is not None


def _ask(name: str, day: date) -> list[port.StatementLine]:
    return rail(name).statement(day)


@transaction.atomic
def keep(
    *,
    rail: str,
    day: date,
    lines: Sequence[port.StatementLine],
    sha256: str = "",
    by: Person | None = None,
) -> Statement | None:
    """Keep a statement and those of its lines that are new; None when it was kept before.

    Args:
        rail: whose book it is.
        day: the UTC day it is about; of a file, the day of its last line.
        lines: what it says.
        sha256: of the file, where it came as one.
        by: who brought it; None when it was fetched.
    """
    one_at_a_time(f"statement:{rail}:{day}")
    digest = sha256 or _digest(lines)
    now = clock.now()
    statement, is_new = Statement.objects.get_or_create(
        rail=rail,
        day=day,
        sha256=digest,
        defaults={"lines_count": len(lines), "brought_by": by, "imported_at": now},
    )
    if not is_new:
        # The day was asked about again and nothing had changed: that is news of its own.
        Statement.objects.filter(pk=statement.pk).update(imported_at=now)
        return None
    StatementLine.objects.bulk_create(
        [_row(statement, line) for line in lines], ignore_conflicts=True
    )
    return statement


def _row(statement: Statement, line: port.StatementLine) -> StatementLine:
    return StatementLine(
        statement=statement,
        rail=statement.rail,
        day=line.at.astimezone(UTC).date(),
        line_key=_key(line),
        reference=line.reference[:80],
        provider_ref=line.provider_ref[:80],
        amount_minor=line.amount_minor,
        currency=line.currency,
        kind=line.kind,
        status=line.status[:20],
        at=line.at,
    )


def _key(line: port.StatementLine) -> str:
    """Return what names a line wherever it is seen again."""
    named = [line.kind, line.provider_ref, line.reference, line.amount_minor, line.currency]
    return hashlib.sha256(json.dumps([*named, line.status]).encode()).hexdigest()


def _digest(lines: Iterable[port.StatementLine]) -> str:
    said = sorted(json.dumps(asdict(line), default=str, sort_keys=True) for line in lines)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
