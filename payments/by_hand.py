"""What only a person can say of a payout: the bank's word on a file, an end for a frozen one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from audit.recording import record
from kit import clock, states
from kit.locks import locked
from payments import approving, destinations, outcomes
from payments.gateways.port import PayoutFact
from payments.models import Payout
from payments.states import PAYOUT_MAY_BECOME
from people.models import Person


class NotForAPerson(Exception):
    """Its rail says what becomes of it, or it is over; nothing was written."""


class OwnMoney(Exception):
    """Nobody decides about money on its way to themselves; nothing was written."""


def awaits_a_person(payout: Payout) -> bool:
    """Say whether a person has to say what became of this payout."""
    return payout.state == Payout.State.FROZEN or (
        payout.state == Payout.State.UNKNOWN and payout.file_id is not None
    )


@transaction.atomic
def decide(*, payout: Payout, has_arrived: bool, by: Person, why: str) -> Payout:
    """Say that a payout arrived, or that it did not and its money is free again.

    Raises:
        NotForAPerson, OwnMoney, approving.WroteThePlace: as they say.
    """
    row = _mine_to_decide(payout, by)
    fact = PayoutFact(
        "settled" if has_arrived else "rejected",
        row.provider_ref,
        row.amount_minor,
        row.currency,
        reason="" if has_arrived else "refused",
    )
    outcomes.take_over(row, fact)
    _record(row, by, "payout.settled_by_hand" if has_arrived else "payout.returned_by_hand", why)
    return row


@transaction.atomic
def ask_again(*, payout: Payout, by: Person, why: str) -> Payout:
    """Let a frozen payout be looked up once more, after the provider put it right.

    Raises:
        NotForAPerson, OwnMoney, approving.WroteThePlace: as they say.
    """
    row = _mine_to_decide(payout, by)
    if row.state != Payout.State.FROZEN:
        raise NotForAPerson(row.reference)
    states.move(
        row,
        to=Payout.State.UNKNOWN,
        table=PAYOUT_MAY_BECOME,
        look_ups=0,
        next_attempt_at=clock.now(),
    )
    _record(row, by, "payout.asked_again", why)
    return row


def waiting_for_a_person() -> Q:
    """Return the condition of payouts that only a person can end."""
    return Q(state=Payout.State.FROZEN) | Q(state=Payout.State.UNKNOWN, file__isnull=False)


def _mine_to_decide(payout: Payout, by: Person) -> Payout:
    row = locked(Payout.objects.filter(pk=payout.pk))[0]
    if not awaits_a_person(row):
        raise NotForAPerson(row.reference)
    if row.person_id == by.pk:
        raise OwnMoney(row.reference)
    if row.person_id is None and destinations.were_set_by(by, payout=row):
        raise approving.WroteThePlace(row.reference)
    return row


def _record(row: Payout, by: Person, act: str, why: str) -> None:
    record(actor=f"person:{by.pk}", act=act, subject=f"payout:{row.reference}", after={"why": why})
