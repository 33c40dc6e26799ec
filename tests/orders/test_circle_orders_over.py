"""Circle orders that end otherwise than planned: called off, closed with their circle, refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog.models import Receipt
from kit import clock
from kit.states import TransitionRefused
from notifications.models import Notice
from orders import circle_orders, contacts, fulfilment, story
from orders.contacts import Contact
from orders.models import CircleOrder, CircleParcel, Order, OrderRefund
from people import circles
from referrals import fingerprints
from tests.orders.conftest import GATE, HOME, buy, pay, the_order
from tests.orders.refunding import refuse
from tests.orders.together import broken, join
from tests.races import together as at_once

S = CircleOrder.State


@pytest.fixture
def bought(noon, opened, xiaoyu, jar, provider) -> Order:
    """Xiaoyu's two jars in it, paid."""
    order = join(opened, xiaoyu, jar)
    pay(order.checkout, provider)
    order.refresh_from_db()
    return order


def dispatched(order: Order, chen) -> Order:
    return fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen)


def test_what_the_provider_will_not_send_back_is_asked_for_once_a_day(
    noon, bought, opened, linwei, provider
):
    circle_orders.cancel(circle_order=opened, by=linwei, why="下雨")
    circle_orders.mind(noon)
    refuse(OrderRefund.objects.select_related("refund").get().refund)
    bought.refresh_from_db()
    assert bought.state == "paid"

    for seconds in (15, 30, 86_399):
        with clock.stopped_at(noon + timedelta(seconds=seconds)):
            assert circle_orders.mind(clock.now()) == 0
    assert Notice.objects.filter(kind="order_refunded_by_house").count() == 1

    with clock.stopped_at(noon + timedelta(days=1)):
        assert circle_orders.mind(clock.now()) == 1
    assert OrderRefund.objects.count() == 2
    assert broken() == []


def test_what_is_partly_sent_is_not_called_off(bought, opened, linwei, chen):
    dispatched(bought, chen)

    with pytest.raises(TransitionRefused):
        circle_orders.cancel(circle_order=opened, by=linwei, why="下雨")

    opened.refresh_from_db()
    assert (opened.state, opened.why) == (S.OPEN, "")
    assert not Notice.objects.filter(kind="circle_order_cancelled").exists()


def test_what_was_called_off_is_not_sent_any_more(bought, opened, linwei, chen):
    circle_orders.cancel(circle_order=opened, by=linwei, why="下雨")

    with pytest.raises(TransitionRefused):
        dispatched(bought, chen)

    bought.refresh_from_db()
    assert (bought.state, bought.shipped_at) == ("paid", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(4))
def test_sent_and_called_off_at_once_only_one_of_them_is(bought, opened, linwei, chen, _round):
    def call_off():
        circle_orders.cancel(circle_order=opened, by=linwei, why="下雨")

    outcomes = at_once(call_off, lambda: dispatched(Order.objects.get(pk=bought.pk), chen))

    assert [type(one) for one in outcomes].count(TransitionRefused) == 1
    opened.refresh_from_db()
    bought.refresh_from_db()
    ends = {(S.CANCELLED, "paid"), (S.OPEN, "shipped")}
    assert (opened.state, bought.state) in ends


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_what_is_called_off_is_on_its_way(
    bought, opened, linwei, chen, monkeypatch
):
    monkeypatch.setattr(fulfilment, "_refuse_called_off", lambda order: None)
    circle_orders.cancel(circle_order=opened, by=linwei, why="下雨")
    dispatched(bought, chen)

    opened.refresh_from_db()
    bought.refresh_from_db()
    assert (opened.state, bought.state) == (S.CANCELLED, "shipped")


def test_a_shop_sends_within_its_time_from_the_close_on(noon, bought, opened):
    within = timedelta(hours=bought.shop.terms.ships_within_hours)
    assert story.dispatch_due(bought) == noon + timedelta(hours=48) + within

    with clock.stopped_at(noon + timedelta(hours=1)):
        circle_orders.close(circle_order=opened)
    assert story.dispatch_due(bought) == noon + timedelta(hours=1) + within


def test_a_shop_agrees_to_nothing_of_a_circle_that_has_closed(asked, linwei, chen):
    circles.close(circle=asked.circle, host=linwei)

    with pytest.raises(TransitionRefused):
        circle_orders.accept(circle_order=asked, by=chen)
    assert circle_orders.mind(clock.now()) == 1

    asked.refresh_from_db()
    assert (asked.state, asked.opened_at) == (S.CANCELLED, None)
    assert not Notice.objects.filter(kind="circle_order_unheard").exists()


def test_a_pickup_point_is_nobodys_door(bought, xiaoyu, chen, jar):
    assert contacts.last_of(xiaoyu) == Contact(
        name=bought.contact_name, phone=bought.phone, region="", address=""
    )
    with clock.stopped_at(clock.now() - timedelta(days=1)):
        the_order(buy(jar, buyer=xiaoyu))
    known = contacts.last_of(xiaoyu)
    assert known is not None
    assert (known.region, known.address) == (HOME.region, HOME.address)

    fulfilment.confirm(order=dispatched(bought, chen))

    (receipt,) = Receipt.objects.all()
    assert CircleParcel.objects.get().order == bought
    assert receipt.marks == sorted(fingerprints.of(phone=bought.phone, email=bought.email))
    assert fingerprints.of_door(f"{GATE.region} {GATE.address}") not in receipt.marks
