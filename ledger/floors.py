"""Floors follow the settings: an account opened under other ones is moved to today's."""

from __future__ import annotations

from django.db import connection

from ledger.accounts import FLOORS

# So many at once that whoever posts to one of them hardly waits.
AT_ONCE = 1000

# An account that stands below its new floor keeps the old one until it has risen. They are
# locked in the order in which posting locks them.
FOLLOW = """
UPDATE ledger_account a SET floor_minor = %(floor_minor)s FROM (
  SELECT id FROM ledger_account
  WHERE code LIKE %(codes)s AND floor_minor <> %(floor_minor)s AND balance_minor >= %(floor_minor)s
  ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE
) found WHERE a.id = found.id
"""


def follow() -> int:
    """Give every account the floor that its kind has by now; return how many were moved.

    Whoever works out what an account can bear asks the chart of accounts, so a row with an
    older floor would refuse what was worked out.
    """
    moved = 0
    for kind, floor_minor in FLOORS.items():
        if floor_minor is not None:
            moved += _follow_one(kind, floor_minor)
    return moved


def _follow_one(kind: str, floor_minor: int) -> int:
    moved = 0
    while now := _moved(kind, floor_minor):
        moved += now
    return moved


def _moved(kind: str, floor_minor: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, {"codes": f"{kind}:%", "floor_minor": floor_minor, "most": AT_ONCE})
        found: int = cursor.rowcount
    return found
