"""What is true of the money: the provider's journal against our books, to the minor unit."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from payments.models import Charge, Difference, Payout, Refund
from tests.provider import RunningProvider
from weidian.management.commands.invariants import every_invariant


def lies(provider: RunningProvider) -> list[str]:
    """Return every sentence that is not true, worst first; an empty list is what we want.

    Each of our references moved money at the provider exactly once or never, as our rows
    say; what the ledger says of the outside is what the provider's journal adds up to; the
    provider's own statements differ in nothing; and every invariant of every room holds.
    """
    return [
        *_of_references(provider),
        *_of_the_outside(provider),
        *_of_statements(),
        *_of_invariants(),
    ]


def _of_references(provider: RunningProvider) -> Iterator[str]:
    ours = {
        **_moved(Charge.objects.filter(state=Charge.State.PAID), sign=1),
        **_moved(Refund.objects.filter(state=Refund.State.SETTLED), sign=-1),
        **_moved(Payout.objects.filter(state=Payout.State.SETTLED), sign=-1),
    }
    theirs = provider.money_moved()
    for reference in sorted(ours.keys() | theirs.keys()):
        if ours.get(reference, 0) != theirs.get(reference, 0):
            yield (
                f"{reference}: we say {ours.get(reference, 0)},"
                f" the provider {theirs.get(reference, 0)}"
            )


def _moved(
    rows: QuerySet[Charge] | QuerySet[Refund] | QuerySet[Payout], *, sign: int
) -> dict[str, int]:
    return {ref: sign * minor for ref, minor in rows.values_list("reference", "amount_minor")}


def _of_the_outside(provider: RunningProvider) -> Iterator[str]:
    ours = -balance_of(accounts.outside("sandbox", "CNY"))
    theirs = sum(provider.money_moved().values())
    if ours != theirs:
        yield f"the ledger says {ours} is outside, the provider's journal {theirs}"


def _of_statements() -> Iterator[str]:
    for row in Difference.objects.all()[:5]:
        yield f"reconciliation found {row.kind} of {row.reference or row.pk}"


def _of_invariants() -> Iterator[str]:
    for finding in check(every_invariant()):
        if finding.broken:
            yield f"{finding.name}: {finding.broken} rows, such as {finding.examples[:2]}"
