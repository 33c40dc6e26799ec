"""Closing a day: a cut that no transfer straddles, then checkpoints and seals up to it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from psycopg2.errors import LockNotAvailable

from ledger import sealing

log = logging.getLogger(__name__)

# Whoever posts while we wait for the last open transaction waits behind us.
PATIENCE_MILLISECONDS = 300

CHECKPOINTS = """
INSERT INTO ledger_checkpoint (account_id, through, balance_minor)
SELECT a.id, %(through)s, coalesce(c.balance_minor, 0) + tail.minor
FROM ledger_account a
LEFT JOIN LATERAL (
  SELECT balance_minor, through FROM ledger_checkpoint
  WHERE account_id = a.id ORDER BY through DESC LIMIT 1
) c ON true
CROSS JOIN LATERAL (
  SELECT sum(p.amount_minor)::bigint AS minor FROM ledger_posting p
  WHERE p.account_id = a.id AND p.account_version IS NULL
    AND p.id > coalesce(c.through, 0) AND p.id <= %(through)s
) tail
WHERE NOT a.running AND tail.minor IS NOT NULL
ORDER BY a.id
ON CONFLICT (account_id, through) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """The newest transfer and posting; every one with a smaller id is committed or gone."""

    transfer: int
    posting: int


def close_days() -> int:
    """Close every day that is over; return how many were sealed.

    Cheap when there is none, and safe when two do it at once.
    """
    if sealing.day_to_seal() is None:
        return 0
    try:
        found = cut()
    except OperationalError as fact:
        if not isinstance(fact.__cause__, LockNotAvailable):
            raise
        log.info("a transfer is under way; the day is closed at the next beat")
        return 0
    take_checkpoints(found)
    return len(sealing.seal_through(found.transfer))


@transaction.atomic
def cut() -> Cut:
    """Find a cut: wait until no transfer is being written, and look.

    Raises:
        OperationalError: one stayed under way for too long.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE_MILLISECONDS}ms"]
        )
        cursor.execute("LOCK TABLE ledger_transfer IN SHARE MODE")
        cursor.execute(
            "SELECT (SELECT coalesce(max(id), 0) FROM ledger_transfer),"
            " (SELECT coalesce(max(id), 0) FROM ledger_posting)"
        )
        return Cut(*cursor.fetchone())


def take_checkpoints(found: Cut) -> None:
    """Write down what each account that is not running holds, where that changed."""
    with connection.cursor() as cursor:
        cursor.execute(CHECKPOINTS, {"through": found.posting})
