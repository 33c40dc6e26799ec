"""Locking accounts before it is known how much is to be posted to each."""

from __future__ import annotations

from collections.abc import Iterable

from kit.locks import locked
from ledger.accounts import Side
from ledger.models import Account


def locked_balances(sides: Iterable[Side]) -> dict[Side, int]:
    """Lock running accounts until the transaction ends; return their balances by side.

    They are locked in the order in which posting locks them, so name at once every side
    that the posting will move. A side that was never posted to has 0 and no row to lock.
    """
    wanted = {side.code: side for side in sides if side.is_running}
    found = dict.fromkeys(wanted.values(), 0)
    for account in locked(Account.objects.filter(code__in=wanted)):
        found[wanted[account.code]] = account.balance_minor
    return found
