"""The broker loses everything, again and again (T34): the books end as if it had not.

The same orders of the same seed go their whole way twice, from the payment to the payout:
once with real workers, beats and a Valkey that is left alone, once with one that is emptied
at random moments. What stands on every account at the end must be the same.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import connection

from kit import clock
from ledger.models import Account
from orders import fulfilment
from orders.models import Order
from payments.models import Payout
from referrals.models import Commission
from torture.crew import Crew, crew_in
from torture.healing import MONEY
from torture.stage import Proof, Stage
from torture.street import Street
from torture.truth import lies

ORDERS, QUICK_ORDERS = 30, 8
LONGEST_SECONDS = 90
# What went over the accounts of each kind: how many postings, and how much in all.
MOVED = """
SELECT split_part(a.code, ':', 1), count(*), sum(abs(p.amount_minor))
FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
WHERE a.running AND a.id > %s GROUP BY 1 ORDER BY 1
"""


class NeverDone(Exception):
    """The workers did not bring it to its end in time."""


def prove(stage: Stage) -> Proof:
    """Let the same street live with a broker that keeps its messages and one that loses them."""
    calm, _ = _life(stage, flushes=False)
    stormy, flushed = _life(stage, flushes=True)
    untrue = lies(stage.provider)
    if calm != stormy:
        untrue.append(f"with a calm broker {calm}, with a forgetful one {stormy}")
    return Proof({"flushed": flushed, "postings_and_minor_by_account": stormy}, untrue)


def _life(stage: Stage, *, flushes: bool) -> tuple[dict[str, list[int]], int]:
    """Live through one street's orders; return what went over its accounts, and the flushes."""
    last_account = _last_account()
    street = Street.open(stage.provider, seed=stage.seed)
    with crew_in(Path(stage.wire.folder) / f"crew-{flushes}") as crew:
        crew.start_valkey()
        crew.start_workers(2)
        storm: _Calm | _Storm = _Storm(crew, seed=stage.seed) if flushes else _Calm()
        number = QUICK_ORDERS if stage.is_quick else ORDERS
        orders = [street.paid_at_provider() for _ in range(number)]
        _ring_until(storm, lambda: _all(orders, Order.State.PAID))
        for order in _fresh(orders):
            fulfilment.dispatch(order=order, carrier="SF", number="SF1", by=street.vendor)
            storm.blow()
        clock.move(by=timedelta(days=10, minutes=1))
        _ring_until(storm, lambda: _all(orders, Order.State.COMPLETED))
        clock.move(by=timedelta(days=8))
        _ring_until(storm, lambda: not Commission.objects.filter(state="held").exists())
        clock.move(by=timedelta(days=7))
        _ring_until(storm, partial(_everybody_is_paid, last_account))
        return _moved_since(last_account), storm.blown


class _Calm:
    blown = 0

    def blow(self) -> None:
        """Do nothing."""


class _Storm:
    """Empties Valkey, one time in two that it is asked."""

    def __init__(self, crew: Crew, *, seed: int) -> None:
        self.blown = 0
        self._crew = crew
        self._rng = random.Random(seed)

    def blow(self) -> None:
        """Perhaps empty it."""
        if self._rng.random() < 0.5:
            self._crew.valkey.flushall()
            self.blown += 1


def _ring_until(storm: _Calm | _Storm, is_done: Callable[[], bool]) -> None:
    """Ring every sweep through the broker, as a beat does, until the workers are done."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not is_done():
        for name in MONEY:
            current_app.send_task(name)
            storm.blow()
        time.sleep(0.3)
        if time.monotonic() > deadline:
            raise NeverDone


def _fresh(orders: list[Order]) -> list[Order]:
    return list(
        Order.objects.filter(pk__in=[order.pk for order in orders]).select_related("shop__terms")
    )


def _all(orders: list[Order], state: str) -> bool:
    return all(order.state == state for order in _fresh(orders))


def _everybody_is_paid(last_account: int) -> bool:
    enough = Account.objects.filter(
        pk__gt=last_account, running=True, balance_minor__gte=settings.PAYOUT_MINIMUM_MINOR
    )
    return not enough.exists() and not Payout.objects.open().exists()


def _last_account() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger_account")
        return int(cursor.fetchone()[0])


def _moved_since(account_id: int) -> dict[str, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [account_id])
        return {kind: [int(number), int(minor)] for kind, number, minor in cursor.fetchall()}
