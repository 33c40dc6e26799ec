"""Releasing: in chunks, once, past whoever cannot be released."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import Overdrawn, post
from referrals import commissions, releasing, reversing
from referrals.invariants import INVARIANTS
from referrals.models import Commission
from tests.conftest import NOON
from tests.races import all_at_once, together
from tests.referrals.conftest import order, touch_of
from tests.referrals.money import (
    WEEK,
    assert_all_is_well,
    complete,
    minors,
    one,
    pay_in,
    take_back,
    told,
)

S = Commission.State


def test_a_second_before_the_window_ends_nothing_is_released(held, side):
    with clock.stopped_at(NOON + WEEK - timedelta(seconds=1)):
        assert commissions.release_due(clock.now()) == 0
        assert not commissions.release(commission_id=one().pk)
    assert balance_of(side) == 0
    assert one().state == S.HELD


def test_one_that_cannot_be_released_holds_up_nobody_else(held, linwei, side, caplog):
    # Somebody took from the pending account behind the commissions' back.
    pending = accounts.sharer_pending(linwei.pk, "CNY")
    post(key="theft", legs={pending: -400, accounts.outside("sandbox", "CNY"): 400})

    with clock.stopped_at(NOON + WEEK):
        assert commissions.release_due(clock.now()) == 1
        with pytest.raises(Overdrawn):
            commissions.release(commission_id=one("L1").pk)

    assert (one("L1").state, one("L2").state) == (S.HELD, S.RELEASED)
    assert balance_of(side) == 340
    assert "could not be released" in caplog.text


def test_invariants_see_a_commission_released_without_its_money(held):
    Commission.objects.filter(line_key="L1").update(state=S.RELEASED, released_at=NOON + WEEK)

    broken = {finding.name for finding in check(INVARIANTS) if finding.broken}
    assert broken == {
        "referrals.a_sharer_has_what_was_earned_and_not_paid_out",
        "referrals.pending_balances_are_what_is_held",
        "referrals.released_commissions_were_posted",
    }


def made(link, shop, buyer):
    """One held commission of ¥6.80, due now, outside any test's transaction."""
    order(shop, buyer, [touch_of(link)])
    pay_in(minor=6800)
    commissions.paid(line_key="L1", at=clock.now())
    with transaction.atomic():
        complete("L1")
    Commission.objects.update(held_until=clock.now() - timedelta(seconds=1))
    return one().pk


@pytest.mark.django_db(transaction=True)
def test_eight_workers_releasing_at_once_post_once(link, hill_shop, xiaoyu, side, pending_side):
    pk = made(link, hill_shop, xiaoyu)

    outcomes = all_at_once(lambda: commissions.release(commission_id=pk), times=8)

    assert sorted(outcomes) == [False] * 7 + [True]
    assert (balance_of(side), balance_of(pending_side)) == (680, 0)
    assert Transfer.objects.filter(key=f"commission:{pk}:released").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_and_the_key_eight_workers_pay_eight_times(
    link, hill_shop, xiaoyu, side, pending_side
):
    """The race above is a real one: the same work unguarded pays more than once."""
    pk = made(link, hill_shop, xiaoyu)
    post(
        key="room to be wrong in",
        legs={accounts.outside("sandbox", "CNY"): -6800, pending_side: 6800},
    )
    tries = iter(range(8))
    all_have_looked = threading.Barrier(8)

    def release_unguarded():
        if Commission.objects.get(pk=pk).state != S.HELD:
            return False
        all_have_looked.wait(timeout=20)
        number = next(tries)
        post(key=f"commission:{pk}:released:{number}", legs={pending_side: -680, side: 680})
        Commission.objects.filter(pk=pk).update(state=S.RELEASED, released_at=clock.now())
        return True

    outcomes = all_at_once(release_unguarded, times=8)

    assert outcomes == [True] * 8
    assert balance_of(side) == 680 * 8


@pytest.mark.proves("T19")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(5))
def test_release_and_refund_at_once_lose_nothing(
    link, hill_shop, xiaoyu, side, pending_side, _round
):
    pk = made(link, hill_shop, xiaoyu)

    outcomes = together(
        lambda: commissions.release_due(clock.now()), lambda: minors(take_back("L1", 3400))
    )
    commissions.release_due(clock.now())  # where the refund held the row, the beat skipped it

    assert outcomes[1] == [340]
    assert (balance_of(side), balance_of(pending_side)) == (340, 0)
    assert (one("L1").state, one("L1").net_minor) == (S.RELEASED, 340)
    assert one("L1").pk == pk
    assert_all_is_well()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_on_the_commission_the_refund_misses_the_release(
    link, hill_shop, xiaoyu, linwei, side, pending_side, monkeypatch
):
    """The refund looks where the money stands, and looks too early: pending is overdrawn."""
    made(link, hill_shop, xiaoyu)
    have_looked = threading.Event()
    is_released = threading.Event()

    def read_slowly(rows):
        found = list(rows)
        have_looked.set()
        is_released.wait(timeout=20)
        return found

    def release():
        have_looked.wait(timeout=20)
        released = releasing.release_due(clock.now())
        is_released.set()
        return released

    monkeypatch.setattr(reversing, "locked", read_slowly)
    outcomes = together(lambda: take_back("L1", 3400), release)

    assert isinstance(outcomes[0], Overdrawn)
    assert outcomes[1] == 1


@pytest.mark.django_db(transaction=True)
def test_three_beats_at_once_release_each_commission_once(
    link, hill_shop, xiaoyu, linwei, side, monkeypatch
):
    monkeypatch.setattr(releasing, "CHUNK", 2)
    order(hill_shop, xiaoyu, [touch_of(link)], lines=[(f"L{n}", 6800) for n in range(7)])
    pay_in(minor=7 * 6800)
    for number in range(7):
        commissions.paid(line_key=f"L{number}", at=clock.now())
        with transaction.atomic():
            complete(f"L{number}")
    Commission.objects.update(held_until=clock.now() - timedelta(seconds=1))

    outcomes = all_at_once(lambda: releasing.release_due(clock.now()), times=3)
    released = sum(outcomes) + releasing.release_due(clock.now())

    assert released == 7
    assert balance_of(side) == 7 * 680
    assert Transfer.objects.filter(key__endswith=":released").count() == 7
    assert told(linwei).count("commission_released") == 7
    assert_all_is_well()


def test_a_chunk_is_one_posting_and_one_update(held, side):
    with clock.stopped_at(NOON + WEEK):
        assert releasing.release_due(clock.now()) == 2

    assert {row.released_at for row in Commission.objects.all()} == {NOON + WEEK}
    assert balance_of(side) == 1020
    assert_all_is_well()


def test_chunks_go_on_after_one_another_and_past_a_bad_one(held, side, linwei, monkeypatch, caplog):
    monkeypatch.setattr(releasing, "CHUNK", 1)
    # The first line's fact was told before, with other words: nothing can be posted under it.
    key = f"commission:{one('L1').pk}:released"
    outside = accounts.outside("sandbox", "CNY")
    post(key=key, legs={outside: -1, accounts.shop(1, "CNY"): 1})

    with clock.stopped_at(NOON + WEEK):
        assert releasing.release_due(clock.now()) == 1

    assert (one("L1").state, one("L2").state) == (S.HELD, S.RELEASED)
    assert "could not be released" in caplog.text


def test_what_waits_for_a_refund_is_left_until_it_goes_on(held, side):
    commissions.wait(line_keys=["L1", "nobody's"])
    with clock.stopped_at(NOON + WEEK):
        assert commissions.release_due(clock.now()) == 1
        assert not commissions.release(commission_id=one("L1").pk)
        assert one("L1").state == S.HELD

        commissions.go_on(line_keys=["L1"])
        assert commissions.release_due(clock.now()) == 1
    assert balance_of(side) == 1020
