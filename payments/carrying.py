"""Files for the bank: made once, stored as bytes, carried by a person."""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from django.db import transaction

from audit.recording import record
from kit import clock, states
from payments import matching, outcomes, payouts, reconciling
from payments.gateways import bank_csv, bank_statement
from payments.gateways.bank_statement import NotAStatement as NotAStatement  # for who calls us
from payments.gateways.port import PayoutFact
from payments.models import Payout, PayoutAttempt, PayoutFile, Statement
from payments.states import PAYOUT_MAY_BECOME
from people.models import Person

MOST_IN_A_FILE = 1000
BANKS_ZONE = ZoneInfo("Asia/Shanghai")


class NothingToCarry(Exception):
    """No payout waits for this file; nothing was written."""


class BroughtBefore(Exception):
    """The same file was imported before; nothing was written."""


@transaction.atomic
def make_file(*, rail: str, currency: str, by: Person) -> PayoutFile:
    """Put every payout that waits for this rail into one file.

    From then on they are *being checked* until a statement or a person says more: nobody can
    know whether the file was given to the bank, so none of them goes into a second one. What
    no file can carry goes back to its account at once.

    Raises:
        NothingToCarry: nothing waits.
    """
    due = Payout.objects.claimable(now=clock.now()).filter(provider=rail, currency=currency)
    rows = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:MOST_IN_A_FILE])
    rows, made = _written(payouts.begin_attempts(rows))
    if made is None:
        raise NothingToCarry(rail)
    file = PayoutFile.objects.create(
        rail=rail,
        currency=currency,
        content=made.content,
        sha256=made.sha256,
        payouts_count=len(rows),
        total_minor=sum(row.amount_minor for row in rows),
        made_by=by,
        made_at=clock.now(),
    )
    for row in rows:
        states.move(row, to=Payout.State.UNKNOWN, table=PAYOUT_MAY_BECOME, file=file)
    PayoutAttempt.objects.filter(payout__in=rows, outcome="").update(
        outcome="in_file", answer={"file": file.reference}
    )
    record(
        actor=f"person:{by.pk}",
        act="payouts.put_into_a_file",
        subject=f"file:{file.reference}",
        after={"sha256": file.sha256, "payouts": len(rows), "total_minor": file.total_minor},
    )
    return file


def _written(rows: list[Payout]) -> tuple[list[Payout], bank_csv.BankFile | None]:
    """Return who is in the file and its bytes; who cannot be in it has their money back."""
    paid_on = clock.now().astimezone(BANKS_ZONE).date()
    while rows:
        try:
            return rows, bank_csv.file_of([payouts.wanted(row) for row in rows], paid_on=paid_on)
        except bank_csv.NotForThisFile as unfit:
            (odd,) = [row for row in rows if row.reference == unfit.reference]
            fact = PayoutFact("rejected", "", odd.amount_minor, odd.currency, reason=unfit.reason)
            PayoutAttempt.objects.filter(payout=odd, number=odd.attempt).update(outcome="rejected")
            outcomes.take_over(odd, fact)
            rows = [row for row in rows if row.pk != odd.pk]
    return [], None


def bring_statement(
    *, rail: str, currency: str, content: bytes, by: Person
) -> tuple[Statement, list[bank_statement.BadLine]]:
    """Import a bank's statement, settle what it proves, and compare the rest.

    Returns:
        The statement, and the lines of it that could not be read.

    Raises:
        NotAStatement: nothing of it can be read; nothing was written.
        BroughtBefore: the same file was imported before; what it proves is settled by now,
            even if whoever brought it then got no further than keeping it.
    """
    read = bank_statement.read(content, currency=currency)
    if not read.lines:
        raise NotAStatement("header")
    with transaction.atomic():
        kept = reconciling.keep(
            rail=rail,
            day=max(line.at for line in read.lines).date(),
            lines=read.lines,
            sha256=hashlib.sha256(content).hexdigest(),
            by=by,
        )
        if kept is not None:
            record(
                actor=f"person:{by.pk}",
                act="statement.brought",
                subject=f"rail:{rail}",
                after={"sha256": kept.sha256, "lines": len(read.lines), "unread": len(read.bad)},
            )
    matching.compare(rail=rail, now=clock.now())
    if kept is None:
        raise BroughtBefore(rail)
    return kept, read.bad
