"""What stands on an account, and how it came to be there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from ledger.accounts import Side
from ledger.models import Account, Posting


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement, in minor units."""

    at: datetime
    key: str
    memo: str
    amount_minor: int
    balance_after_minor: int | None


def balance_of(side: Side) -> int:
    """Return the balance of one side in minor units; a side never posted to has 0."""
    return balances_of([side])[side]


def balances_of(sides: Iterable[Side]) -> dict[Side, int]:
    """Return the balances of several sides, in at most two queries."""
    wanted = {side.code: side for side in sides}
    found = dict.fromkeys(wanted.values(), 0)
    rows = Account.objects.filter(code__in=wanted).values_list("code", "balance_minor", "running")
    busy = []
    for code, balance_minor, running in rows:
        found[wanted[code]] = balance_minor
        if not running:
            busy.append(code)
    if busy:
        sums = (
            Posting.objects.filter(account__code__in=busy)
            .values_list("account__code")
            .annotate(sum_minor=Sum("amount_minor"))
        )
        found.update({wanted[code]: sum_minor for code, sum_minor in sums})
    return found


def accounts_with_at_least(*, kinds: Iterable[str], minor: int) -> list[tuple[str, str, int]]:
    """Return (code, currency, balance) of running accounts of these kinds holding ``minor``.

    For ``sharer`` and ``shop`` an index finds them, however many accounts stand empty.
    """
    chosen = Q()
    for kind in kinds:
        chosen |= Q(code__startswith=f"{kind}:")
    rows = Account.objects.filter(chosen, running=True, balance_minor__gte=minor).order_by("pk")
    return list(rows.values_list("code", "currency", "balance_minor"))


def sides_under(prefix: str) -> list[Side]:
    """Return the sides whose code begins with ``prefix`` (``sharer:7:``), ever posted to."""
    rows = Account.objects.filter(code__startswith=prefix).order_by("code")
    return [Side(code, currency) for code, currency in rows.values_list("code", "currency")]


def statement_of(side: Side, *, most: int = 50) -> list[Entry]:
    """Return the newest postings of one side, newest first.

    Of a running side, each balance is the one before it (the next in the list) plus its amount.
    """
    rows = (
        Posting.objects.filter(account__code=side.code)
        .select_related("transfer")
        .order_by("-account_version", "-pk")[:most]
    )
    return [
        Entry(
            at=row.transfer.occurred_at,
            key=row.transfer.key,
            memo=row.transfer.memo,
            amount_minor=row.amount_minor,
            balance_after_minor=row.balance_after_minor,
        )
        for row in rows
    ]
