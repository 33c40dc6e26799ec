"""Placing: one transaction that does all of it, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.models import Product, StockMove, Variant
from kit.invariants import check
from orders import bags, contacts
from orders.invariants import INVARIANTS
from orders.models import Checkout, Order, OrderLine
from orders.placing import (
    KeyOfAnother,
    MixedCurrencies,
    NothingToBuy,
    OutOfStock,
    PriceMoved,
    TooManyUnpaid,
    Wanted,
    place,
)
from payments.models import Charge
from referrals.models import Attribution, Commission
from shops.models import Shop, Terms
from tests.orders.conftest import HOME, TWO_JARS_MINOR, buy, pay, the_order


@pytest.fixture
def tea(linwei):
    """Another shop's tea at ¥50.00, sent for nothing."""
    shop = Shop.objects.create(owner=linwei, handle="tea-hill", name="云雾茶山")
    Terms.objects.create(shop=shop)
    product = Product.objects.create(
        shop=shop, title="云雾绿茶", state="live", published_at=shop.opened_at
    )
    return Variant.objects.create(product=product, price_minor=5000, available=4)


def nothing_was_written(jar) -> bool:
    jar.refresh_from_db()
    rows = (Order, OrderLine, Checkout, Charge, Attribution, Commission)
    moves = StockMove.objects.exclude(kind="adjusted")
    return (
        (jar.available, jar.reserved) == (10, 0)
        and not any(row.objects.exists() for row in (*rows,))
        and not moves.exists()
    )


def place_lines(lines, *, total_minor, buyer=None):
    return place(
        lines=lines,
        buyer=buyer,
        contact=HOME,
        checkout_key="k" * 32,
        touches=(),
        language="en",
        seen_total_minor=total_minor,
    )


def test_two_jars_are_put_aside_and_charged_with_their_shipping(noon, placed, jar, xiaoyu):
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (8, 2)

    assert (placed.state, placed.buyer) == ("placed", xiaoyu)
    assert (placed.goods_minor, placed.shipping_minor) == (13_600, 1000)
    assert placed.total_minor == TWO_JARS_MINOR == 14_600
    assert placed.checkout.closes_at == noon + timedelta(minutes=30)
    assert placed.checkout.charge.amount_minor == 14_600
    line = placed.lines.get()
    assert (line.title, line.variant_name, line.quantity) == ("秦岭野花土蜂蜜", "500g", 2)
    assert (line.unit_price_minor, line.total_minor) == (6800, 13_600)
    assert line.key == f"{placed.public_id}-1"


def test_who_brought_the_order_is_frozen_on_its_line(placed, linwei):
    assert placed.attribution.sharer == linwei
    commission = placed.lines.get().commission
    assert (commission.sharer, commission.state) == (linwei, "expected")
    # Ten per cent of two jars; shipping earns nothing.
    assert (commission.base_minor, commission.amount_minor) == (13_600, 1360)


def test_an_order_nobody_brought_has_no_attribution(jar):
    order = the_order(buy(jar))

    assert order.attribution is None
    assert order.lines.get().commission is None


def test_one_order_a_shop_and_one_charge_for_all(jar, honey, tea, xiaoyu):
    checkout = place_lines(
        [Wanted(tea.pk, 1), Wanted(jar.pk, 1)], total_minor=6800 + 1000 + 5000, buyer=xiaoyu
    )

    totals = {order.shop.handle: order.total_minor for order in checkout.orders.all()}
    assert totals == {"shanli": 7800, "tea-hill": 5000}
    assert checkout.charge.amount_minor == 12_800
    assert [finding.broken for finding in check(INVARIANTS)] == [0] * len(INVARIANTS)


def test_the_same_variant_named_twice_is_one_line(jar, honey):
    checkout = place_lines([Wanted(jar.pk, 1), Wanted(jar.pk, 2)], total_minor=21_400)

    assert OrderLine.objects.get(order__checkout=checkout).quantity == 3


def test_the_same_key_places_once_and_takes_over_a_mended_name(jar, xiaoyu):
    first = buy(jar, buyer=xiaoyu, key="k" * 32)
    again = buy(jar, buyer=xiaoyu, key="k" * 32, contact=replace(HOME, name="小雨", note="Ring."))

    assert again == first
    order = Order.objects.get()
    assert (order.contact_name, order.note) == ("小雨", "Ring.")
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (8, 2)


@pytest.mark.parametrize(
    "other",
    [
        {"phone": "+8613900139000"},
        {"email": "linwei@example.test"},
        {"address": "科技路 12 号"},
        {"region": "四川"},
    ],
)
def test_the_same_key_brings_nothing_to_whom_no_rule_has_judged(jar, xiaoyu, other):
    buy(jar, buyer=xiaoyu, key="k" * 32)

    with pytest.raises(KeyOfAnother):
        buy(jar, buyer=xiaoyu, key="k" * 32, contact=replace(HOME, **other))

    order = Order.objects.get()
    assert contacts.of(order) == HOME
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (8, 2)


def test_a_paid_orders_name_is_not_taken_over(paid, jar, xiaoyu):
    buy(
        jar,
        buyer=xiaoyu,
        key=paid.checkout.key,
        contact=replace(HOME, name="somebody else"),
    )

    paid.refresh_from_db()
    assert paid.contact_name == HOME.name


def test_nobody_uses_the_key_of_another(jar, xiaoyu, linwei):
    buy(jar, buyer=xiaoyu, key="k" * 32)

    for stranger in (linwei, None):
        with pytest.raises(KeyOfAnother):
            buy(jar, buyer=stranger, key="k" * 32)
    with pytest.raises(KeyOfAnother):
        buy(jar, buyer=xiaoyu, key="k" * 32, quantity=3)
    assert Order.objects.count() == 1


def test_another_total_than_was_seen_is_refused_with_both(jar, honey):
    jar.price_minor = 7000
    jar.save()

    with pytest.raises(PriceMoved) as refused:
        buy(jar)

    assert (refused.value.seen_minor, refused.value.now_minor) == (14_600, 15_000)
    assert nothing_was_written(jar)


def test_too_few_left_is_refused_by_name_and_takes_none(jar, honey):
    with pytest.raises(OutOfStock) as refused:
        buy(jar, quantity=11)

    assert refused.value.variant == jar
    assert nothing_was_written(jar)


def test_when_one_of_two_shops_has_too_few_neither_gets_an_order(jar, honey, tea):
    with pytest.raises(OutOfStock):
        place_lines([Wanted(jar.pk, 1), Wanted(tea.pk, 5)], total_minor=6800 + 1000 + 25_000)

    assert nothing_was_written(jar)


def test_what_was_taken_down_is_refused(jar, honey):
    honey.state = "held"
    honey.save()

    with pytest.raises(bags.NotForSale):
        buy(jar)
    assert nothing_was_written(jar)


def test_a_vendor_cannot_buy_from_her_own_shop(jar, chen):
    with pytest.raises(bags.OwnGoods):
        buy(jar, buyer=chen)
    assert nothing_was_written(jar)


def test_two_currencies_do_not_fit_one_payment(jar, honey, tea):
    Shop.objects.filter(pk=tea.product.shop_id).update(currency="USD")

    with pytest.raises(MixedCurrencies):
        place_lines([Wanted(jar.pk, 1), Wanted(tea.pk, 1)], total_minor=12_800)
    assert nothing_was_written(jar)


def test_no_lines_are_nothing_to_buy(db):
    with pytest.raises(NothingToBuy):
        place_lines([], total_minor=0)


def test_what_is_bought_leaves_the_bag_and_the_rest_stays(jar, honey, xiaoyu):
    big = Variant.objects.create(product=honey, name="1kg", price_minor=12_000, available=5)
    bag = bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=bag, variant=jar, quantity=2)
    bags.add(bag=bag, variant=big, quantity=1)

    buy(jar, buyer=xiaoyu, bag=bag)

    assert list(bag.lines.values_list("variant_id", flat=True)) == [big.pk]


def test_what_another_window_just_bought_cannot_be_bought_again(jar, honey, xiaoyu):
    bag = bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=bag, variant=jar, quantity=2)
    buy(jar, buyer=xiaoyu, bag=bag)

    with pytest.raises(NothingToBuy):
        buy(jar, buyer=xiaoyu, bag=bag)
    assert Order.objects.count() == 1
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (8, 2)


def test_a_shopper_lets_five_checkouts_wait_for_payment_and_not_six(noon, jar, honey, provider):
    bag = bags.open_for(person=None, token=None)
    orders = [the_order(buy_from(bag, jar)) for _ in range(5)]

    with pytest.raises(TooManyUnpaid):
        buy_from(bag, jar)

    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (5, 5)
    assert (Order.objects.count(), bags.count(bag)) == (5, 1)

    pay(orders[0].checkout, provider)
    buy_from(bag, jar)
    assert Order.objects.count() == 6


def test_what_others_do_not_pay_keeps_nobody_from_buying(jar, honey, xiaoyu, linwei):
    for _ in range(5):
        buy(jar, quantity=1, buyer=xiaoyu)
    with pytest.raises(TooManyUnpaid):
        buy(jar, quantity=1, buyer=xiaoyu)

    buy(jar, quantity=1, buyer=linwei)
    buy_from(bags.open_for(person=None, token=None), jar)


def buy_from(bag, jar) -> Checkout:
    """Put one jar in a guest's bag and press *pay*."""
    bags.set_quantity(bag=bag, variant=jar, quantity=1)
    return buy(jar, quantity=1, bag=bag)
