"""Fulfilment: dispatch, receipt and silence, with every sum worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog.models import Receipt, Variant
from kit import clock
from kit.invariants import check
from kit.states import TransitionRefused
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import post
from notifications.models import Notice
from orders import fulfilment
from orders.invariants import INVARIANTS
from orders.models import OrderLine
from orders.placing import Wanted, place
from orders.sums import Part, parts_of
from tests.orders.conftest import HOME, buy, pay, the_order


def shop_money(order) -> int:
    return balance_of(accounts.shop(order.shop_id, "CNY"))


def escrow_of(order) -> int:
    return balance_of(accounts.escrow(order.pk, "CNY"))


def test_a_sent_order_says_how_and_until_when(noon, shipped, xiaoyu):
    assert (shipped.state, shipped.carrier, shipped.tracking_number) == ("shipped", "SF", "SF1398")
    assert shipped.completes_at == noon + timedelta(days=10)
    assert escrow_of(shipped) == 14_600
    assert Notice.objects.get(kind="order_shipped").person == xiaoyu


def test_what_is_not_paid_is_not_sent(placed, chen):
    with pytest.raises(TransitionRefused):
        fulfilment.dispatch(order=placed, carrier="SF", number="SF1398", by=chen)

    placed.refresh_from_db()
    assert (placed.state, placed.carrier, placed.shipped_at) == ("placed", "", None)


def test_confirming_pays_shop_sharer_and_house(noon, shipped, linwei, xiaoyu, honey):
    fulfilment.confirm(order=shipped)

    # 146.00 in escrow: 13.60 commission (10 % of 136.00), 1.36 fee (1 % of 136.00).
    assert escrow_of(shipped) == 0
    assert balance_of(accounts.sharer_pending(linwei.pk, "CNY")) == 1360
    assert balance_of(accounts.platform_fees("CNY")) == 136
    assert shop_money(shipped) == 14_600 - 1360 - 136 == 13_104

    receipt = Receipt.objects.get()
    assert (receipt.person, receipt.product, receipt.quantity) == (xiaoyu, honey, 2)
    assert receipt.net_paid_minor == 13_600
    assert receipt.keeps_from == noon + timedelta(days=7)
    commission = shipped.lines.get().commission
    assert (commission.state, commission.held_until) == ("held", noon + timedelta(days=7))
    assert Notice.objects.filter(kind="order_completed_vendor").count() == 1
    assert not any(finding.broken for finding in check(INVARIANTS))


def test_confirming_twice_pays_once(shipped):
    fulfilment.confirm(order=shipped)

    with pytest.raises(TransitionRefused):
        fulfilment.confirm(order=shipped)
    assert shop_money(shipped) == 13_104
    assert Transfer.objects.filter(key__endswith=":completed").count() == 1


def test_what_was_not_sent_cannot_be_received(paid):
    with pytest.raises(TransitionRefused):
        fulfilment.confirm(order=paid)

    assert escrow_of(paid) == 14_600
    assert not Receipt.objects.exists()


def test_shipping_and_fee_fall_on_the_lines_to_the_last_fen(jar, honey, provider, chen):
    big = Variant.objects.create(product=honey, name="1kg", price_minor=3333, available=5)
    checkout = place(
        lines=[Wanted(jar.pk, 1), Wanted(big.pk, 1)],
        buyer=None,
        contact=HOME,
        checkout_key="k" * 32,
        touches=(),
        language="en",
        seen_total_minor=6800 + 3333 + 1000,
    )
    pay(checkout, provider)
    order = the_order(checkout)
    first, second = OrderLine.objects.order_by("pk")

    # 10.00 by 68.00 : 33.33 is 671.07… and 328.92…; the larger remainder takes the last fen.
    # 1 % of 101.33 is 1.01: 67.77… and 33.22…
    assert parts_of([first, second], shipping_minor=1000) == {
        first.key: Part(held_minor=6800 + 671, fee_minor=68),
        second.key: Part(held_minor=3333 + 329, fee_minor=33),
    }
    fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen)
    fulfilment.confirm(order=order)
    assert (escrow_of(order), balance_of(accounts.platform_fees("CNY"))) == (0, 101)
    assert shop_money(order) == 11_133 - 101


def test_ten_days_of_silence_count_as_received(noon, shipped):
    ten_days = noon + timedelta(days=10)

    assert fulfilment.complete_overdue(ten_days - timedelta(seconds=1)) == 0
    with clock.stopped_at(ten_days):
        assert fulfilment.complete_overdue(ten_days) == 1
        assert fulfilment.complete_overdue(ten_days) == 0

    shipped.refresh_from_db()
    assert (shipped.state, shipped.completed_at) == ("completed", ten_days)
    assert shop_money(shipped) == 13_104


def test_the_buyer_may_wait_seven_more_days_once(noon, shipped):
    fulfilment.extend(order=shipped)
    assert shipped.completes_at == noon + timedelta(days=17)

    with pytest.raises(TransitionRefused):
        fulfilment.extend(order=shipped)
    shipped.refresh_from_db()
    assert shipped.completes_at == noon + timedelta(days=17)
    assert fulfilment.complete_overdue(noon + timedelta(days=16)) == 0


def test_what_is_received_or_overdue_waits_no_longer(noon, shipped):
    with clock.stopped_at(noon + timedelta(days=10)), pytest.raises(TransitionRefused):
        fulfilment.extend(order=shipped)

    fulfilment.confirm(order=shipped)
    with pytest.raises(TransitionRefused):
        fulfilment.extend(order=shipped)
    assert shipped.extended_at is None


def test_a_longer_return_window_holds_receipt_and_commission_longer(noon, shipped, hill_shop):
    hill_shop.terms.return_days = 30
    hill_shop.terms.save()

    fulfilment.confirm(order=shipped)

    assert Receipt.objects.get().keeps_from == noon + timedelta(days=30)
    assert shipped.lines.get().commission.held_until == noon + timedelta(days=30)


def test_one_order_that_cannot_be_completed_holds_up_no_other(noon, shipped, jar, provider, chen):
    other = buy(jar, quantity=1)
    pay(other, provider)
    fulfilment.dispatch(order=the_order(other), carrier="SF", number="SF1398", by=chen)
    # Somebody else's fact stands under the key of the first order's line.
    outside, escrow = accounts.outside("sandbox", "CNY"), accounts.escrow(0, "CNY")
    key = f"line:{shipped.lines.get().key}:completed"
    post(key=key, legs={outside: -1, escrow: 1})

    ten_days = noon + timedelta(days=10)
    with clock.stopped_at(ten_days):
        assert fulfilment.complete_overdue(ten_days) == 1

    shipped.refresh_from_db()
    assert (shipped.state, the_order(other).state) == ("shipped", "completed")
