"""The nightly run that works out what everybody's word weighs, and when it is kept back."""

from __future__ import annotations

import hashlib
import math
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from audit.recording import record
from kit import clock
from kit.locks import one_at_a_time
from people import trust_graph, trust_rules, trust_sql
from people.models import Person, StaffRole, TrustRun
from people.staff_roles import tell_roles
from people.trust_bars import WEIGHTS
from people.trust_graph import Found

ENGINES: dict[str, ModuleType] = {"sql": trust_sql}
with suppress(ImportError):  # NumPy and SciPy are an extra: without them it takes minutes
    from people import trust_walk

    ENGINES["numpy"] = trust_walk

State, Reason = TrustRun.State, TrustRun.Reason

NIGHT = timedelta(hours=3)  # of the house's day, when the street sleeps
GIVEN_UP = timedelta(hours=2)  # a run that is not done by then never will be

# Of everybody whom the last run could meet, who rose or fell across the line. Only who is
# reached has a row.
CROSSED = """
SELECT count(*) FROM people_accounttrust a FULL JOIN trust_next n USING (person_id)
JOIN people_person p ON p.id = person_id
WHERE (a.person_id IS NULL OR n.person_id IS NULL) AND p.is_active AND p.joined_at <= %s
"""
# Whoever was closed while the run worked is left out.
LEFT_OUT = """
DELETE FROM people_accounttrust a
WHERE NOT EXISTS (SELECT 1 FROM trust_next n WHERE n.person_id = a.person_id)
"""
# Only what is different is written, or a million rows would be dead every morning. Whoever
# was barred while the run worked weighs nothing.
WRITTEN = """
INSERT INTO people_accounttrust AS a (person_id, g, e, t, run_id)
SELECT n.person_id, n.g, CASE WHEN b.id IS NULL THEN n.e ELSE 0 END,
  CASE WHEN b.id IS NULL THEN n.t ELSE 0 END, %s
FROM trust_next n JOIN people_person p ON p.id = n.person_id AND p.is_active
LEFT JOIN people_trustbar b ON b.person_id = n.person_id AND b.lifted_at IS NULL
ORDER BY n.person_id
ON CONFLICT (person_id) DO UPDATE SET g = excluded.g, e = excluded.e, t = excluded.t,
  run_id = excluded.run_id
WHERE (a.g, a.e, a.t) IS DISTINCT FROM (excluded.g, excluded.e, excluded.t)
"""


class AlreadyRunning(Exception):
    """Another run works on it; nothing was begun."""


class NotKeptBack(Exception):
    """This is not the last run, was not kept back, or for a reason nobody can wave through."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a run is compared with: the published one, and whether somebody waved it through."""

    run: TrustRun | None
    is_accepted: bool


def run_when_due() -> TrustRun | None:
    """Run once a night; return the run, or none when tonight's is done or under way."""
    now = clock.now()
    _bury(now)
    last = TrustRun.objects.order_by("-pk").first()
    if last is not None and _night_of(last.started_at) == _night_of(now):
        return None
    try:
        return run(now=now)
    except AlreadyRunning:
        return None


def run(*, now: datetime, engine: str = "") -> TrustRun:
    """Work out everybody's weight, and publish it or keep it back with an alarm.

    Args:
        now: the moment from which ages are counted.
        engine: ``numpy`` or ``sql``; by default the first that is installed.

    Raises:
        AlreadyRunning: as it says.
    """
    row = _begin(now, engine or ("numpy" if "numpy" in ENGINES else "sql"))
    try:
        with transaction.atomic():
            _work(row)
    except BaseException:
        # Also for a killed worker's SystemExit; what kills outright is found by the next run.
        _keep_back(row, Reason.CRASHED)
        raise
    return row


@transaction.atomic
def accept(*, run_id: int, by: Person) -> TrustRun:
    """Let the next run pass, however far it moves: a person looked, and it is the truth.

    Raises:
        NotKeptBack: as it says; nothing was written.
    """
    last = TrustRun.objects.select_for_update().order_by("-pk").first()
    if last is None or last.pk != run_id or not may_be_accepted(last):
        raise NotKeptBack(run_id)
    last.accepted_by = by
    last.save(update_fields=["accepted_by"])
    record(actor=f"person:{by.pk}", act="trust_run.accepted", subject=f"trust_run:{last.pk}")
    return last


def may_be_accepted(run: TrustRun) -> bool:
    """Whether a person may wave through what kept this run back."""
    moved = (Reason.MEDIAN_MOVED, Reason.MANY_CROSSED, Reason.FEW_SEEDS)
    return run.state == State.KEPT_BACK and run.reason in moved and run.accepted_by_id is None


def _night_of(moment: datetime) -> Any:
    return timezone.localdate(moment - NIGHT, timezone.get_default_timezone())


@transaction.atomic
def _begin(now: datetime, engine: str) -> TrustRun:
    one_at_a_time("people:trust_run")
    running = TrustRun.objects.filter(state=State.RUNNING)
    if running.filter(started_at__gt=now - GIVEN_UP).exists():
        raise AlreadyRunning
    _bury(now)
    return TrustRun.objects.create(started_at=now, engine=engine, parameters=_parameters())


def _bury(now: datetime) -> None:
    """Say of a run that was killed outright that it broke off."""
    for dead in TrustRun.objects.filter(state=State.RUNNING, started_at__lte=now - GIVEN_UP):
        _keep_back(dead, Reason.CRASHED)


def _work(row: TrustRun) -> None:
    before = _before(row)
    seeds = trust_graph.seed_ids()
    row.seeds, row.seed_hash = len(seeds), _hash_of(seeds)
    row.counts = len(seeds) >= trust_rules.SEEDS_NEEDED
    trust_graph.make_table()
    if not row.counts:
        _rest(row, before)
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '128MB'")
    found = ENGINES[row.engine].work_out(now=row.started_at, seeds=seeds)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE trust_next")
    row.people, row.edges = found.people, found.edges
    row.steps, row.median = found.steps, found.median
    row.parameters["seconds"] = {name: round(took, 2) for name, took in found.seconds.items()}
    reason = _doubt(row, found, before)
    if reason:
        _keep_back(row, reason)
    else:
        _publish(row)


def _rest(row: TrustRun, before: Before) -> None:
    """With too few seeds everybody counts as 1; a street that had enough of them asks first."""
    if before.run is not None and before.run.counts:
        reason = Reason.FEW_SEEDS if row.seeds else Reason.NO_SEEDS
        if reason == Reason.NO_SEEDS or not before.is_accepted:
            _keep_back(row, reason)
            return
    _publish(row)


def _before(row: TrustRun) -> Before:
    earlier = TrustRun.objects.filter(pk__lt=row.pk).order_by("-pk")
    last = earlier.first()
    return Before(
        run=earlier.filter(state=State.PUBLISHED).first(),
        is_accepted=last is not None and last.accepted_by_id is not None,
    )


def _doubt(row: TrustRun, found: Found, before: Before) -> str:
    """Return why what was found is not to be believed, or nothing."""
    if found.median is None or found.median == 0:
        return Reason.UNREACHED
    if not math.isfinite(found.median) or _has_nonsense():
        return Reason.NOT_A_NUMBER
    if before.run is None or not before.run.counts:
        return ""
    row.crossed_bp = 10_000 * _crossed(before.run) // max(before.run.people, 1)
    return "" if before.is_accepted else _moved(row, found.median, before.run)


def _moved(row: TrustRun, median: float, before: TrustRun) -> str:
    usual = before.median or median
    if abs(median - usual) > trust_rules.MEDIAN_MAY_MOVE * usual:
        return Reason.MEDIAN_MOVED
    return Reason.MANY_CROSSED if row.crossed_bp > trust_rules.MAY_CROSS_BP else ""


def _crossed(before: TrustRun) -> int:
    with connection.cursor() as cursor:
        cursor.execute(CROSSED, [before.started_at])
        (crossed,) = cursor.fetchone()
    return int(crossed)


def _has_nonsense() -> bool:
    """Whether anything is beyond 0 to 1; a NaN is greater than every number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM trust_next WHERE NOT (g BETWEEN 0 AND 1"
            " AND e BETWEEN 0 AND 1 AND t BETWEEN 0 AND 1))"
        )
        return bool(cursor.fetchone()[0])


def _publish(row: TrustRun) -> None:
    one_at_a_time(WEIGHTS)
    with connection.cursor() as cursor:
        cursor.execute(LEFT_OUT)
        cursor.execute(WRITTEN, [row.pk])
    _finish(row, State.PUBLISHED, "")


@transaction.atomic
def _keep_back(row: TrustRun, reason: str) -> None:
    """Leave everybody's weight as it was, and tell who answers for it."""
    _finish(row, State.KEPT_BACK, reason)
    tell_roles(
        StaffRole.Role.MODERATOR,
        StaffRole.Role.ADMIN,
        kind="trust_run_kept",
        key=f"trust_run:{row.pk}",
        data={},
        path="/desk/trust",
    )


def _finish(row: TrustRun, state: str, reason: str) -> None:
    row.state, row.reason, row.finished_at = state, reason, clock.now()
    row.save()


def _parameters() -> dict[str, Any]:
    """Return the formula's numbers as this run takes them."""
    return {
        name.lower(): value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in vars(trust_rules).items()
        if name.isupper()
    }


def _hash_of(seeds: list[int]) -> str:
    return hashlib.sha256(",".join(map(str, seeds)).encode()).hexdigest()
