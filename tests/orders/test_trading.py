"""Trades between two people: told with the receipt, taken back with it."""

from __future__ import annotations

from dataclasses import replace

from kit.invariants import check
from orders import fulfilment
from orders.claiming import claim
from orders.invariants import INVARIANTS
from people import trades
from people.models import Trade
from shops.models import Shop
from tests.orders.conftest import HOME, buy, pay, the_order
from tests.orders.refunding import ask, bounce, through

MAIL = "guest@example.test"


def broken() -> list[str]:
    return [finding.name for finding in check(INVARIANTS) if finding.broken]


def test_a_received_order_is_one_trade_of_buyer_and_vendor(shipped, xiaoyu, chen, linwei):
    assert trades.settled_between(xiaoyu.pk, chen.pk) == 0

    fulfilment.confirm(order=shipped)

    assert trades.settled_between(xiaoyu.pk, chen.pk) == 1
    assert trades.settled_between(chen.pk, xiaoyu.pk) == 1
    assert trades.settled_between(linwei.pk, chen.pk) == 0
    assert Trade.objects.get().order_key == shipped.public_id
    assert broken() == []


def test_what_went_back_whole_is_no_trade_until_the_bank_sends_it_back(
    shipped, provider, xiaoyu, chen
):
    fulfilment.confirm(order=shipped)
    part = through(ask(shipped, 3_400), provider)
    assert trades.settled_between(xiaoyu.pk, chen.pk) == 1

    rest = through(ask(shipped, 10_200), provider)
    assert trades.settled_between(xiaoyu.pk, chen.pk) == 0
    assert broken() == []

    bounce(rest, provider)
    assert trades.settled_between(xiaoyu.pk, chen.pk) == 1
    assert part.pk != rest.pk
    assert broken() == []


def test_what_was_paid_back_before_it_came_is_no_trade(shipped, provider, xiaoyu, chen):
    through(ask(shipped, 13_600), provider)

    fulfilment.confirm(order=shipped)

    assert trades.settled_between(xiaoyu.pk, chen.pk) == 0
    assert broken() == []


def test_a_guest_trades_with_nobody_until_they_are_somebody(jar, provider, chen, xiaoyu):
    checkout = buy(jar, contact=replace(HOME, email=MAIL))
    pay(checkout, provider)
    order = the_order(checkout)
    fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen)
    fulfilment.confirm(order=order)
    assert not Trade.objects.exists()

    claim(person=xiaoyu, emails=[MAIL], phone=None)

    assert trades.settled_between(xiaoyu.pk, chen.pk) == 1
    assert Trade.objects.get().received_at == Shop.objects.get().orders.get().completed_at
    assert broken() == []


def test_a_lost_trade_is_found(shipped):
    fulfilment.confirm(order=shipped)
    Trade.objects.all().delete()

    assert broken() == ["orders.a_received_line_is_a_trade"]
