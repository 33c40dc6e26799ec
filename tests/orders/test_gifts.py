"""Gifts: what Lin Wei leaves to her buyer comes off the price, once, and nobody else has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from orders import fulfilment, refunds
from orders.models import Order, OrderLine, OrderRefund
from orders.placing import PriceMoved
from orders.sums import Back
from orders.sums import quote as quoted
from payments.models import Charge
from referrals import giving
from referrals.models import Attribution, Candidate, Click, Commission, Gives
from tests.orders.conftest import HOME, buy, pay, the_order, touches_of
from tests.orders.gifts import GIFT_MINOR, GOODS_MINOR, TOTAL_MINOR, broken, buy_given

S = Commission.State


@pytest.fixture
def placed(jar, xiaoyu, given) -> Order:
    return the_order(buy_given(jar, xiaoyu, given))


@pytest.fixture
def received(placed, provider, chen) -> Order:
    pay(placed.checkout, provider)
    placed.refresh_from_db()
    fulfilment.dispatch(order=placed, carrier="SF", number="SF1398", by=chen)
    return fulfilment.confirm(order=placed)


def left_minor(order: Order) -> dict[str, int]:
    """Return what stands on every side that an order's money may stand on."""
    sharer = Attribution.objects.get(order=order).sharer
    sides = {
        "escrow": accounts.escrow(order.pk, "CNY"),
        "shop": accounts.shop(order.shop_id, "CNY"),
        "fees": accounts.platform_fees("CNY"),
        "outside": accounts.outside("sandbox", "CNY"),
        "sharer": accounts.sharer(sharer.pk, "CNY"),
        "pending": accounts.sharer_pending(sharer.pk, "CNY"),
    }
    return {name: balance_of(side) for name, side in sides.items() if balance_of(side)}


def test_the_gift_is_off_the_line_and_nobody_is_owed_anything(placed):
    line = placed.lines.get()
    assert (line.full_minor, line.given_minor, line.total_minor) == (13_600, 1360, 12_240)
    assert (placed.goods_minor, placed.total_minor) == (12_240, 13_240)
    assert placed.checkout.charge.amount_minor == 13_240
    commission = line.commission
    assert (commission.state, commission.base_minor, commission.amount_minor) == (
        S.GIVEN,
        13_600,
        1360,
    )
    assert placed.attribution.gives == Gives.BUYER
    assert broken() == []


def test_a_total_without_the_gift_is_not_the_total_and_writes_nothing(jar, xiaoyu, given):
    with pytest.raises(PriceMoved) as moved:
        buy(jar, buyer=xiaoyu, touches=given)

    assert (moved.value.seen_minor, moved.value.now_minor) == (14_600, 13_240)
    for model in (Order, Charge, Attribution, Commission, Click):
        assert not model.objects.exists()
    jar.refresh_from_db()
    assert jar.reserved == 0


def test_a_phone_typed_at_checkout_never_moves_the_price(jar, given, linwei):
    linwei.phone = HOME.phone
    linwei.save(update_fields=["phone"])

    hers = the_order(buy(jar, touches=given, seen_total_minor=TOTAL_MINOR))
    linwei.phone = "+8613900139000"
    linwei.save(update_fields=["phone"])
    strangers = the_order(buy(jar, touches=given, seen_total_minor=TOTAL_MINOR))

    for order in (hers, strangers):
        line = order.lines.get()
        assert (order.total_minor, line.given_minor) == (TOTAL_MINOR, GIFT_MINOR)
        assert line.commission is not None
        assert line.commission.state == S.GIVEN


@pytest.mark.parametrize("phone", [HOME.phone, "+8613900139000"])
def test_a_phone_typed_at_checkout_brings_no_gift_of_another_link(jar, given, hao, honey, phone):
    """Hao keeps what his link earns and was clicked last; Lin Wei's gives to the buyer."""
    hao.phone = phone
    hao.save(update_fields=["phone"])
    his = touches_of(hao, honey)
    older = [replace(given[0], at=given[0].at - timedelta(hours=1))]

    order = the_order(buy(jar, touches=[*older, *his]))

    assert (order.total_minor, order.lines.get().given_minor) == (14_600, 0)
    assert Candidate.objects.get(link__person=hao).rule == (
        "own contact" if phone == HOME.phone else "taken"
    )
    assert Candidate.objects.exclude(link__person=hao).get().rule == "older"


def test_what_is_sent_free_for_its_full_price_stays_free(jar, honey, xiaoyu, given):
    honey.shop.terms.free_shipping_from_minor = 13_000
    honey.shop.terms.save()

    order = the_order(buy(jar, buyer=xiaoyu, touches=given, seen_total_minor=GOODS_MINOR))

    assert (order.shipping_minor, order.total_minor) == (0, 12_240)


def test_the_shop_has_what_was_paid_less_the_fee_of_that(received):
    # 132.40 paid; one per cent of the 122.40 for goods is 1.22.
    assert left_minor(received) == {"shop": 13_118, "fees": 122, "outside": -13_240}
    commission = received.lines.get().commission
    assert (commission.state, commission.received_at) == (S.GIVEN, None)
    assert commission.paid_at is not None
    assert broken() == []


def test_all_of_it_back_after_receipt_is_what_was_paid(received, chen, provider):
    lines = list(received.lines.select_related("commission"))
    back = Back({lines[0].key: 12_240}, 1000)
    asked = quoted(lines, back)
    assert (asked.total_minor, asked.shop_minor, asked.sharer_minor, asked.fee_minor) == (
        13_240,
        13_118,
        0,
        122,
    )

    refund = refunds.ask(
        order=received,
        back=back,
        asker=OrderRefund.Asker.VENDOR,
        by=chen,
        why="broken",
        key="all",
    )
    refunds.refresh(refund.pk)
    while refunds.waiting():
        refunds.refresh(refund.pk)

    assert left_minor(received) == {}
    commission = received.lines.get().commission
    assert (commission.state, commission.reversed_minor) == (S.GIVEN, 0)
    assert broken() == []


def test_a_fen_more_than_was_paid_cannot_go_back(received, chen):
    line = received.lines.get()

    with pytest.raises(refunds.MoreThanPaid):
        refunds.ask(
            order=received,
            back=Back({line.key: 12_241}),
            asker=OrderRefund.Asker.HOUSE,
            by=None,
            why="broken",
            key="more",
        )

    assert not OrderRefund.objects.exists()


def test_a_refund_before_it_is_sent_ends_the_gift(placed, provider):
    pay(placed.checkout, provider)
    placed.refresh_from_db()
    refund = refunds.before_dispatch(order=placed, by=None)
    while refunds.waiting():
        refunds.refresh(refund.pk)

    placed.refresh_from_db()
    assert placed.state == Order.State.REFUNDED
    assert placed.lines.get().commission.state == S.VOID
    assert left_minor(placed) == {}
    assert broken() == []


def test_a_change_of_mind_is_for_the_next_order(placed, gift_link, provider):
    giving.choose(link=gift_link, gives=Gives.KEEP)

    pay(placed.checkout, provider)

    placed.refresh_from_db()
    assert placed.lines.get().commission.state == S.GIVEN
    assert broken() == []


def test_the_database_takes_no_gift_that_leaves_nothing_to_pay(placed):
    line = OrderLine.objects.filter(order=placed)
    for wrong in (
        {"given_minor": 13_600, "total_minor": 0},
        {"given_minor": -1, "total_minor": 13_601},
        {"given_minor": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            line.update(**wrong)
    commission = Commission.objects.filter(line=line.get())
    for moment in ("received_at", "released_at"):
        with pytest.raises(IntegrityError), transaction.atomic():
            commission.update(**{moment: clock.now()})


def test_the_invariants_see_a_gift_that_is_paid_twice(placed):
    Commission.objects.update(amount_minor=680, state=S.EXPECTED)

    assert "orders.a_gift_is_what_its_commission_says" in broken()
    assert "referrals.commissions_go_where_their_attribution_says" in broken()
