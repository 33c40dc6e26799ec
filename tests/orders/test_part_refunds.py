"""Refunds of parts, at every state; every sum is worked out by hand.

Two jars at ¥68.00 and ¥10.00 for the parcel: ¥146.00. Lin Wei earns ¥13.60, the fee is ¥1.36.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Receipt
from kit import clock
from kit.states import TransitionRefused
from ledger import accounts
from ledger.balances import balance_of
from notifications.models import Notice
from orders import fulfilment, refunds
from orders.models import Order, OrderLine, OrderRefund
from orders.sums import Back
from payments.models import Refund
from payments.refunding import RefundKeyReused
from people.models import StaffRole
from referrals import commissions
from tests.orders import refunding as r
from tests.orders.conftest import buy, pay, the_order, touches_of
from tests.orders.refunding import ask, bounce, broken, through


@pytest.mark.proves("T19")
@pytest.mark.parametrize("order_fixture", ["paid", "shipped"])
def test_before_receipt_a_part_comes_out_of_escrow(request, order_fixture, provider, pending):
    order = request.getfixturevalue(order_fixture)
    refund = ask(order, 3400)
    assert (refund.amount_minor, r.escrow_of(order)) == (3400, 14_600)

    through(refund, provider)

    order.refresh_from_db()
    assert order.state == order_fixture
    assert (r.escrow_of(order), r.outside()) == (11_200, -11_200)
    line = order.lines.get()
    assert (line.asked_minor, line.refunded_minor) == (3400, 3400)
    assert line.commission.net_minor == 1360 - 340
    assert balance_of(pending) == 0
    assert broken() == []


def test_what_is_left_is_shared_when_it_is_received(shipped, provider, pending):
    through(ask(shipped, 3400, shipping_minor=1000), provider)

    fulfilment.confirm(order=shipped)

    # 102.00 are left; a quarter of the goods went back, and so of 13.60 and of 1.36.
    assert (balance_of(pending), r.fees()) == (1020, 102)
    assert r.shop_of(shipped) == 10_200 - 1020 - 102
    assert Receipt.objects.get().net_paid_minor == 10_200
    assert broken() == []


@pytest.mark.proves("T19")
def test_after_receipt_each_gives_back_their_part(completed, provider, pending):
    through(ask(completed, 3400), provider)

    # 34.00 to the buyer: 3.40 from the sharer, 0.34 from the fee, 30.26 from the shop.
    assert balance_of(pending) == 1360 - 340
    assert r.fees() == 136 - 34
    assert r.shop_of(completed) == 13_104 - 3026
    assert r.outside() == -11_200
    assert broken() == []


@pytest.mark.proves("T19")
def test_after_the_release_the_sharer_gives_it_out_of_what_is_theirs(
    noon, completed, provider, earned
):
    with clock.stopped_at(noon + timedelta(days=7)):
        commissions.release_due(clock.now())
        through(ask(completed, 13_600), provider)

    assert (balance_of(earned), r.fees()) == (0, 0)
    # All of the goods went back; the parcel stays the shop's.
    assert r.shop_of(completed) == 1000
    assert completed.lines.get().commission.state == "reversed"
    assert Receipt.objects.get().returned_at is not None
    assert broken() == []


def test_shipping_after_receipt_is_the_shops_alone(completed, provider, pending):
    through(ask(completed, shipping_minor=1000), provider)

    assert (r.shop_of(completed), balance_of(pending), r.fees()) == (12_104, 1360, 136)
    completed.refresh_from_db()
    assert (completed.shipping_asked_minor, completed.shipping_refunded_minor) == (1000, 1000)
    assert broken() == []


@pytest.mark.proves("T18")
def test_uneven_parts_take_back_exactly_what_was_earned(completed, provider, pending):
    for minor in (3333, 3333, 1, 6932, 1):
        through(ask(completed, minor), provider)
        assert broken() == []

    assert (balance_of(pending), r.fees(), r.shop_of(completed)) == (0, 0, 1000)


@pytest.mark.proves("T18", "T19")
def test_parts_before_and_after_receipt_and_release_add_up(noon, shipped, provider, earned):
    through(ask(shipped, 4999), provider)
    fulfilment.confirm(order=shipped)
    through(ask(shipped, 4999), provider)
    with clock.stopped_at(noon + timedelta(days=7)):
        commissions.release_due(clock.now())
        through(ask(shipped, 3602, shipping_minor=1000), provider)

    assert (balance_of(earned), r.fees(), r.shop_of(shipped), r.outside()) == (0, 0, 0, 0)
    assert broken() == []


def test_sent_and_refunded_whole_the_order_ends(shipped, provider, jar, linwei):
    through(ask(shipped, 13_600, shipping_minor=1000), provider)

    shipped.refresh_from_db()
    assert (shipped.state, r.escrow_of(shipped), r.outside()) == ("refunded", 0, 0)
    assert shipped.lines.get().commission.state == "void"
    jar.refresh_from_db()
    assert jar.available == 8  # where the jars are, only the shop can know
    told = Notice.objects.filter(person=linwei).order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["commission_expected", "commission_reversed"]
    assert broken() == []


def test_the_last_part_of_a_paid_order_stops_the_parcel(paid, provider, jar, chen):
    through(ask(paid, 600), provider)
    whole = ask(paid, 13_000, shipping_minor=1000)
    paid.refresh_from_db()
    assert paid.state == "refunding"
    with pytest.raises(TransitionRefused):
        fulfilment.dispatch(order=paid, carrier="SF", number="SF1398", by=chen)

    through(whole, provider)
    paid.refresh_from_db()
    jar.refresh_from_db()
    assert (paid.state, r.escrow_of(paid), jar.available) == ("refunded", 0, 10)
    assert broken() == []


def test_before_dispatch_all_that_is_left_goes_back(paid, provider, xiaoyu):
    through(ask(paid, 600), provider)

    refund = refunds.before_dispatch(order=paid, by=xiaoyu)
    assert refund.amount_minor == 14_000
    through(refund, provider)
    paid.refresh_from_db()
    assert (paid.state, r.outside()) == ("refunded", 0)
    assert broken() == []


def test_while_a_refund_is_open_nothing_is_taken_as_received(noon, shipped, provider):
    refund = ask(shipped, 3400)
    with pytest.raises(fulfilment.RefundIsOpen):
        fulfilment.confirm(order=shipped)
    ten_days = noon + timedelta(days=10)
    with clock.stopped_at(ten_days):
        assert fulfilment.complete_overdue(ten_days) == 0
        assert not fulfilment.complete_quietly(order=shipped, now=ten_days)
        shipped.refresh_from_db()
        assert (shipped.state, r.escrow_of(shipped)) == ("shipped", 14_600)

        through(refund, provider)
        assert fulfilment.complete_overdue(ten_days) == 1
    assert broken() == []


def test_while_a_refund_is_open_its_commission_is_not_released(noon, completed, provider, earned):
    refund = ask(completed, 3400)
    with clock.stopped_at(noon + timedelta(days=8)):
        assert commissions.release_due(clock.now()) == 0
        assert broken() == []
        through(refund, provider)
        assert commissions.release_due(clock.now()) == 1
    assert balance_of(earned) == 1020
    assert broken() == []


def test_two_taps_of_one_form_are_one_refund(completed):
    first = ask(completed, 3400, key="the-same-key-twice")

    assert ask(completed, 3400, key="the-same-key-twice") == first
    with pytest.raises(RefundKeyReused):
        ask(completed, 3401, key="the-same-key-twice")
    assert OrderRefund.objects.get().from_shop_minor == 3026
    assert OrderLine.objects.get().asked_minor == 3400


@pytest.mark.parametrize(
    ("goods", "shipping"), [(13_601, 0), (0, 1001), (2**62, 0), (13_600, 1001)]
)
def test_never_more_than_was_paid_is_asked(completed, goods, shipping):
    with pytest.raises(refunds.MoreThanPaid):
        ask(completed, goods, shipping_minor=shipping)
    assert not Refund.objects.exists()
    assert OrderLine.objects.get().asked_minor == 0


@pytest.mark.parametrize(("goods", "shipping"), [(0, 0), (-1, 0), (500, -1)])
def test_nothing_or_less_than_nothing_is_no_refund(completed, goods, shipping):
    with pytest.raises(refunds.NothingToRefund):
        ask(completed, goods, shipping_minor=shipping)
    assert not Refund.objects.exists()


def test_a_line_of_another_order_is_refused(completed, jar, provider):
    other = buy(jar, quantity=1)
    pay(other, provider)
    line = the_order(other).lines.get()

    with pytest.raises(refunds.MoreThanPaid):
        ask(completed, back=Back({line.key: 100}))
    assert not Refund.objects.exists()


@pytest.mark.parametrize("order_fixture", ["placed", "ended"])
def test_what_was_not_paid_or_is_over_has_nothing_to_give_back(request, order_fixture, provider):
    if order_fixture == "ended":
        order = request.getfixturevalue("paid")
        through(refunds.before_dispatch(order=order, by=None), provider)
    else:
        order = request.getfixturevalue("placed")
    before = Refund.objects.count()

    with pytest.raises(TransitionRefused):
        ask(order, 100)
    assert Refund.objects.count() == before


@pytest.mark.parametrize(
    "sql",
    [
        {"asked_minor": 13_601},
        {"refunded_minor": 1},
        {"asked_minor": -1},
        {"asked_minor": 5, "refunded_minor": 6},
    ],
)
def test_the_database_itself_keeps_refunds_of_a_line_within_it(paid, sql):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.update(**sql)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.update(shipping_asked_minor=1001)


def test_a_refused_part_may_be_asked_again(completed, provider, pending, xiaoyu, chen):
    r.refuse(ask(completed, 13_600))

    row = OrderRefund.objects.get()
    assert row.refused_at is not None
    assert OrderLine.objects.get().asked_minor == 0
    assert not completed.lines.get().commission.waits
    assert Notice.objects.get(kind="order_refund_refused").person == xiaoyu
    assert Notice.objects.get(kind="order_part_refused_vendor").person == chen
    assert (r.shop_of(completed), balance_of(pending)) == (13_104, 1360)
    through(ask(completed, 13_600), provider)
    assert (r.shop_of(completed), balance_of(pending)) == (1000, 0)
    assert broken() == []


def test_the_vendor_cannot_refund_what_the_shop_no_longer_has(completed, chen):
    """The shop took its ¥131.04 out; −¥500.00 is the floor, so ¥30.26 can be borne."""
    shop = accounts.shop(completed.shop_id, "CNY")
    r.take_out(shop, 13_104 + 49_000)

    with pytest.raises(refunds.ShopCannotBear) as refusal:
        ask(completed, 3400)  # 30.26 from the shop, and only 10.00 are left above the floor
    assert refusal.value.missing_minor == 2026
    assert not Refund.objects.exists()
    assert OrderLine.objects.get().asked_minor == 0
    assert ask(completed, 1000).amount_minor == 1000  # 8.90 from the shop
    with pytest.raises(refunds.ShopCannotBear):
        ask(completed, 1000)  # with what is on its way already it would be too much


def test_what_the_house_refunds_beyond_the_shops_floor_the_house_bears(completed, provider, wulan):
    StaffRole.objects.create(person=wulan, role="finance")
    shop = accounts.shop(completed.shop_id, "CNY")
    r.take_out(shop, 13_104 + 49_000)

    refund = through(ask(completed, 3400, asker=r.HOUSE, by=None), provider)

    assert (balance_of(shop), r.loss()) == (-50_000, -2026)
    assert OrderRefund.objects.get().shop_lost_minor == 2026
    (told,) = r.recorded("refund.loss_borne")
    assert (told["shop_minor"], told["sharer_minor"]) == (2026, 0)
    alarm = Notice.objects.get(kind="loss_borne")
    assert (alarm.person, alarm.data["amount_minor"]) == (wulan, 2026)
    assert broken(but="payments.in_transit") == []

    bounce(refund, provider)  # the house has its loss again first
    assert (balance_of(shop), r.loss()) == (-49_000, 0)
    assert broken(but="payments.in_transit") == []


def test_beyond_the_sharers_floor_too(noon, completed, provider, earned):
    with clock.stopped_at(noon + timedelta(days=7)):
        commissions.release_due(clock.now())
        r.take_out(earned, 1360 + 49_500)
        through(ask(completed, 13_600), provider)

    # 13.60 are to come off the sharer, who is 5.00 above the floor.
    assert (balance_of(earned), r.loss()) == (-50_000, -860)
    assert Notice.objects.filter(kind="commission_owed").count() == 1
    (told,) = r.recorded("refund.loss_borne")
    assert (told["shop_minor"], told["sharer_minor"]) == (0, 860)
    assert r.shop_of(completed) == 1000


def test_a_shop_that_counts_in_yen_is_refunded_to_the_last_yen(noon, jar, honey, provider, linwei):
    honey.shop.currency = "JPY"
    honey.shop.save()
    brought = touches_of(linwei, honey)
    checkout = buy(jar, touches=brought)
    pay(checkout, provider)
    order = fulfilment.dispatch(
        order=the_order(checkout), carrier="SF", number="SF1398", by=honey.shop.owner
    )
    fulfilment.confirm(order=order)
    pending = accounts.sharer_pending(linwei.pk, "JPY")
    fees = accounts.platform_fees("JPY")
    assert (order.currency, balance_of(pending), balance_of(fees)) == ("JPY", 1360, 136)

    for yen in (1, 6799, 6800):
        through(ask(order, yen), provider)
        assert broken() == []
    assert (balance_of(pending), balance_of(fees), r.shop_of(order)) == (0, 0, 1000)
