"""Giving up old debts: asked for by one person, approved by another, posted once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from audit.recording import record
from kit import clock, states
from kit.locks import locked
from kit.states import TransitionRefused
from ledger import accounts
from ledger.locking import locked_balances
from ledger.posting import post
from payments import payees
from payments.models import WriteOff
from payments.states import WRITE_OFF_MAY_BECOME
from people.models import Person

OLD = timedelta(days=180)


class NotOldEnough(Exception):
    """The account does not owe, or not for 180 days; nothing was written."""


class AskedBefore(Exception):
    """A write-off of this account waits already, or was decided; nothing was written."""


class SecondPersonNeeded(Exception):
    """Who asked, or who owns the account, cannot approve; nothing was written."""


@dataclass(frozen=True, slots=True)
class Debt:
    """An account below zero: how much it owes, and since when without a break."""

    account: str
    currency: str
    owed_minor: int
    since: datetime


# Since when: the first posting after the last one that left the account at zero or above.
DEBTS = """
SELECT a.code, a.currency, -a.balance_minor, min(t.occurred_at)
FROM ledger_account a
JOIN ledger_posting p ON p.account_id = a.id AND p.account_version > coalesce(
  (SELECT max(q.account_version) FROM ledger_posting q
   WHERE q.account_id = a.id AND q.balance_after_minor >= 0), 0)
JOIN ledger_transfer t ON t.id = p.transfer_id
WHERE a.running AND a.balance_minor < 0
  AND (a.code LIKE 'sharer:%%' OR a.code LIKE 'shop:%%')
  AND (%(account)s = '' OR a.code = %(account)s)
GROUP BY a.id HAVING min(t.occurred_at) <= %(before)s
ORDER BY min(t.occurred_at), a.id
"""


def old_debts(*, account: str = "") -> list[Debt]:
    """Return what sharers and shops have owed for 180 days, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(DEBTS, {"account": account, "before": clock.now() - OLD})
        return [Debt(*row) for row in cursor.fetchall()]


@transaction.atomic
def ask(*, account: str, reason: str, by: Person) -> WriteOff:
    """Ask for a debt to be given up; the books stay as they are until another approves it.

    Raises:
        NotOldEnough, AskedBefore: as they say.
        SecondPersonNeeded: the account is theirs.
    """
    debts = old_debts(account=account) if account else []
    if not debts:
        raise NotOldEnough(account)
    (debt,) = debts
    if _is_owner(debt.account, debt.currency, by):
        raise SecondPersonNeeded(account)
    try:
        with transaction.atomic():
            row = WriteOff.objects.create(
                account=debt.account,
                currency=debt.currency,
                amount_minor=debt.owed_minor,
                reason=reason,
                asked_by=by,
                asked_at=clock.now(),
            )
    except IntegrityError as twice:
        raise AskedBefore(account) from twice
    _record(row, by, "write_off.asked")
    return row


@transaction.atomic
def approve(*, write_off: WriteOff, by: Person) -> WriteOff:
    """Give the debt up: the account is lifted by what it still owes of it, the house bears it.

    Raises:
        SecondPersonNeeded: this person asked for it, or owns the account.
        AskedBefore: it was decided.
        NotOldEnough: the account owes less than was asked for by now; refuse it and ask anew.
    """
    row = locked(WriteOff.objects.filter(pk=write_off.pk))[0]
    if row.state != WriteOff.State.ASKED:
        raise AskedBefore(row.account)
    if row.asked_by_id == by.pk or _is_owner(row.account, row.currency, by):
        raise SecondPersonNeeded(row.account)
    side, loss = accounts.named(row.account, row.currency), accounts.clawback_loss(row.currency)
    if locked_balances([side])[side] > -row.amount_minor:
        raise NotOldEnough(row.account)
    _decide(row, by, WriteOff.State.APPROVED)
    post(
        key=f"writeoff:{row.pk}",
        legs={side: row.amount_minor, loss: -row.amount_minor},
        memo=row.reason,
    )
    _record(row, by, "write_off.approved")
    return row


@transaction.atomic
def refuse(*, write_off: WriteOff, by: Person) -> WriteOff:
    """Leave the debt as it is; who asked may take it back the same way.

    Raises:
        AskedBefore: it was decided.
    """
    row = locked(WriteOff.objects.filter(pk=write_off.pk))[0]
    _decide(row, by, WriteOff.State.REFUSED)
    _record(row, by, "write_off.refused")
    return row


def _decide(row: WriteOff, by: Person, to: str) -> None:
    try:
        states.move(row, to=to, table=WRITE_OFF_MAY_BECOME, decided_by=by, decided_at=clock.now())
    except TransitionRefused as late:
        raise AskedBefore(row.account) from late


def _is_owner(account: str, currency: str, by: Person) -> bool:
    return payees.owner_of(accounts.named(account, currency)) == by


def _record(row: WriteOff, by: Person, act: str) -> None:
    facts = {"amount_minor": row.amount_minor, "currency": row.currency, "reason": row.reason}
    record(
        actor=f"person:{by.pk}",
        act=act,
        subject=f"writeoff:{row.pk}",
        after={"account": row.account, **facts},
    )
