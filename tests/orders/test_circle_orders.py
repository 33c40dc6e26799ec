"""Circle orders: one shop, one pickup point, everybody pays alone, and the host hands out."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kit import clock
from kit.states import TransitionRefused
from ledger import accounts
from ledger.balances import balance_of
from notifications.models import Notice
from orders import circle_handing, circle_joining, circle_orders, fulfilment, settling
from orders.models import CircleOrder, CircleParcel, Order, OrderRefund
from orders.states import CIRCLE_ORDER_MAY_BECOME
from people import circle_places
from people.friendships import block
from referrals.models import Commission
from tests.orders.conftest import GATE, TWO_JARS_MINOR, pay, touches_of
from tests.orders.together import ask, broken, join
from tests.races import together as at_once

S = CircleOrder.State


def told(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=kind).values_list("person_id", flat=True))


@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("came_from", list(S))
def test_the_table_says_every_move(came_from, to):
    may = {
        (S.ASKED, S.OPEN),
        (S.OPEN, S.CLOSED),
        (S.CLOSED, S.HANDED_OUT),
        (S.ASKED, S.CANCELLED),
        (S.OPEN, S.CANCELLED),
        (S.CLOSED, S.CANCELLED),
    }
    assert (came_from in CIRCLE_ORDER_MAY_BECOME.get(to, ())) == ((came_from, to) in may)


def test_the_shop_is_asked_and_its_yes_opens_it_for_everybody(noon, asked, chen, linwei, xiaoyu):
    assert told("circle_order_asked") == {chen.pk}
    assert not circle_joining.is_open(asked)

    row = circle_orders.accept(circle_order=asked, by=chen)

    assert (row.state, row.closes_at) == (S.OPEN, noon + timedelta(hours=48))
    assert told("circle_order_accepted") == {linwei.pk}
    assert told("circle_order_open") == {xiaoyu.pk}
    with pytest.raises(TransitionRefused):
        circle_orders.accept(circle_order=asked, by=chen)


def test_a_no_ends_it_and_the_host_reads_why(asked, chen, linwei, xiaoyu, jar):
    row = circle_orders.refuse(circle_order=asked, by=chen, why="卖完了")

    assert (row.state, row.why) == (S.CANCELLED, "卖完了")
    assert Notice.objects.get(kind="circle_order_refused").data["reason"] == "卖完了"
    with pytest.raises(circle_joining.NotOpen):
        join(row, xiaoyu, jar)
    assert not Order.objects.exists()


def test_only_the_host_asks_once_for_what_is_on_sale(asked, circle, linwei, xiaoyu, honey):
    with pytest.raises(circle_orders.AskedBefore):
        ask(circle, linwei, honey)
    with pytest.raises(circle_orders.NotTheHost):
        ask(circle, xiaoyu, honey)
    type(honey).objects.update(state="unlisted")
    with pytest.raises(circle_orders.NotOnSale):
        ask(circle, linwei, honey)
    assert CircleOrder.objects.count() == 1


def test_who_is_in_the_circle_orders_to_the_gate(noon, opened, xiaoyu, jar, provider):
    order = join(opened, xiaoyu, jar)
    pay(order.checkout, provider)

    parcel = CircleParcel.objects.get()
    assert (parcel.order, parcel.circle_order, parcel.joined_at) == (order, opened, noon)
    assert (order.region, order.address) == (GATE.region, GATE.address)
    assert broken() == []


def test_strangers_and_the_blocked_and_other_goods_are_refused(
    opened, linwei, xiaoyu, hao, jar, honey
):
    with pytest.raises(circle_joining.NotInTheCircle):
        join(opened, hao, jar)
    other = type(honey).objects.create(
        shop=honey.shop, title="别的", state="live", published_at=clock.now()
    )
    variant = other.variants.create(name="", price_minor=6800, available=9)
    with pytest.raises(circle_joining.OtherGoods):
        join(opened, xiaoyu, variant)
    block(blocker=linwei, blocked=xiaoyu)
    with pytest.raises(circle_joining.NotInTheCircle):
        join(opened, xiaoyu, jar)
    assert circle_joining.seen_by(xiaoyu, opened.public_id) is None
    assert not Order.objects.exists()


def test_the_timer_closes_it_at_its_moment_and_nobody_comes_after(
    noon, opened, chen, linwei, xiaoyu, jar
):
    order = join(opened, xiaoyu, jar)
    assert circle_orders.mind(noon + timedelta(hours=48, seconds=-1)) == 0
    with clock.stopped_at(noon + timedelta(hours=48)):
        with pytest.raises(circle_joining.NotOpen):
            join(opened, xiaoyu, jar, key="x" * 32)
        assert circle_orders.mind(clock.now()) == 1
        assert circle_orders.mind(clock.now()) == 0

    opened.refresh_from_db()
    assert (opened.state, opened.closed_at) == (S.CLOSED, noon + timedelta(hours=48))
    assert told("circle_order_closed") == {linwei.pk}
    assert told("circle_order_closed_shop") == {chen.pk}
    assert told("circle_order_closed_buyer") == {xiaoyu.pk}
    assert [one.order for one in circle_handing.listed(opened)] == [order]
    assert broken() == []


def test_the_same_press_again_finds_its_order_also_after_the_close(opened, xiaoyu, jar):
    order = join(opened, xiaoyu, jar)
    circle_orders.close(circle_order=opened)

    assert join(opened, xiaoyu, jar) == order
    assert CircleParcel.objects.count() == 1


def test_handing_out_the_last_one_ends_it_and_the_money_waits_for_the_buyer(
    opened, xiaoyu, chen, jar, provider
):
    order = join(opened, xiaoyu, jar)
    pay(order.checkout, provider)
    row = circle_orders.close(circle_order=opened)
    parcel = CircleParcel.objects.get()
    with pytest.raises(circle_handing.NothingThereYet):
        circle_handing.tick(parcel=parcel, is_handed=True)
    order.refresh_from_db()
    fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen)

    circle_handing.tick(parcel=parcel, is_handed=True)

    row.refresh_from_db()
    assert row.state == S.HANDED_OUT
    assert told("circle_order_handed") == {xiaoyu.pk}
    assert told("circle_order_handed_out") == {chen.pk}
    assert balance_of(accounts.escrow(order.pk, "CNY")) == TWO_JARS_MINOR
    assert broken() == []


def test_a_tick_too_early_is_taken_back(opened, linwei, xiaoyu, hao, chen, jar, provider, circle):
    circle_places.join(circle=circle, code=circle.invite_code, person=hao)
    orders = [join(opened, who, jar, key=f"{who.pk:032d}") for who in (xiaoyu, hao)]
    for order in orders:
        pay(order.checkout, provider)
        order.refresh_from_db()
        fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen)
    circle_orders.close(circle_order=opened)
    parcel = CircleParcel.objects.get(order=orders[0])

    circle_handing.tick(parcel=parcel, is_handed=True)
    circle_handing.tick(parcel=parcel, is_handed=False)

    parcel.refresh_from_db()
    opened.refresh_from_db()
    assert (parcel.handed_out_at, opened.state) == (None, S.CLOSED)
    assert Notice.objects.filter(kind="circle_order_handed").count() == 1


def test_called_off_everybody_who_paid_has_all_of_it_back(
    opened, linwei, xiaoyu, chen, jar, provider
):
    order = join(opened, xiaoyu, jar)
    pay(order.checkout, provider)

    circle_orders.cancel(circle_order=opened, by=linwei, why="下雨")
    assert circle_orders.mind(clock.now()) == 1
    assert circle_orders.mind(clock.now()) == 0

    refund = OrderRefund.objects.select_related("refund").get()
    assert (refund.asker, refund.why, refund.refund.amount_minor) == ("house", "下雨", 14_600)
    settling.refresh(refund.refund_id)
    provider.wait_for("refunds", refund.refund.reference, "settled")
    settling.refresh(refund.refund_id)
    order.refresh_from_db()
    assert order.state == "refunded"
    assert told("circle_order_cancelled") == {chen.pk, xiaoyu.pk}
    assert balance_of(accounts.escrow(order.pk, "CNY")) == 0
    assert broken() == []


def test_who_pays_a_moment_after_it_was_called_off_is_paid_back_too(
    opened, linwei, xiaoyu, jar, provider
):
    order = join(opened, xiaoyu, jar)
    circle_orders.cancel(circle_order=opened, by=linwei, why="下雨")
    assert circle_orders.mind(clock.now()) == 0
    pay(order.checkout, provider)

    assert circle_orders.mind(clock.now()) == 1
    order.refresh_from_db()
    assert order.state == "refunding"


def test_closed_with_nobody_in_it_it_ends_and_a_silent_shop_is_a_no(noon, opened, linwei):
    circle_orders.close(circle_order=opened)
    circle_orders.mind(clock.now())
    opened.refresh_from_db()
    assert (opened.state, opened.ended_at) == (S.CANCELLED, noon)
    again = ask(opened.circle, linwei, opened.product)

    with clock.stopped_at(noon + timedelta(days=7)):
        circle_orders.mind(clock.now())
    again.refresh_from_db()
    assert again.state == S.CANCELLED
    assert told("circle_order_unheard") == {linwei.pk}


def test_the_hosts_thanks_is_one_commission_of_one_sale(
    opened, linwei, xiaoyu, jar, honey, provider
):
    """Two jars at 68.00, ten per cent: 13.60 to Lin Wei, and to nobody else."""
    order = join(opened, xiaoyu, jar, touches=touches_of(linwei, honey))
    pay(order.checkout, provider)

    commission = Commission.objects.get()
    assert (commission.sharer, commission.amount_minor) == (linwei, 1360)
    assert not commission.in_review
    assert broken() == []


def test_the_database_holds_what_must_never_be(opened):
    for wrong in ({"open_hours": 0}, {"closes_at": None}, {"state": "closed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CircleOrder.objects.update(**wrong)


def test_the_invariants_see_another_place_and_a_tick_of_what_was_not_sent(opened, xiaoyu, jar):
    join(opened, xiaoyu, jar)
    CircleParcel.objects.update(handed_out_at=clock.now())
    Order.objects.update(address="别处")

    assert {
        "orders.what_is_ordered_together_is_one_product_to_one_place",
        "orders.what_was_handed_out_had_been_sent",
    } <= set(broken())


# --- the closing moment ------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_at_the_closing_moment_an_order_is_in_it_or_is_not_placed(opened, xiaoyu, jar, _round):
    outcomes = at_once(
        lambda: join(opened, xiaoyu, jar), lambda: circle_orders.close(circle_order=opened)
    )

    opened.refresh_from_db()
    assert opened.state == S.CLOSED
    placed = isinstance(outcomes[0], Order)
    assert placed or isinstance(outcomes[0], circle_joining.NotOpen)
    assert len(circle_handing.listed(opened)) == Order.objects.count() == int(placed)
    assert told("circle_order_closed_buyer") == ({xiaoyu.pk} if placed else set())
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_an_order_comes_after_the_close(opened, xiaoyu, jar, monkeypatch):
    has_looked, is_closed = threading.Event(), threading.Event()

    def unlocked(circle_order, *, buyer, product_ids):
        row = CircleOrder.objects.get(pk=circle_order.pk)
        assert circle_joining.is_open(row)
        has_looked.set()
        is_closed.wait(timeout=20)
        return row

    def close() -> None:
        has_looked.wait(timeout=20)
        circle_orders.close(circle_order=opened)
        is_closed.set()

    monkeypatch.setattr(circle_joining, "hold", unlocked)
    at_once(lambda: join(opened, xiaoyu, jar), close)

    assert "orders.nobody_joins_a_circle_order_that_is_closed" in broken()
