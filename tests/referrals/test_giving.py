"""Giving away: Lin Wei leaves what her link earns to Xiaoyu, to a charity, or to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from payments import suspense
from payments.models import Difference
from people.models import Person
from referrals import charities, commissions, earnings, giving
from referrals.charities import Names
from referrals.expecting import LineToEarn, Share, as_gifts
from referrals.models import Attribution, Charity, Commission, Gives, ShareLink
from tests.conftest import NOON
from tests.referrals.conftest import SCHOOLS, order, touch_of
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
LOSS = accounts.clawback_loss("CNY")


@pytest.fixture
def theirs(schools) -> accounts.Side:
    return accounts.charity(schools.pk, "CNY")


@pytest.fixture
def left(noon, link, schools, hill_shop, xiaoyu):
    """Xiaoyu's order of ¥68.00 and ¥34.00, whose gain Lin Wei left to the schools."""
    giving.choose(link=link, gives=Gives.CHARITY, charity=schools)
    return order(hill_shop, xiaoyu, [touch_of(link)], lines=[("L1", 6800), ("L2", 3400)])


@pytest.fixture
def held_for_schools(left):
    pay_in()
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON)
        complete(line_key)
    return left


def release() -> None:
    with clock.stopped_at(NOON + WEEK):
        assert commissions.release_due(clock.now()) == 2


# --- whom it is left to -------------------------------------------------------------------


def test_a_link_keeps_what_it_earns_until_its_maker_says_otherwise(brought):
    assert (brought.gives, brought.charity) == (Gives.KEEP, None)
    assert [row.charity_id for row in brought.commissions.all()] == [None, None]


def test_what_is_left_to_nobody_makes_no_commission_and_the_order_is_still_theirs(
    noon, link, hill_shop, xiaoyu
):
    giving.choose(link=link, gives=Gives.NONE)

    found = order(hill_shop, xiaoyu, [touch_of(link)])

    assert found.gives == Gives.NONE
    assert not Commission.objects.exists()
    commissions.paid(line_key="L1", at=NOON)
    assert_all_is_well()


def test_what_is_left_to_the_buyer_is_said_and_never_paid(noon, link, hill_shop, xiaoyu, linwei):
    giving.choose(link=link, gives=Gives.BUYER)
    order(hill_shop, xiaoyu, [touch_of(link)])

    assert (one().state, one().amount_minor) == (S.GIVEN, 680)
    commissions.paid(line_key="L1", at=NOON)
    assert commissions.to_credit(line_key="L1") is None
    commissions.received(line_key="L1", at=NOON, held_until=NOON + WEEK)
    assert commissions.reverse(refunded={"L1": 6120}) == []
    with clock.stopped_at(NOON + 2 * WEEK):
        assert commissions.release_due(clock.now()) == 0
        assert not commissions.release(commission_id=one().pk)
    assert (one().state, one().paid_at, one().received_at) == (S.GIVEN, NOON, None)
    assert told(linwei) == []
    (figures,) = earnings.figures_of(linwei)
    assert (figures.given_minor, figures.pending_minor, figures.total_minor) == (680, 0, 0)
    assert_all_is_well()


def test_a_gift_of_a_cancelled_order_is_none(noon, link, hill_shop, xiaoyu, linwei):
    giving.choose(link=link, gives=Gives.BUYER)
    order(hill_shop, xiaoyu, [touch_of(link)])

    commissions.void(line_key="L1", at=NOON)

    assert one().state == S.VOID
    assert earnings.figures_of(linwei)[0].given_minor == 0
    assert_all_is_well()


def test_a_gift_leaves_a_fen_of_each_line_to_pay():
    # 30 % of three lines of one fen is 0.9 rounded down, and of four 1: all of one line.
    shares = [Share(LineToEarn("a", 1, 1), 3000, 1), Share(LineToEarn("b", 1, 10), 3000, 3)]

    assert [gift.minor for gift in as_gifts(shares)] == [0, 3]


def test_an_order_keeps_what_it_was_placed_with(left, link):
    giving.choose(link=link, gives=Gives.KEEP)

    assert Attribution.objects.get().gives == Gives.CHARITY
    assert one().charity is not None


# --- to a charity -------------------------------------------------------------------------


def test_a_charity_has_it_once_the_window_is_over_and_the_sharer_never(
    held_for_schools, theirs, side, pending_side, linwei
):
    assert (balance_of(pending_side), balance_of(theirs)) == (1020, 0)
    (figures,) = earnings.figures_of(linwei)
    assert (figures.pending_minor, figures.given_minor) == (0, 0)

    release()

    assert (balance_of(pending_side), balance_of(side), balance_of(theirs)) == (0, 0, 1020)
    assert {row.stage for row in earnings.earnings_of(linwei).rows} == {"donated"}
    (figures,) = earnings.figures_of(linwei)
    assert (figures.total_minor, figures.month_minor, figures.given_minor) == (0, 0, 1020)
    assert told(linwei) == ["commission_donated", "commission_donated"]
    assert_all_is_well()


def test_one_beat_releases_to_sharers_and_charities_alike(
    held_for_schools, link, hill_shop, xiaoyu, theirs, side, linwei
):
    giving.choose(link=link, gives=Gives.KEEP)
    order(hill_shop, xiaoyu, [touch_of(link)], key="0RDER00002", lines=[("M1", 1000)])
    pay_in(2, 1000)
    commissions.paid(line_key="M1", at=NOON)
    complete("M1", order_id=2)

    with clock.stopped_at(NOON + WEEK):
        assert commissions.release_due(clock.now()) == 3

    assert (balance_of(side), balance_of(theirs)) == (100, 1020)
    assert sorted(told(linwei)) == [
        "commission_donated",
        "commission_donated",
        "commission_expected",
        "commission_held",
        "commission_released",
    ]
    assert_all_is_well()


def test_one_by_one_it_goes_the_same_way(held_for_schools, theirs, linwei):
    with clock.stopped_at(NOON + WEEK):
        assert commissions.release(commission_id=one("L1").pk)

    assert balance_of(theirs) == 680
    assert told(linwei) == ["commission_donated"]
    assert_all_is_well()


def test_a_refund_in_the_window_takes_it_from_what_is_pending(held_for_schools, pending_side):
    assert minors(take_back("L1", 3400)) == [340]

    assert balance_of(pending_side) == 680
    assert_all_is_well()


def test_a_refund_after_the_release_takes_it_from_the_charity(held_for_schools, theirs, side):
    release()

    assert minors(take_back("L1", 6800)) == [680]

    assert (balance_of(theirs), balance_of(side), balance_of(LOSS)) == (340, 0, 0)
    assert one().state == S.REVERSED
    assert_all_is_well()


def test_no_charity_is_asked_for_money_back_once_it_was_paid(
    held_for_schools, theirs, accountant, schools, linwei
):
    release()
    send_by_hand(theirs, 900, accountant)
    assert balance_of(theirs) == 120

    taken = take_back("L1", 6800)

    assert [(row.minor, row.lost_minor) for row in taken] == [(680, 560)]
    assert (balance_of(theirs), balance_of(LOSS)) == (0, -560)
    assert_all_is_well()

    take_back("L1", 0, undoes=1)  # the bank sent the refund back: first the house's own

    assert (balance_of(theirs), balance_of(LOSS)) == (120, 0)
    assert one().state == S.RELEASED
    assert_all_is_well()


def test_more_than_a_charity_has_is_not_booked_to_it(held_for_schools, theirs, accountant):
    release()

    with pytest.raises(suspense.Overdrawn):
        send_by_hand(theirs, 1021, accountant)

    assert balance_of(theirs) == 1020
    assert Difference.objects.get().resolved_at is None


@pytest.mark.parametrize("code", ["charity:999:CNY", "charity:0:CNY", "charity:1:cny", "charity:1"])
def test_nothing_is_booked_to_a_charity_that_was_given_nothing(held_for_schools, accountant, code):
    release()

    with pytest.raises(suspense.NoSuchAccount):
        explain(accountant, 100, code)


def send_by_hand(side: accounts.Side, minor: int, by: Person) -> None:
    """Do what finance does: the bank's statement shows what left, and a person says for whom."""
    explain(by, minor, side.code)


def explain(by: Person, minor: int, code: str) -> None:
    found = suspense.open_difference(
        suspense.Found(
            rail="sandbox",
            day=NOON.date(),
            kind=Difference.Kind.ONLY_THEIRS,
            key=f"sent:{minor}",
            ours_minor=0,
            theirs_minor=-minor,
            currency="CNY",
        )
    )
    suspense.resolve(
        difference=found, resolution="account", reason="Sent by hand.", by=by, account=code
    )


# --- the list ----------------------------------------------------------------------------


def test_a_closed_charity_is_not_chosen(link, schools, accountant):
    charities.close(charity=schools, by=accountant)

    with pytest.raises(giving.CharityClosed):
        giving.choose(link=link, gives=Gives.CHARITY, charity=schools)

    link.refresh_from_db()
    assert (link.gives, link.charity) == (Gives.KEEP, None)


def test_once_it_is_closed_nobody_has_what_was_meant_for_it(
    noon, link, schools, accountant, hill_shop, xiaoyu
):
    giving.choose(link=link, gives=Gives.CHARITY, charity=schools)
    charities.close(charity=schools, by=accountant)

    found = order(hill_shop, xiaoyu, [touch_of(link)])

    assert (found.gives, found.charity) == (Gives.NONE, None)
    assert not Commission.objects.exists()

    charities.open_again(charity=schools, by=accountant)
    found = order(
        hill_shop,
        xiaoyu,
        [touch_of(link, ago=timedelta(minutes=1))],
        key="0RDER00002",
        lines=[("M1", 500)],
    )
    assert found.charity == schools


def test_what_it_was_given_before_stays_its_own(held_for_schools, schools, accountant, theirs):
    charities.close(charity=schools, by=accountant)

    release()

    assert balance_of(theirs) == 1020
    assert charities.balances() == {schools.pk: [charities.Owed(1020, 0, "CNY")]}


def test_a_registration_is_listed_once(schools, accountant):
    with pytest.raises(charities.ListedBefore):
        charities.add(names=SCHOOLS, by=accountant)

    assert Charity.objects.count() == 1


def test_a_new_name_opens_no_charity_that_was_closed_meanwhile(schools, accountant):
    charities.close(
        charity=Charity.objects.get(), by=accountant
    )  # ``schools`` was read before that
    names = Names("山村小学", "Village schools", "R-2")

    charities.rename(charity=schools, names=names, by=accountant)

    row = Charity.objects.get()
    assert row.closed_at is not None
    assert (row.name_zh, row.name_en, row.registration) == ("山村小学", "Village schools", "R-2")


def test_the_database_keeps_choice_and_charity_together(link, schools):
    for wrong in ({"gives": "charity"}, {"charity": schools}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShareLink.objects.update(**wrong)
