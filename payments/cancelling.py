"""Calling a payout off while no provider can have heard of it; the money is free again."""

from __future__ import annotations

from django.db import transaction

from audit.recording import record
from kit import clock, states
from kit.locks import locked
from kit.states import TransitionRefused
from kit.sweeping import one_by_one
from notifications.telling import tell
from payments.models import Payout
from payments.outcomes import give_back
from payments.states import PAYOUT_MAY_BECOME
from people.models import Person


class AlreadySent(Exception):
    """A provider may have heard of it, or it is over; nothing was written."""


@transaction.atomic
def cancel(*, payout: Payout, by: Person | None = None, why: str = "") -> Payout:
    """Call a payout off and give its money back to the account.

    Args:
        payout: one that was not sent yet.
        by: its payee, or somebody of the house; None for the house itself.
        why: what the payee is told when it was not them; in their own language, or empty.

    Raises:
        AlreadySent: it is too late; nothing was written.
    """
    locked(Payout.objects.filter(pk=payout.pk))
    row = Payout.objects.unsent().filter(pk=payout.pk).first()
    if row is None:
        raise AlreadySent(payout.reference)
    try:
        states.move(row, to=Payout.State.CANCELLED, table=PAYOUT_MAY_BECOME, reason=why[:120])
    except TransitionRefused as late:
        raise AlreadySent(payout.reference) from late
    give_back(row)
    if row.person_id is not None and (by is None or by.pk != row.person_id):
        data: dict[str, int | str] = {"amount_minor": row.amount_minor, "currency": row.currency}
        tell(
            person_id=row.person_id,
            kind="payout_cancelled",
            key=f"payout:{row.pk}",
            data=data | {"reason": why},
            path="/me/wallet",
        )
    record(
        actor=f"person:{by.pk}" if by else "house",
        act="payout.cancelled",
        subject=f"payout:{row.reference}",
        after={"why": why, "amount_minor": row.amount_minor, "currency": row.currency},
    )
    return row


def cancel_of_closed_accounts() -> int:
    """Call off what was not sent yet to people whose account was closed; return how many.

    Their money stays on their account until a person decides about it.
    """
    orphaned = Payout.objects.unsent().filter(person__is_active=False).order_by("pk")
    return len(one_by_one(lambda payout: cancel(payout=payout), list(orphaned), away=AlreadySent))


def may_be_cancelled(payout: Payout) -> bool:
    """Say whether a payout can still be called off."""
    return Payout.objects.unsent().filter(pk=payout.pk, created_at__lte=clock.now()).exists()
