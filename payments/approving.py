"""Letting large payouts go: one person of the house, or two different ones, never the payee."""

from __future__ import annotations

from django.db import transaction

from audit.recording import record
from kit import clock, states
from kit.after_commit import after_commit
from kit.locks import locked
from payments import destinations
from payments.models import Payout, PayoutRun
from payments.states import PAYOUT_MAY_BECOME, RUN_MAY_BECOME
from people.models import Person


class OwnPayout(Exception):
    """Nobody approves money for themselves; nothing was written."""


class SecondPersonNeeded(Exception):
    """This person approved it before; somebody else has to; nothing was written."""


class WroteThePlace(Exception):
    """This person wrote down where the charity's money goes; nothing was written."""


class NotWaiting(Exception):
    """It does not wait for approval any more; nothing was written."""


@transaction.atomic
def approve(*, payout: Payout, by: Person) -> Payout:
    """Approve a payout that waits for it; with the last approval it needs, it may be sent.

    Raises:
        NotWaiting, OwnPayout, SecondPersonNeeded, WroteThePlace: as they say.
    """
    row = _approve(locked(Payout.objects.filter(pk=payout.pk))[0], by)
    if row.batch_id is not None:
        close_if_approved(PayoutRun.objects.get(pk=row.batch_id))
    record(
        actor=f"person:{by.pk}",
        act="payout.approved",
        subject=f"payout:{row.reference}",
        after=_facts(row),
    )
    return row


@transaction.atomic
def approve_run(*, run: PayoutRun, by: Person) -> int:
    """Approve whatever of a filled run waits for this person; return how many that were.

    Payouts to themselves, to a place they wrote down, and those they approved before, are
    left for somebody else.

    Raises:
        NotWaiting: nothing of it waits for this person.
    """
    locked(PayoutRun.objects.filter(pk=run.pk))
    waiting = Payout.objects.awaiting_approval().filter(batch=run, batch__state="waiting")
    mine = waiting.exclude(person=by).exclude(approved_by=by)
    theirs = [row for row in locked(mine) if not _wrote_the_place(row, by)]
    rows = [_approve(row, by) for row in theirs]
    if not rows:
        raise NotWaiting(str(run))
    close_if_approved(run)
    record(
        actor=f"person:{by.pk}",
        act="run.approved",
        subject=f"run:{run.pk}",
        after={
            "period": run.period,
            "currency": run.currency,
            "rail": run.rail,
            "payouts": [row.reference for row in rows],
            "total_minor": sum(row.amount_minor for row in rows),
        },
    )
    return len(rows)


def _approve(row: Payout, by: Person) -> Payout:
    if row.state != Payout.State.AWAITING:
        raise NotWaiting(row.reference)
    if row.person_id == by.pk:
        raise OwnPayout(row.reference)
    if row.approved_by_id == by.pk:
        raise SecondPersonNeeded(row.reference)
    if _wrote_the_place(row, by):
        raise WroteThePlace(row.reference)
    now = clock.now()
    if row.approved_by_id is None:
        row.approved_by, row.approved_at = by, now
    else:
        row.second_by, row.second_at = by, now
    row.save(update_fields=["approved_by", "approved_at", "second_by", "second_at"])
    if row.approvals_given >= row.approvals_needed:
        states.move(row, to=Payout.State.RESERVED, table=PAYOUT_MAY_BECOME, next_attempt_at=now)
        after_commit("payments.send_payouts")
    return row


def _wrote_the_place(row: Payout, by: Person) -> bool:
    return row.person_id is None and destinations.were_set_by(by, payout=row)


def close_if_approved(run: PayoutRun) -> None:
    """Call a filled run approved once nothing in it waits any more, in the caller's transaction."""
    if Payout.objects.awaiting_approval().filter(batch=run).exists():
        return
    waits = PayoutRun.objects.filter(pk=run.pk, state__in=RUN_MAY_BECOME["approved"])
    waits.exclude(filled_at__isnull=True).update(state=PayoutRun.State.APPROVED)


def _facts(row: Payout) -> dict[str, int | str]:
    return {
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "given": row.approvals_given,
        "needed": row.approvals_needed,
    }
