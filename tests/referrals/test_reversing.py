"""Reversing: refunds in any parts and order take back a commission to the minor unit."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import clock
from kit.money import split
from ledger import accounts
from ledger.balances import accounts_with_at_least, balance_of
from ledger.models import Transfer
from referrals import commissions
from referrals.commissions import reversed_total
from referrals.models import Commission, Reversal
from tests.conftest import NOON
from tests.referrals.conftest import order, touch_of
from tests.referrals.money import (
    WEEK,
    assert_all_is_well,
    complete,
    minors,
    one,
    pay_in,
    pay_out,
    take_back,
    told,
)

S = Commission.State
LOSS = accounts.clawback_loss("CNY")


def test_a_line_nobody_brought_has_nothing_to_take_back(db):
    assert commissions.reverse(refunded={"none": 5}) == []


@pytest.mark.proves("T19")
def test_a_full_refund_before_receipt_takes_all_and_moves_no_money(brought, linwei):
    commissions.paid(line_key="L1", at=NOON)

    assert minors(take_back("L1", 6800)) == [680]
    assert (one().state, one().net_minor) == (S.REVERSED, 0)
    assert commissions.to_credit(line_key="L1") is None
    assert not Transfer.objects.exists()
    assert told(linwei) == ["commission_expected", "commission_reversed"]
    assert_all_is_well()

    commissions.void(line_key="L1", at=NOON)  # the order ended by it: nothing new to say
    assert one().state == S.VOID
    assert len(told(linwei)) == 2
    assert_all_is_well()


@pytest.mark.proves("T19")
def test_a_part_refund_before_receipt_lowers_what_is_credited(brought, linwei, pending_side):
    commissions.paid(line_key="L1", at=NOON)

    (taken,) = take_back("L1", 1700)
    assert (taken.minor, taken.side) == (170, None)
    assert commissions.to_credit(line_key="L1") == (pending_side, 510)


def test_what_was_refunded_before_receipt_and_came_back_is_held_like_the_rest(brought, linwei):
    commissions.paid(line_key="L1", at=NOON)
    take_back("L1", 6800)
    commissions.received(line_key="L1", at=NOON, held_until=NOON + WEEK)
    assert one().state == S.REVERSED

    assert minors(take_back("L1", 0, undoes=1)) == [-680]
    assert (one().state, one().held_until) == (S.HELD, NOON + WEEK)
    assert balance_of(accounts.sharer_pending(linwei.pk, "CNY")) == 680
    assert told(linwei)[-1] == "commission_restored"
    assert_all_is_well()


def test_a_refund_that_came_back_before_receipt_leaves_it_on_its_way(brought):
    commissions.paid(line_key="L1", at=NOON)
    take_back("L1", 6800)

    take_back("L1", 0, undoes=1)
    assert (one().state, one().net_minor) == (S.PENDING, 680)
    assert_all_is_well()


@pytest.mark.proves("T19")
def test_a_refund_in_the_window_comes_from_the_pending_account(held, pending_side, linwei):
    assert minors(take_back("L1", 3400)) == [340]
    assert balance_of(pending_side) == 680
    assert take_back("L1", 3400, refund=2) == []

    assert minors(take_back("L1", 6800, refund=3)) == [340]
    assert one().state == S.REVERSED
    assert balance_of(pending_side) == 340
    assert told(linwei)[-2:] == ["commission_reversed", "commission_reversed"]
    assert_all_is_well()

    with clock.stopped_at(NOON + WEEK):
        assert commissions.release_due(clock.now()) == 1


@pytest.mark.proves("T19")
def test_a_refund_after_release_comes_from_the_sharers_account(held, side):
    with clock.stopped_at(NOON + WEEK):
        commissions.release_due(clock.now())
        assert minors(take_back("L1", 6800)) == [680]

    assert balance_of(side) == 340
    assert one().state == S.REVERSED
    assert_all_is_well()


def test_a_refund_the_bank_sends_back_gives_the_commission_back(held, pending_side):
    take_back("L1", 6800)

    assert minors(take_back("L1", 0, undoes=1)) == [-680]
    assert (one().state, one().reversed_minor) == (S.HELD, 0)
    assert balance_of(pending_side) == 1020
    assert_all_is_well()


def test_one_that_came_back_after_the_release_is_the_sharers_at_once(held, side, pending_side):
    take_back("L1", 3400)
    with clock.stopped_at(NOON + WEEK):
        commissions.release_due(clock.now())
        assert balance_of(side) == 680

        assert minors(take_back("L1", 0, undoes=1)) == [-340]
    assert (balance_of(side), balance_of(pending_side)) == (1020, 0)
    assert_all_is_well()


@pytest.mark.proves("T20")
def test_below_zero_the_sharer_hears_it_and_the_next_sale_fills_it_up(held, side, linwei):
    """¥6.80 and ¥3.40 earned and paid out; then the first line is refunded."""
    with clock.stopped_at(NOON + WEEK):
        commissions.release(commission_id=one("L1").pk)
        pay_out(linwei, 680)
        take_back("L1", 6800)
        assert balance_of(side) == -680
        assert told(linwei)[-1] == "commission_owed"
        assert accounts_with_at_least(kinds=["sharer"], minor=1) == []
        assert_all_is_well()

        commissions.release(commission_id=one("L2").pk)
        assert balance_of(side) == -340
        assert_all_is_well()


@pytest.fixture
def large(noon, link, hill_shop, xiaoyu):
    """A sale of ¥60,000 that earned ¥6,000, released and paid out to the last fen."""
    order(hill_shop, xiaoyu, [touch_of(link)], lines=[("L1", 6_000_000), ("L2", 1_000_000)])
    pay_in(minor=7_000_000)
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON)
        complete(line_key)
    with clock.stopped_at(NOON + WEEK):
        commissions.release(commission_id=one("L1").pk)
        pay_out(link.person, 600_000)
        yield


@pytest.mark.proves("T20")
def test_beyond_the_floor_the_house_bears_it_at_once(large, side):
    # 6,000.00 is to come off; 500.00 below zero is the floor, so 5,500.00 is the house's.
    (taken,) = take_back("L1", 6_000_000)

    assert (taken.minor, taken.lost_minor) == (600_000, 550_000)
    assert (balance_of(side), balance_of(LOSS)) == (-50_000, -550_000)
    assert Reversal.objects.get().lost_minor == 550_000
    assert_all_is_well()

    # The next ¥1,000.00 fill up the ¥500.00, and no more: the house does not come back.
    commissions.release(commission_id=one("L2").pk)
    assert (balance_of(side), balance_of(LOSS)) == (50_000, -550_000)
    assert_all_is_well()


@pytest.mark.proves("T20")
def test_a_refund_at_the_floor_is_the_houses_alone(large, side):
    take_back("L1", 5_900_000)  # 5,900.00: 500.00 off the sharer, 5,400.00 off the house
    (taken,) = take_back("L1", 6_000_000, refund=2)

    assert (taken.minor, taken.lost_minor) == (10_000, 10_000)
    assert (balance_of(side), balance_of(LOSS)) == (-50_000, -550_000)
    assert_all_is_well()


@pytest.mark.proves("T20")
def test_undone_the_house_has_its_loss_again_before_the_sharer(large, side):
    take_back("L1", 6_000_000)

    (given,) = take_back("L1", 0, undoes=1)
    assert (given.minor, given.lost_minor) == (-600_000, -550_000)
    assert (balance_of(side), balance_of(LOSS)) == (0, 0)
    assert_all_is_well()


@pytest.mark.proves("T15", "T18")
def test_three_thirds_of_999_take_back_exactly_99():
    steps = [reversed_total(99, refunded, 999) for refunded in (0, 333, 666, 999)]

    assert steps == [0, 33, 66, 99]


@pytest.mark.proves("T18")
def test_any_partition_of_a_refund_takes_back_the_whole_and_never_more():
    dice = random.Random(7)
    for _ in range(2000):
        base = dice.randint(1, 10**7)
        amount = dice.randint(0, base * 3 // 10)
        cuts = sorted(dice.randint(0, base) for _ in range(dice.randint(0, 6)))
        totals = [reversed_total(amount, refunded, base) for refunded in [0, *cuts, base]]
        assert totals[0] == 0
        assert totals[-1] == amount
        assert totals == sorted(totals)
    assert reversed_total(99, 10**12, 999) == 99
    assert reversed_total(99, -5, 999) == 0


LINES = st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 3000)), min_size=1, max_size=6)


def earned(lines: list[tuple[int, int]]) -> list[int]:
    """What each line earns: the total rounded down once, then dealt to the lines."""
    exact = [base * rate for base, rate in lines]
    return split(sum(exact) // 10_000, exact)


@pytest.mark.proves("T15")
@given(LINES, st.randoms())
def test_lines_add_up_to_their_total_whatever_their_order(lines, dice):
    amounts = earned(lines)

    assert sum(amounts) == sum(base * rate for base, rate in lines) // 10_000
    assert all(0 <= amount <= base for amount, (base, _) in zip(amounts, lines, strict=True))
    shuffled = dice.sample(lines, len(lines))
    assert sum(earned(shuffled)) == sum(amounts)


@pytest.mark.proves("T15")
@given(LINES, st.integers(0, 10**7))
def test_one_line_as_two_of_the_same_rate_earns_the_same(lines, cut):
    base, rate = lines[0]
    first = cut % base
    parts = [(part, rate) for part in (first, base - first) if part]

    assert sum(earned([*parts, *lines[1:]])) == sum(earned(lines))


@pytest.mark.proves("T18")
@given(st.data())
def test_refunds_and_undone_ones_in_any_order_end_at_the_same_sum(data):
    """What is taken back follows from what is refunded now, and not from how it came to that."""
    base = data.draw(st.integers(1, 10**6))
    amount = data.draw(st.integers(0, base * 3 // 10))
    refunded, reversed_minor = 0, 0
    going: list[int] = []
    for _ in range(data.draw(st.integers(1, 12))):
        if going and data.draw(st.booleans()):
            refunded -= going.pop(data.draw(st.integers(0, len(going) - 1)))
        elif refunded < base:
            going.append(data.draw(st.integers(1, base - refunded)))
            refunded += going[-1]
        step = reversed_total(amount, refunded, base) - reversed_minor
        reversed_minor += step
        assert 0 <= reversed_minor <= amount
        assert reversed_minor == reversed_total(amount, refunded, base)
    if refunded == base:
        assert reversed_minor == amount
    if refunded == 0:
        assert reversed_minor == 0


STEPS = st.lists(st.tuples(st.sampled_from(["refund", "undo", "week"]), st.integers(1, 6800)))


@pytest.mark.proves("T18")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_in_the_ledger_too_whatever_comes_in_whatever_order(held, linwei, side, steps):
    """The accounts hold what the formula leaves, at every step; each example starts anew."""
    pending_side = accounts.sharer_pending(linwei.pk, "CNY")
    refunded, going, at = 0, {}, NOON
    with transaction.atomic():
        for number, (step, minor) in enumerate(steps, start=1):
            with clock.stopped_at(at):
                if step == "refund" and refunded + minor <= 6800:
                    refunded, going[number] = refunded + minor, minor
                    take_back("L1", refunded, refund=number)
                elif step == "undo" and going:
                    undone, its_minor = going.popitem()
                    refunded -= its_minor
                    take_back("L1", refunded, undoes=undone)
            if step == "week":
                at += timedelta(days=8)
                with clock.stopped_at(at):
                    commissions.release_due(at)
            left = 1020 - reversed_total(680, refunded, 6800)
            assert balance_of(side) + balance_of(pending_side) == left
            assert_all_is_well()
        transaction.set_rollback(True)
