"""Reversing: what refunds take back of commissions, to the minor unit, in any order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from kit.locks import locked
from kit.states import move
from ledger import accounts
from ledger.accounts import Side
from ledger.balances import balance_of
from referrals import news
from referrals.models import Commission, Reversal
from referrals.states import MAY_BECOME

S = Commission.State

# Whose balance may stand too low by now: what is beyond its floor the house bears.
RELEASED_TO = frozenset({"sharer", "charity"})


@dataclass(frozen=True, slots=True)
class Taken:
    """By how much one commission shrank; below zero when a refund was undone and it grew.

    ``side`` is where its money stands: pending until released, and None before receipt,
    when nothing is to be posted. ``lost_minor`` of it the house bears, not the sharer.
    """

    commission: Commission
    side: Side | None
    minor: int
    lost_minor: int = 0


def reversed_total(amount_minor: int, refunded_base_minor: int, base_minor: int) -> int:
    """Return how much of an amount a refunded part of its base takes back, half up.

    0 for nothing refunded, all of it for everything, and never less for more. It looks at
    the whole refunded so far and not at each refund, so that any number of part refunds
    take back exactly the amount, never a minor unit more.
    """
    refunded_minor = min(max(refunded_base_minor, 0), base_minor)
    return (2 * amount_minor * refunded_minor + base_minor) // (2 * base_minor)


@transaction.atomic
def reverse(*, refunded: Mapping[str, int], undoes: str = "") -> list[Taken]:
    """Let the commissions of some lines follow what is refunded of these lines' goods.

    Call it before the accounts are locked: whoever releases commissions locks them first,
    and then the accounts. What was given to the buyer stays given: they paid so much less,
    so a refund has nothing to take of it.

    Args:
        refunded: for each line's key, how much of its base is refunded in all by now.
        undoes: the fact whose refund came back, such as ``refund:7:settled``: what the
            house had lost by it, the house has again first.

    Returns:
        What changed. ``settle`` says who bears it; then post ``legs_of`` and ``keep`` it.
    """
    rows = Commission.objects.filter(line_key__in=refunded).exclude(state=S.GIVEN)
    lost = _lost_by(undoes)
    taken = (
        _followed(row, refunded[row.line_key]) for row in locked(rows.select_related("product"))
    )
    return [
        replace(one, lost_minor=max(one.minor, -lost.get(one.commission.pk, 0)))
        if one.minor < 0
        else one
        for one in taken
        if one.minor
    ]


def settle(taken: Iterable[Taken], balances: Mapping[Side, int]) -> list[Taken]:
    """Say what each sharer bears: down to their floor, and the house what is beyond it.

    Args:
        taken: as ``reverse`` returned it.
        balances: of each side in ``taken``, locked.
    """
    room = {side: minor - (side.floor_minor or 0) for side, minor in balances.items()}
    settled = []
    for one in taken:
        if one.side is not None and one.side.kind in RELEASED_TO and one.minor > 0:
            borne_minor = min(one.minor, max(room[one.side], 0))
            room[one.side] -= borne_minor
            settled.append(replace(one, lost_minor=one.minor - borne_minor))
        else:
            settled.append(one)
    return settled


def legs_of(taken: Iterable[Taken]) -> dict[Side, int]:
    """Return the legs that take these from their sides, or give them back."""
    legs: dict[Side, int] = {}
    for one in taken:
        if one.side is None:
            continue
        loss = accounts.clawback_loss(one.side.currency)
        legs[one.side] = legs.get(one.side, 0) - (one.minor - one.lost_minor)
        legs[loss] = legs.get(loss, 0) - one.lost_minor
    return legs


def keep(taken: Sequence[Taken], *, key: str, at: datetime) -> None:
    """Write down what a fact reversed, and tell the sharers; once for each ``key``."""
    Reversal.objects.bulk_create(
        Reversal(
            commission=one.commission,
            key=key,
            amount_minor=one.minor,
            lost_minor=one.lost_minor,
            at=at,
        )
        for one in taken
    )
    below = _below_zero({one.side for one in taken if one.side is not None})
    for one in taken:
        kind = "commission_restored"
        if one.minor > 0:
            kind = "commission_owed" if one.side in below else "commission_reversed"
        news.to_sharer(one.commission, kind, minor=abs(one.minor), fact=key)


def _followed(commission: Commission, refunded_base_minor: int) -> Taken:
    before_minor = commission.reversed_minor
    after_minor = reversed_total(
        commission.amount_minor, refunded_base_minor, commission.base_minor
    )
    if commission.state == S.VOID or after_minor == before_minor:
        return Taken(commission, None, 0)
    Commission.objects.filter(pk=commission.pk).update(reversed_minor=after_minor)
    commission.reversed_minor = after_minor
    if not commission.net_minor:
        move(commission, to=S.REVERSED, table=MAY_BECOME)
    elif commission.state == S.REVERSED:
        move(commission, to=_reached(commission), table=MAY_BECOME)
    return Taken(commission, side_of(commission), after_minor - before_minor)


def _reached(commission: Commission) -> str:
    if commission.released_at is not None:
        return S.RELEASED
    return S.HELD if commission.received_at is not None else S.PENDING


def side_of(commission: Commission) -> Side | None:
    """Return the account on which a commission's money stands; None before receipt."""
    if commission.received_at is None:
        return None
    if commission.released_at is None:
        return accounts.sharer_pending(commission.sharer_id, commission.currency)
    if commission.charity_id is not None:
        return accounts.charity(commission.charity_id, commission.currency)
    return accounts.sharer(commission.sharer_id, commission.currency)


def _lost_by(fact: str) -> dict[int, int]:
    if not fact:
        return {}
    rows = Reversal.objects.filter(key=fact)
    return dict(rows.values_list("commission_id", "lost_minor"))


def _below_zero(sides: Collection[Side]) -> set[Side]:
    return {side for side in sides if side.kind == "sharer" and balance_of(side) < 0}
