"""A commission's way: each step that orders tell, once."""

from itertools import product as every_pair

import pytest

from kit import clock
from kit.states import TransitionRefused, move
from ledger.balances import balance_of
from referrals import commissions
from referrals.commissions import MAY_BECOME
from referrals.models import Commission
from tests.conftest import NOON
from tests.referrals.money import WEEK, assert_all_is_well, one, told

S = Commission.State


@pytest.mark.parametrize(("before", "after"), list(every_pair(S.values, S.values)))
def test_a_commission_moves_exactly_as_the_table_says(brought, before, after):
    Commission.objects.filter(line_key="L1").update(state=before, held_until=NOON)
    row = one()

    if before in MAY_BECOME.get(after, ()):
        move(row, to=after, table=MAY_BECOME)
        assert one().state == after
    else:
        with pytest.raises((TransitionRefused, KeyError)):
            move(row, to=after, table=MAY_BECOME)
        assert one().state == before


def test_the_whole_way_ends_in_the_sharers_account(held, linwei, pending_side, side):
    assert (balance_of(pending_side), balance_of(side)) == (1020, 0)
    assert_all_is_well()

    with clock.stopped_at(NOON + WEEK):
        assert commissions.release_due(clock.now()) == 2

    assert (balance_of(pending_side), balance_of(side)) == (0, 1020)
    assert one().released_at == NOON + WEEK
    assert told(linwei) == [
        "commission_expected",
        "commission_held",
        "commission_expected",
        "commission_held",
        "commission_released",
        "commission_released",
    ]
    assert_all_is_well()


@pytest.mark.proves("T14")
def test_every_step_told_twice_happens_once(held, linwei, pending_side):
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON + WEEK)
        commissions.received(line_key=line_key, at=NOON + WEEK, held_until=NOON + 2 * WEEK)

    assert one().held_until == NOON + WEEK
    assert one().paid_at == NOON
    assert balance_of(pending_side) == 1020
    assert len(told(linwei)) == 4


def test_a_line_nobody_brought_is_no_matter(db):
    commissions.paid(line_key="none", at=NOON)
    commissions.received(line_key="none", at=NOON, held_until=NOON)
    commissions.void(line_key="none", at=NOON)

    assert commissions.to_credit(line_key="none") is None
    assert not commissions.release(commission_id=0)


def test_an_order_not_paid_cannot_be_received(brought):
    with pytest.raises(TransitionRefused):
        commissions.received(line_key="L1", at=NOON, held_until=NOON + WEEK)
    assert one().received_at is None


def test_a_cancelled_order_earns_nothing_and_the_sharer_hears_of_it_if_they_heard_before(
    brought, linwei
):
    commissions.paid(line_key="L1", at=NOON)
    for line_key in ("L1", "L2", "L1"):
        commissions.void(line_key=line_key, at=NOON)

    assert [one("L1").state, one("L2").state] == [S.VOID, S.VOID]
    assert told(linwei) == ["commission_expected", "commission_reversed"]
    with pytest.raises(TransitionRefused):
        commissions.paid(line_key="L2", at=NOON)
    assert commissions.to_credit(line_key="L1") is None
    assert_all_is_well()


def test_a_received_line_cannot_be_voided(held):
    with pytest.raises(TransitionRefused):
        commissions.void(line_key="L1", at=NOON)
    assert one().state == S.HELD
