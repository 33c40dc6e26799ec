"""Sending people their money: reserve, claim, send, record; what is not known is looked up.

The money is set aside before the provider hears of it, and no payout is ever sent again
on a guess: an answer that was not heard is asked for by our reference, and only a
provider that knows nothing of it is asked once more.
"""

from __future__ import annotations

import logging
import time
import zlib
from dataclasses import asdict
from datetime import timedelta

from django.db import transaction

from kit import clock, states
from kit.locks import locked
from kit.states import TransitionRefused
from kit.sweeping import one_by_one
from payments import cancelling, outcomes
from payments.asking import AboveMaximum as AboveMaximum  # for those who call us
from payments.asking import BelowMinimum as BelowMinimum
from payments.asking import DestinationTooFresh as DestinationTooFresh
from payments.asking import NoDestination as NoDestination
from payments.asking import PayoutOpen as PayoutOpen
from payments.asking import ask as ask
from payments.gateways.port import (
    Absent,
    PayoutFact,
    PayoutWanted,
    ProviderAway,
    Unknown,
)
from payments.gateways.registry import RAILS, rail
from payments.models import Payout, PayoutAttempt
from payments.outcomes import SHORTEST_WAIT
from payments.states import PAYOUT_MAY_BECOME

log = logging.getLogger(__name__)

# A call to a provider ends within ten seconds, one way or another; a claim holds ten calls.
CLAIMED_AT_ONCE = 10
LEASE = timedelta(minutes=5)

# A sweep ends long before its task's time limit; the next beat goes on where it stopped.
SWEEP_SECONDS = 240
LOOKED_UP_AT_ONCE = 100

# Asked again after 30 s, then ever less often: 30 s times two to the power of the questions.
LONGEST_WAIT = timedelta(hours=6)
DOUBLINGS = 10


def send_due() -> int:
    """Send every payout whose turn it is; return how many were sent."""
    cancelling.cancel_of_closed_accounts()
    sent, stop_at = 0, time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < stop_at and (claimed := claim()):
        heard = one_by_one(_send_and_record, claimed)
        sent += len(claimed)
        if not any(heard):
            break  # nobody answers: what is not claimed yet waits, unsent, for the next beat
    return sent


def _send_and_record(payout: Payout) -> bool:
    answer = send(payout)
    record(payout=payout, answer=answer)
    return isinstance(answer, PayoutFact)


@transaction.atomic
def claim(*, most: int = CLAIMED_AT_ONCE) -> list[Payout]:
    """Take payouts that are due, so that no other worker sends them.

    Each gets the next attempt number and a row for it before any call is made. What goes
    by a file is never sent by us.
    """
    due = Payout.objects.claimable(now=clock.now()).exclude(provider__in=rails_by_file())
    waiting = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return begin_attempts(list(waiting[:most]))


def begin_attempts(rows: list[Payout]) -> list[Payout]:
    """Write down the next attempt of each locked payout, in the caller's transaction."""
    now = clock.now()
    for payout in rows:
        states.move(
            payout,
            to=Payout.State.SUBMITTING,
            table=PAYOUT_MAY_BECOME,
            attempt=payout.attempt + 1,
            lease_until=now + LEASE,
        )
    PayoutAttempt.objects.bulk_create(
        PayoutAttempt(payout=payout, number=payout.attempt, started_at=now) for payout in rows
    )
    return rows


def rails_by_file() -> list[str]:
    """Return the rails whose payouts a person carries to the bank in a file."""
    return [name for name, one in RAILS.items() if one.capabilities.by_file]


def send(payout: Payout) -> PayoutFact | Unknown:
    """Ask the provider to pay; call it outside a transaction, with a claimed payout."""
    return rail(payout.provider).send_payout(wanted(payout))


def wanted(payout: Payout) -> PayoutWanted:
    """Return what a rail is told: the frozen row, and which try this is as the rail counts."""
    attempts = payout.attempts.order_by("number")
    refused = attempts.filter(outcome="rejected").count()
    first = attempts.exclude(outcome="rejected").first()
    return PayoutWanted(
        reference=payout.reference,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        destination=payout.destination,
        holder=payout.holder,
        attempt=refused + 1,
        first_sent_at=first.started_at if first else None,
        description=payout.run,
    )


@transaction.atomic
def record(*, payout: Payout, answer: PayoutFact | Unknown) -> bool:
    """Write down what the provider answered to this attempt.

    Returns:
        False when the attempt is over: this worker woke too late, and what became of the
        payout is being looked up, or is known, elsewhere.
    """
    row = _locked(payout)
    attempts = PayoutAttempt.objects.filter(payout=payout, number=payout.attempt, outcome="")
    heard = answer.status if isinstance(answer, PayoutFact) else "unknown"
    attempts.update(outcome=heard, answer=asdict(answer))
    if (row.state, row.attempt) != (Payout.State.SUBMITTING, payout.attempt):
        return False
    if isinstance(answer, PayoutFact):
        outcomes.take_over(row, answer)
    else:
        states.move(
            row,
            to=Payout.State.UNKNOWN,
            table=PAYOUT_MAY_BECOME,
            look_ups=0,
            next_attempt_at=clock.now() + SHORTEST_WAIT,
        )
    return True


def look_up_due() -> int:
    """Ask about every payout that is not decided; return how many were due.

    Of a rail that stays silent three times in a row the rest waits for the next sweep.
    """
    sweep()
    answering = [name for name, one in RAILS.items() if one.capabilities.looks_up]
    asked = 0
    for name in answering:  # a provider that is away holds up no other
        due = Payout.objects.to_look_up(now=clock.now()).filter(provider=name)
        rows = list(due[:LOOKED_UP_AT_ONCE])
        one_by_one(_look_up_or_wait, rows, away=ProviderAway)
        asked += len(rows)
    return asked


def _look_up_or_wait(payout: Payout) -> None:
    if not look_up(payout):
        raise ProviderAway(payout.reference)


def sweep() -> int:
    """Give up waiting for senders that died or hang; return for how many."""
    swept = 0
    now = clock.now()
    for payout in Payout.objects.abandoned(now=now):
        try:
            states.move(
                payout,
                to=Payout.State.UNKNOWN,
                table=PAYOUT_MAY_BECOME,
                look_ups=0,
                next_attempt_at=now,
            )
            swept += 1
        except TransitionRefused:
            log.info("payout %s was recorded at the last moment", payout.reference)
    return swept


def refresh(payout_id: int) -> bool:
    """Ask the provider how a payout stands; False when it did not answer."""
    return look_up(Payout.objects.get(pk=payout_id))


def look_up(payout: Payout) -> bool:
    """Ask the provider by our reference, and believe it.

    Call it outside a transaction. A payout that is proven absent waits for its next
    attempt, under the same reference.

    Returns:
        Whether the provider answered.
    """
    answer = rail(payout.provider).payout(wanted(payout))
    with transaction.atomic():
        row = _locked(payout)
        if isinstance(answer, PayoutFact):
            outcomes.take_over(row, answer)
        elif isinstance(answer, Absent) and _is_proven_absent(row, asked_about=payout):
            states.move(row, to=Payout.State.RESERVED, table=PAYOUT_MAY_BECOME)
        if row.is_open and row.attempt:
            Payout.objects.filter(pk=row.pk).update(
                look_ups=row.look_ups + 1, next_attempt_at=clock.now() + wait_after(row)
            )
    return not isinstance(answer, Unknown)


def _is_proven_absent(row: Payout, *, asked_about: Payout) -> bool:
    # An answer about an earlier attempt proves nothing about the one now under way.
    return row.state == Payout.State.UNKNOWN and row.attempt == asked_about.attempt


def wait_after(row: Payout) -> timedelta:
    """Return how long to leave the provider in peace, half as long or half as long again.

    The spread comes from the reference and the count, so that a thousand payouts of one
    run do not ask in the same second and a test can know it.
    """
    doublings = min(row.look_ups, DOUBLINGS)
    wait = min(SHORTEST_WAIT * (1 << doublings), LONGEST_WAIT)
    spread = zlib.crc32(f"{row.reference}:{row.look_ups}".encode()) % 101
    return wait * (50 + spread) // 100


def _locked(payout: Payout) -> Payout:
    return locked(Payout.objects.filter(pk=payout.pk))[0]
