"""A commission that the house refuses: the shop has it, and every later refund comes from there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation

from kit import clock
from ledger.balances import balance_of
from orders import fulfilment, statement
from referrals import reviewing
from referrals.models import Doorstep, Review
from tests.orders import refunding as r
from tests.orders.conftest import buy, pay, the_order, touches_of
from tests.orders.refunding import ask, broken, through


@pytest.fixture
def hasty(noon, jar, xiaoyu, linwei, honey, provider, chen):
    """Two jars, ordered two seconds after the click on Lin Wei's link; paid and on their way."""
    touches = [
        replace(touch, at=clock.now() - timedelta(seconds=2)) for touch in touches_of(linwei, honey)
    ]
    order = the_order(buy(jar, buyer=xiaoyu, touches=touches))
    pay(order.checkout, provider)
    order.refresh_from_db()
    return fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen)


def refused(by) -> None:
    reviewing.refuse(review=Review.objects.get(), by=by, reason="One household.")


def test_what_is_refused_on_its_way_is_the_shops_when_it_is_received(
    hasty, wulan, pending, provider
):
    refused(wulan)
    fulfilment.confirm(order=hasty)
    assert (balance_of(pending), r.fees()) == (0, 136)
    assert r.shop_of(hasty) == 14_600 - 136

    through(ask(hasty, 13_600), provider)  # all of the goods go back
    assert (balance_of(pending), r.fees()) == (0, 0)
    assert r.shop_of(hasty) == 1000
    assert broken() == []


def test_what_is_refused_after_receipt_goes_to_the_shop_in_words(hasty, wulan, pending, provider):
    fulfilment.confirm(order=hasty)
    assert (balance_of(pending), r.shop_of(hasty)) == (1360, 13_104)
    refused(wulan)
    assert (balance_of(pending), r.shop_of(hasty)) == (0, 13_104 + 1360)

    with translation.override("en"):
        newest = statement.of(hasty.shop).rows[0]
    assert (newest.words, newest.amount_minor) == (
        "A commission was refused and is yours again",
        1360,
    )
    through(ask(hasty, 6800), provider)
    assert (balance_of(pending), r.fees()) == (0, 68)
    assert r.shop_of(hasty) == 13_104 + 1360 - 6800 + 68
    assert broken() == []


def test_each_order_notes_its_door_and_not_where_it_is(hasty, xiaoyu):
    door = Doorstep.objects.get()
    assert (door.order_key, door.person) == (hasty.public_id, xiaoyu)
    assert len(door.digest) == 32
