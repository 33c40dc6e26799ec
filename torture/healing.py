"""Healing: after the fault every sweep rings, and time passes, until nothing moves any more."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable
from datetime import timedelta

from celery import current_app
from celery.app.registry import TaskRegistry
from django.db import connection

from kit import clock
from weidian.timetable import SECONDS_BETWEEN

# The sweeps that money waits for.
MONEY = tuple(
    name
    for name in SECONDS_BETWEEN
    if name.startswith(("orders.", "payments.", "referrals.release"))
)
# And news that was kept, of which no life without a provider's webhooks has any.
ALL = ("api.act_on_events", *MONEY)
ROUNDS = 12
PROVIDER_SETTLES_SECONDS = 0.12  # twice what the running provider takes, and a little

# Every row that money stands on, by its state; two equal looks and nothing moved between them.
LOOK = """
SELECT (SELECT count(*) FROM ledger_transfer), (SELECT md5(string_agg(s, ',' ORDER BY s)) FROM (
  SELECT 'o' || id || state AS s FROM orders_order
  UNION ALL SELECT 'c' || id || state FROM payments_charge
  UNION ALL SELECT 'r' || id || state FROM payments_refund
  UNION ALL SELECT 'p' || id || state || attempt FROM payments_payout
  UNION ALL SELECT 'k' || id || state || reversed_minor FROM referrals_commission) rows)
"""


class NeverQuiet(Exception):
    """Things still moved after as much time as healing may take."""


def ring(names: Iterable[str]) -> None:
    """Do the timed jobs of these names here and now, one after another."""
    tasks = _tasks()
    for name in names:
        tasks[name].run()


@functools.cache
def _tasks() -> TaskRegistry:
    current_app.loader.import_default_modules()  # looks at the whole house, so once
    return current_app.tasks


def heal(*, step: timedelta = timedelta(minutes=6)) -> int:
    """Ring every sweep, let time pass, and again, until two looks agree; return the rounds.

    Raises:
        NeverQuiet: something moved in every round.
    """
    before = None
    for number in range(1, ROUNDS + 1):
        ring(ALL)
        time.sleep(PROVIDER_SETTLES_SECONDS)
        now = _look()
        if now == before:
            return number
        before = now
        clock.move(by=step)
    raise NeverQuiet


def _look() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(LOOK)
        found: tuple[object, ...] = cursor.fetchone()
    return found
