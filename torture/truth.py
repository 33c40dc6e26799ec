"""What is true of the money: the provider's journal against our books, to the minor unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from django.db.models import QuerySet

from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from payments.models import Charge, Difference, Payout, Refund
from tests.provider import RunningProvider
from weidian.management.commands.invariants import every_invariant


class Book(Protocol):
    """What is beyond a rail, as the truth looks at it."""

    rail: str

    def money_moved(self) -> dict[str, int]:
        """Return what each of our references moved; money that left is below zero."""


def lies(provider: RunningProvider, *beyond: Book) -> list[str]:
    """Return every sentence that is not true, worst first; an empty list is what we want.

    Each of our references moved money at the provider exactly once or never, as our rows
    say; what the ledger says of the outside is what the provider's journal adds up to; the
    provider's own statements differ in nothing; and every invariant of every room holds.

    Args:
        provider: the sandbox, through which all money came in.
        beyond: the other rails that paid people.
    """
    taken_in = {
        **_moved(Charge.objects.filter(state=Charge.State.PAID), sign=1),
        **_moved(Refund.objects.filter(state=Refund.State.SETTLED), sign=-1),
    }
    found = list(_of_rail("sandbox", provider.money_moved(), taken_in))
    for book in beyond:
        found += _of_rail(book.rail, book.money_moved(), {})
    return [*found, *_of_statements(), *_of_invariants()]


def _of_rail(rail: str, theirs: dict[str, int], taken_in: dict[str, int]) -> Iterator[str]:
    paid = Payout.objects.filter(provider=rail, state=Payout.State.SETTLED)
    ours = {**taken_in, **_moved(paid, sign=-1)}
    for reference in sorted(ours.keys() | theirs.keys()):
        if ours.get(reference, 0) != theirs.get(reference, 0):
            yield (
                f"{reference}: we say {ours.get(reference, 0)}, {rail} {theirs.get(reference, 0)}"
            )
    outside, moved = -balance_of(accounts.outside(rail, "CNY")), sum(theirs.values())
    if outside != moved:
        yield f"the ledger says {outside} is outside at {rail}, which says {moved}"


def _moved(
    rows: QuerySet[Charge] | QuerySet[Refund] | QuerySet[Payout], *, sign: int
) -> dict[str, int]:
    return {ref: sign * minor for ref, minor in rows.values_list("reference", "amount_minor")}


def _of_statements() -> Iterator[str]:
    for row in Difference.objects.all()[:5]:
        yield f"reconciliation found {row.kind} of {row.reference or row.pk}"


def _of_invariants() -> Iterator[str]:
    for finding in check(every_invariant()):
        if finding.broken:
            yield f"{finding.name}: {finding.broken} rows, such as {finding.examples[:2]}"
