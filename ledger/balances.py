"""What stands on an account, and how it came to be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from ledger.accounts import STRIPES, Side
from ledger.models import Account, Posting

# An account that is not running: its newest checkpoint, and what was posted since. Both come
# from one snapshot, and a checkpoint counts nothing that was still under way.
BUSY = """
SELECT a.code, coalesce(c.balance_minor, 0) + coalesce((
  SELECT sum(p.amount_minor) FROM ledger_posting p
  WHERE p.account_id = a.id AND p.account_version IS NULL AND p.id > coalesce(c.through, 0)
), 0)::bigint
FROM ledger_account a
LEFT JOIN LATERAL (
  SELECT balance_minor, through FROM ledger_checkpoint
  WHERE account_id = a.id ORDER BY through DESC LIMIT 1
) c ON true
WHERE a.code = ANY (%s)
"""


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
    """Return the balances of several sides, in at most two queries.

    A running side keeps its balance; one that is not is summed up from its checkpoints and
    what came after them, however long the ledger is.
    """
    found = dict.fromkeys(sides, 0)
    running = {side.code: side for side in found if side.is_running}
    busy = {code: side for side in found if not side.is_running for code in side.stripes}
    if running:
        rows = Account.objects.filter(code__in=running).values_list("code", "balance_minor")
        found.update({running[code]: balance_minor for code, balance_minor in rows})
    if busy:
        with connection.cursor() as cursor:
            cursor.execute(BUSY, [list(busy)])
            for code, balance_minor in cursor.fetchall():
                found[busy[code]] += balance_minor
    return found


def accounts_with_at_least(*, kinds: Iterable[str], minor: int) -> list[tuple[str, str, int]]:
    """Return (code, currency, balance) of running accounts of these kinds with ``minor`` or more.

    ``minor`` is above zero. For ``sharer`` and ``shop`` an index finds them, however many
    accounts stand empty.
    """
    chosen = Q()
    for kind in kinds:
        chosen |= Q(code__startswith=f"{kind}:")
    rich = Account.objects.filter(has_money=True, balance_minor__gte=minor)
    rows = rich.filter(chosen, running=True).order_by("pk")
    return list(rows.values_list("code", "currency", "balance_minor"))


def sides_under(prefix: str) -> list[Side]:
    """Return the sides whose code begins with ``prefix`` (``sharer:7:``), ever posted to."""
    # A refused post may have opened an account and left it empty.
    posted_to = Q(version__gt=0) | Q(running=False)
    rows = Account.objects.filter(posted_to, code__startswith=prefix).order_by("code")
    sides = (
        Side(code if running else code.rpartition(":")[0], currency)
        for code, currency, running in rows.values_list("code", "currency", "running")
    )
    return list(dict.fromkeys(sides))


def statement_of(side: Side, *, most: int = 50) -> list[Entry]:
    """Return the newest postings of one side, newest first.

    Of a running side, each balance is the one before it (the next in the list) plus its amount.
    """
    rows = Posting.objects.filter(account__code__in=side.stripes).select_related("transfer")
    if side.is_running:
        newest = rows.filter(account_version__isnull=False).order_by("-account_version")[:most]
    else:
        newest = rows.filter(pk__in=_newest_of(side, most)).order_by("-pk")[:most]
    return [_entry(row) for row in newest]


def entries_of(side: Side, *, at_once: int = 1000) -> Iterator[list[Entry]]:
    """Yield every posting of a running side, the oldest first, so many at once."""
    rows = Posting.objects.filter(account__code=side.code).select_related("transfer")
    version = 0
    while chunk := list(
        rows.filter(account_version__gt=version).order_by("account_version")[:at_once]
    ):
        version = chunk[-1].account_version or 0
        yield [_entry(row) for row in chunk]


def _entry(row: Posting) -> Entry:
    return Entry(
        at=row.transfer.occurred_at,
        key=row.transfer.key,
        memo=row.transfer.memo,
        amount_minor=row.amount_minor,
        balance_after_minor=row.balance_after_minor,
    )


def _newest_of(side: Side, most: int) -> list[int]:
    """Return the newest postings of each stripe, so that no stripe is read to its end."""
    accounts = Account.objects.filter(code__in=side.stripes).values_list("pk", flat=True)
    tails = Posting.objects.filter(account_version__isnull=True).order_by("-pk")
    return [
        pk
        for account_id in accounts[:STRIPES]
        for pk in tails.filter(account_id=account_id).values_list("pk", flat=True)[:most]
    ]
