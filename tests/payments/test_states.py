"""The tables of states: every pair, and the move exactly where the table lists it."""

import itertools

import pytest

from kit import clock, states
from kit.states import TransitionRefused
from payments.models import Payout, Refund
from payments.states import CHARGE_MAY_BECOME, PAYOUT_MAY_BECOME, REFUND_MAY_BECOME

# Written out by hand, so that a slip in the table is seen.
PAYOUT_MOVES = {
    ("awaiting", "reserved"),
    ("awaiting", "cancelled"),
    ("reserved", "cancelled"),
    ("submitting", "reserved"),
    ("reserved", "awaiting_payee"),
    ("submitting", "awaiting_payee"),
    ("unknown", "awaiting_payee"),
    ("accepted", "awaiting_payee"),
    ("awaiting_payee", "accepted"),
    ("awaiting_payee", "settled"),
    ("awaiting_payee", "returned"),
    ("reserved", "frozen"),
    ("submitting", "frozen"),
    ("unknown", "frozen"),
    ("accepted", "frozen"),
    ("awaiting_payee", "frozen"),
    ("frozen", "unknown"),
    ("frozen", "settled"),
    ("frozen", "returned"),
    ("reserved", "submitting"),
    ("submitting", "unknown"),
    ("unknown", "reserved"),
    ("reserved", "accepted"),
    ("submitting", "accepted"),
    ("unknown", "accepted"),
    ("reserved", "settled"),
    ("submitting", "settled"),
    ("unknown", "settled"),
    ("accepted", "settled"),
    ("reserved", "returned"),
    ("submitting", "returned"),
    ("unknown", "returned"),
    ("accepted", "returned"),
    ("settled", "returned"),
}
CHARGE_MOVES = {
    ("created", "open"),
    ("created", "paid"),
    ("open", "paid"),
    ("closed", "paid"),
    ("created", "closed"),
    ("open", "closed"),
}
REFUND_MOVES = {("asked", "settled"), ("asked", "refused"), ("settled", "refused")}


def moves(row, table, **also):
    """Try every pair of states on one row; return those that were allowed."""
    allowed = set()
    names = type(row).State.values
    for came_from, to in itertools.product(names, names):
        type(row).objects.filter(pk=row.pk).update(state=came_from)
        try:
            states.move(
                row, to=to, table={name: frozenset() for name in names} | dict(table), **also
            )
        except TransitionRefused:
            row.refresh_from_db()
            assert row.state == came_from
        else:
            allowed.add((came_from, to))
    return allowed


def test_a_payout_goes_only_where_its_table_says(linwei):
    payout = Payout.objects.create(
        person=linwei,
        account="sharer:1:CNY",
        run="r",
        amount_minor=1000,
        currency="CNY",
        provider="sandbox",
        destination="w",
    )

    assert moves(payout, PAYOUT_MAY_BECOME) == PAYOUT_MOVES


def test_a_charge_goes_only_where_its_table_says(paid_charge):
    assert moves(paid_charge, CHARGE_MAY_BECOME) == CHARGE_MOVES


def test_a_refund_goes_only_where_its_table_says(paid_charge):
    refund = Refund.objects.create(charge=paid_charge, key="r", amount_minor=1)

    assert moves(refund, REFUND_MAY_BECOME, settled_at=clock.now()) == REFUND_MOVES


@pytest.mark.parametrize("state", ["settled", "returned", "cancelled"])
def test_a_decided_payout_is_never_sent_again(state):
    for to in ("awaiting", "reserved", "submitting", "unknown", "accepted", "awaiting_payee"):
        assert state not in PAYOUT_MAY_BECOME.get(to, frozenset())
