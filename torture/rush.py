"""Payday with everybody pressing at once (C12): each payee is sent their money once.

A thousand people have something to take out. Three beats ring on the real clock, four
workers work, and five people of the house press *approve* at the same moment, again and
again, until the provider has paid everybody.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db.models import Sum

from kit import clock
from ledger.models import Account
from orders import fulfilment
from payments import approving, payday
from payments.models import Payout, PayoutRun
from people.models import Person, StaffRole
from referrals import commissions
from tests.races import all_at_once, together
from torture.crew import crew_in
from torture.healing import heal
from torture.stage import Proof, Stage
from torture.street import Street
from torture.truth import lies

PAYEES, QUICK_PAYEES = 1_000, 40
STAFF, BEATS, WORKERS = 5, 3, 4
LONGEST_SECONDS = 600


class NeverPaid(Exception):
    """Not everybody was paid in time."""


def prove(stage: Stage) -> Proof:
    """Let everybody press at once; count what each payee was sent, and by how many presses."""
    _earn(stage, QUICK_PAYEES if stage.is_quick else PAYEES)
    rich = _who_has_enough()
    limit_minor = settings.PAYOUT_RUN_LIMIT_MINOR
    settings.PAYOUT_RUN_LIMIT_MINOR = 0  # so that the run waits for people
    staff = [_accountant(number) for number in range(STAFF)]
    try:
        all_at_once(lambda: payday.run(clock.now()), times=BEATS)
        with crew_in(Path(stage.wire.folder) / "crew-rush") as crew:
            crew.start_valkey()
            crew.start_workers(WORKERS)
            crew.start_beats(BEATS)
            presses = _press_until_paid(staff)
    finally:
        settings.PAYOUT_RUN_LIMIT_MINOR = limit_minor
    heal()
    untrue = [*lies(stage.provider), *_paid_otherwise(rich)]
    figures = {"payees": len(rich), "presses": presses, "runs": PayoutRun.objects.count()}
    return Proof(figures, untrue)


def _earn(stage: Stage, payees: int) -> None:
    """Let every one of so many sharers earn from an order of their own."""
    street = Street.open(stage.provider, seed=stage.seed, sharers=payees)
    street.shop.terms.commission_bp = 3000  # enough to be worth sending
    street.shop.terms.save()
    for sharer in street.sharers:
        order = street.paid(through=sharer)
        fulfilment.confirm(
            order=fulfilment.dispatch(order=order, carrier="SF", number="S", by=street.vendor)
        )
    clock.move(by=timedelta(days=8))
    commissions.release_due(clock.now())


def _who_has_enough() -> dict[str, int]:
    rows = Account.objects.filter(
        running=True, balance_minor__gte=settings.PAYOUT_MINIMUM_MINOR
    ).filter(code__regex="^(sharer|shop):")
    return dict(rows.values_list("code", "balance_minor"))


def _accountant(number: int) -> Person:
    person = Person.objects.create_user(
        name=f"会计{number}", email=f"finance-{uuid4().hex}@torture.test"
    )
    StaffRole.objects.create(person=person, role=StaffRole.Role.FINANCE)
    return person


def _press_until_paid(staff: list[Person]) -> int:
    """Press *approve* from all hands at once until nothing is on its way; return how often."""
    presses = 0
    deadline = time.monotonic() + LONGEST_SECONDS
    while Payout.objects.open().exists() or not Payout.objects.exists():
        together(*[lambda by=person: _press(by) for person in staff])
        presses += len(staff)
        time.sleep(0.2)
        if time.monotonic() > deadline:
            raise NeverPaid
    return presses


def _press(by: Person) -> None:
    for run in PayoutRun.objects.all():
        with contextlib.suppress(approving.NotWaiting):
            approving.approve_run(run=run, by=by)
    payday.run(clock.now())


def _paid_otherwise(rich: dict[str, int]) -> list[str]:
    """Compare what each account had with what was sent from it."""
    settled = Payout.objects.filter(account__in=rich, state=Payout.State.SETTLED)
    sent = dict(settled.values_list("account").annotate(minor=Sum("amount_minor")))
    number = Counter(settled.values_list("account", flat=True))
    return [
        f"{code} had {minor} and was sent {sent.get(code, 0)} in {number[code]} payouts"
        for code, minor in rich.items()
        if (sent.get(code, 0), number[code]) != (minor, 1)
    ]
