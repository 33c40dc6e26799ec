"""Commissions: from an order line to money in the sharer's account, each step once."""

from __future__ import annotations

from datetime import datetime

from ledger.accounts import Side


def paid(*, line_key: str, at: datetime) -> None:
    """The line was paid for: EXPECTED becomes PENDING. A line nobody brought is no matter."""
    raise NotImplementedError


def received(*, line_key: str, at: datetime, held_until: datetime) -> None:
    """The line was received: PENDING becomes HELD.

    Call it in the transaction that posted ``line:{key}:completed``, which credits
    ``to_credit`` to the sharer's pending account.
    """
    raise NotImplementedError


def to_credit(*, line_key: str) -> tuple[Side, int] | None:
    """Return the pending account and the minor units a completed line owes its sharer."""
    raise NotImplementedError


def void(*, line_key: str, at: datetime) -> None:
    """The order ended before it was received: nothing will be earned."""
    raise NotImplementedError


def reverse(*, line_key: str, refunded_base_minor: int, at: datetime) -> int:
    """Take back the part of a commission whose goods were refunded.

    Args:
        refunded_base_minor: how much of the line's base is refunded in all, not just now.

    Returns:
        The minor units to take from ``account_of(line_key)`` in the posting of this
        refund; 0 when the money had not reached the sharer yet.
    """
    raise NotImplementedError


def account_of(*, line_key: str) -> Side | None:
    """Return the account on which a line's commission stands: pending until released."""
    raise NotImplementedError


def release(*, commission_id: int) -> bool:
    """Give a held commission to its sharer once its return window is over."""
    raise NotImplementedError


def release_due(now: datetime) -> int:
    """Release every commission that is due; return how many were."""
    raise NotImplementedError
