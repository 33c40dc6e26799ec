"""A commission's way: each step once, each minor unit accounted for."""

import random
import threading
from datetime import timedelta
from itertools import product as every_pair

import pytest
from django.db import transaction

from kit import clock
from kit.invariants import check
from kit.states import TransitionRefused, move
from ledger import accounts
from ledger.balances import balance_of
from ledger.invariants import INVARIANTS as LEDGER
from ledger.models import Transfer
from ledger.posting import Overdrawn, post
from notifications.models import Notice
from payments.models import Payout
from referrals import commissions
from referrals.commissions import MAY_BECOME, reversed_total
from referrals.earnings import earnings_of, figures_of, weeks_of
from referrals.invariants import INVARIANTS
from referrals.models import Commission
from tests.conftest import NOON
from tests.races import all_at_once, together
from tests.referrals.conftest import order, touch_of

S = Commission.State
WEEK = timedelta(days=7)


def pay_in(order_id: int = 1, minor: int = 10200) -> None:
    """The buyer's money stands in the order's escrow."""
    post(
        key=f"charge:{order_id}:settled",
        legs={accounts.outside("sandbox", "CNY"): -minor, accounts.escrow(order_id, "CNY"): minor},
    )


def complete(line_key: str, *, order_id: int = 1) -> None:
    """Do what orders do when a line is received: post it, then say so."""
    owed = commissions.to_credit(line_key=line_key)
    assert owed is not None
    side, minor = owed
    post(
        key=f"line:{line_key}:completed",
        legs={accounts.escrow(order_id, "CNY"): -minor, side: minor},
    )
    commissions.received(line_key=line_key, at=clock.now(), held_until=clock.now() + WEEK)


def take_back(line_key: str, base_minor: int, *, refund: int = 1, order_id: int = 1) -> int:
    """Do what orders do when a refund settles: reverse, and post what that says."""
    with transaction.atomic():
        minor = commissions.reverse(
            line_key=line_key, refunded_base_minor=base_minor, at=clock.now()
        )
        if minor:
            side = commissions.account_of(line_key=line_key)
            assert side is not None
            post(
                key=f"refund:{refund}:settled",
                legs={side: -minor, accounts.escrow(order_id, "CNY"): minor},
            )
    return minor


def one(line_key: str = "L1") -> Commission:
    return Commission.objects.get(line_key=line_key)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def assert_all_is_well() -> None:
    assert [finding for finding in check([*INVARIANTS, *LEDGER]) if finding.broken] == []


@pytest.fixture
def held(brought):
    """The order was paid and received at noon; ¥6.80 and ¥3.40 wait for a week."""
    pay_in()
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON)
        complete(line_key)
    return brought


@pytest.fixture
def pending_side(linwei):
    return accounts.sharer_pending(linwei.pk, "CNY")


@pytest.fixture
def side(linwei):
    return accounts.sharer(linwei.pk, "CNY")


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

    assert commissions.reverse(line_key="none", refunded_base_minor=5, at=NOON) == 0
    assert commissions.to_credit(line_key="none") is None
    assert commissions.account_of(line_key="none") is None
    assert not commissions.release(commission_id=0)


def test_a_second_before_the_window_ends_nothing_is_released(held, side):
    with clock.stopped_at(NOON + WEEK - timedelta(seconds=1)):
        assert commissions.release_due(clock.now()) == 0
        assert not commissions.release(commission_id=one().pk)
    assert balance_of(side) == 0
    assert one().state == S.HELD


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


def test_a_full_refund_before_receipt_voids_and_moves_no_money(brought):
    commissions.paid(line_key="L1", at=NOON)

    assert commissions.reverse(line_key="L1", refunded_base_minor=6800, at=NOON) == 0
    assert one().state == S.VOID
    assert not Transfer.objects.exists()


def test_a_part_refund_before_receipt_lowers_what_is_credited(brought, linwei):
    commissions.paid(line_key="L1", at=NOON)

    assert commissions.reverse(line_key="L1", refunded_base_minor=1700, at=NOON) == 0
    assert commissions.to_credit(line_key="L1") == (
        accounts.sharer_pending(linwei.pk, "CNY"),
        510,
    )


def test_a_refund_in_the_window_comes_from_the_pending_account(held, pending_side, linwei):
    assert take_back("L1", 3400) == 340
    assert balance_of(pending_side) == 680
    assert take_back("L1", 3400) == 0

    assert take_back("L1", 6800, refund=2) == 340
    assert one().state == S.REVERSED
    assert balance_of(pending_side) == 340
    assert told(linwei)[-2:] == ["commission_reversed", "commission_reversed"]
    assert_all_is_well()

    with clock.stopped_at(NOON + WEEK):
        assert commissions.release_due(clock.now()) == 1


def test_a_refund_after_release_comes_from_the_sharers_account(held, side):
    with clock.stopped_at(NOON + WEEK):
        commissions.release_due(clock.now())
        assert take_back("L1", 6800) == 680

    assert balance_of(side) == 340
    assert one().state == S.REVERSED
    assert_all_is_well()


def test_a_refund_the_bank_sends_back_gives_the_commission_back(held, pending_side):
    take_back("L1", 6800)

    assert take_back("L1", 0, refund=2) == -680
    assert (one().state, one().reversed_minor) == (S.HELD, 0)
    assert balance_of(pending_side) == 1020
    assert_all_is_well()


def test_three_thirds_of_999_take_back_exactly_99():
    steps = [reversed_total(99, refunded, 999) for refunded in (0, 333, 666, 999)]

    assert steps == [0, 33, 66, 99]


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
        "referrals.pending_balances_are_what_is_held",
        "referrals.released_commissions_were_posted",
    }


def test_the_figures_are_the_sums_of_the_story(held, linwei):
    figures = figures_of(linwei)[0]
    assert (figures.available_minor, figures.pending_minor, figures.month_minor) == (0, 1020, 1020)
    assert figures.total_minor == 0

    with clock.stopped_at(NOON + WEEK):
        commissions.release_due(clock.now())
        after = figures_of(linwei)[0]
    assert (after.available_minor, after.pending_minor, after.total_minor) == (1020, 0, 1020)

    with clock.stopped_at(NOON + timedelta(days=9)):  # the first of December in Shanghai
        assert figures_of(linwei)[0].month_minor == 0


def test_somebody_who_never_shared_has_figures_of_nothing(xiaoyu):
    earned = earnings_of(xiaoyu)

    assert [(f.currency, f.available_minor, f.total_minor) for f in earned.figures] == [
        ("CNY", 0, 0)
    ]
    assert earned.rows == []


def test_the_last_of_twelve_weeks_is_this_one(held, linwei):
    weeks = weeks_of(linwei, currency="CNY")

    assert [week.minor for week in weeks] == [0] * 11 + [1020]
    assert weeks[-1].starts.date().isoformat() == "2026-11-16"


def test_payouts_cover_commissions_first_released_first(held, linwei, side):
    with clock.stopped_at(NOON + WEEK):
        commissions.release(commission_id=one("L1").pk)
    with clock.stopped_at(NOON + WEEK + timedelta(hours=1)):
        commissions.release(commission_id=one("L2").pk)
    payout = Payout.objects.create(
        person=linwei,
        account=side.code,
        run="2026-W48",
        amount_minor=1000,
        currency="CNY",
        provider="sandbox",
        destination="x",
    )

    def stages():
        return {row.commission.line_key: row.stage for row in earnings_of(linwei).rows}

    assert stages() == {"L1": "released", "L2": "released"}
    payout.state = Payout.State.SETTLED
    payout.save()
    assert stages() == {"L1": "paid_out", "L2": "released"}


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(5))
def test_release_and_refund_at_once_lose_nothing(
    link, hill_shop, xiaoyu, side, pending_side, _round
):
    pk = made(link, hill_shop, xiaoyu)

    outcomes = together(
        lambda: commissions.release(commission_id=pk), lambda: take_back("L1", 3400)
    )

    assert outcomes[1] == 340
    assert outcomes[0] is True
    assert (balance_of(side), balance_of(pending_side)) == (340, 0)
    assert (one().state, one().net_minor) == (S.RELEASED, 340)
    assert_all_is_well()
