"""Many at once: stock is sold once, money moves once, whoever is faster.

Each guard has a negative control: with it off, the same crowd shows the race.
"""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from catalog import stock
from catalog.models import Variant
from kit import clock
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import post
from orders import escrow, fulfilment, paying, placing
from orders.models import Checkout, Order
from payments import charging
from payments.models import Charge
from tests.orders.conftest import HOME, buy, pay, pay_at, the_order
from tests.orders.crowds import broken, few, kinds, read_slowly
from tests.races import all_at_once, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_checkouts_of_the_last_three_jars_and_three_are_placed(jar, honey):
    few(jar, 3)

    outcomes = all_at_once(lambda: buy(jar, quantity=1), times=20)

    assert kinds(outcomes) == ["Checkout"] * 3 + ["OutOfStock"] * 17
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (0, 3)
    assert (Order.objects.count(), Charge.objects.count()) == (3, 3)
    assert broken() == []


def test_with_read_decide_save_the_same_twenty_oversell(jar, honey, monkeypatch):
    few(jar, 3)

    def careless(*, variant_id: int, quantity: int, key: str) -> None:
        variant = Variant.objects.get(pk=variant_id)
        if variant.available < quantity:
            raise stock.OutOfStock(variant_id)
        time.sleep(0.2)
        Variant.objects.filter(pk=variant_id).update(
            available=variant.available - quantity, reserved=variant.reserved + quantity
        )

    monkeypatch.setattr(stock, "reserve", careless)
    outcomes = all_at_once(lambda: buy(jar, quantity=1), times=20)

    assert kinds(outcomes).count("Checkout") > 3
    assert "orders.reserved_stock_is_what_unpaid_orders_hold" in broken()


def test_two_goods_bought_in_opposite_order_never_wait_in_a_circle(jar, honey):
    big = Variant.objects.create(product=honey, name="1kg", price_minor=6800, available=0)
    stock.adjust(variant_id=big.pk, change=10, key="big")

    def both(first, second):
        return lambda: placing.place(
            lines=[placing.Wanted(first.pk, 1), placing.Wanted(second.pk, 1)],
            buyer=None,
            contact=HOME,
            checkout_key=f"{id(first)}-{time.monotonic_ns()}",
            touches=(),
            language="en",
            seen_total_minor=14_600,
        )

    outcomes = together(*[both(jar, big), both(big, jar)] * 8)

    assert kinds(outcomes) == ["Checkout"] * 10 + ["OutOfStock"] * 6
    assert broken() == []


def test_eight_taps_with_one_key_place_one_checkout_of_the_last_jars(jar, honey, xiaoyu):
    few(jar, 2)

    outcomes = all_at_once(lambda: buy(jar, buyer=xiaoyu, key="k" * 32), times=8)

    assert kinds(outcomes) == ["Checkout"] * 8
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert (Checkout.objects.count(), Order.objects.count(), Charge.objects.count()) == (1, 1, 1)


def test_without_the_keys_lock_taps_are_told_it_sold_out(jar, honey, xiaoyu, monkeypatch):
    few(jar, 2)
    monkeypatch.setattr(placing, "one_at_a_time", lambda *names: None)

    outcomes = all_at_once(lambda: buy(jar, buyer=xiaoyu, key="k" * 32), times=8)

    # The unique key still keeps it at one checkout, but seven shoppers see a refusal.
    assert Checkout.objects.count() == 1
    assert kinds(outcomes).count("Checkout") < 8


@pytest.mark.proves("C11")
def test_return_page_webhook_and_poller_at_once_settle_once(placed, provider, jar):
    pay_at(placed.checkout, provider)

    outcomes = all_at_once(lambda: paying.refresh(placed.checkout.charge_id), times=6)

    assert outcomes == [None] * 6
    placed.refresh_from_db()
    assert placed.state == "paid"
    assert Transfer.objects.filter(key__endswith=":settled").count() == 1
    assert balance_of(accounts.escrow(placed.pk, "CNY")) == 14_600
    jar.refresh_from_db()
    assert (jar.available, jar.reserved) == (8, 0)
    assert broken() == []


def test_without_the_ledgers_key_the_same_six_book_the_money_again(placed, provider, monkeypatch):
    pay_at(placed.checkout, provider)
    calls = iter(range(100))

    def careless(charge, orders):
        legs = {accounts.outside("sandbox", "CNY"): -charge.amount_minor}
        legs[accounts.escrow(placed.pk, "CNY")] = charge.amount_minor
        return post(key=f"again:{next(calls)}", legs=legs)

    monkeypatch.setattr(escrow, "hold", careless)
    all_at_once(lambda: paying.refresh(placed.checkout.charge_id), times=6)

    # The transactions that moved no order are undone; what is left shows in the invariant.
    assert "orders.an_order_is_paid_exactly_if_its_charge_is_settled" in broken()


def test_eight_confirmations_complete_once(shipped, linwei):
    outcomes = all_at_once(lambda: fulfilment.confirm(order=shipped), times=8)

    assert kinds(outcomes) == ["Order"] + ["TransitionRefused"] * 7
    assert balance_of(accounts.shop(shipped.shop_id, "CNY")) == 13_104
    assert balance_of(accounts.sharer_pending(linwei.pk, "CNY")) == 1360
    assert broken() == []


def test_without_the_table_only_the_ledgers_key_stops_the_other_seven(shipped, monkeypatch):
    anywhere = {"completed": frozenset(Order.State.values)}
    monkeypatch.setattr(fulfilment, "MAY_BECOME", anywhere)

    outcomes = all_at_once(lambda: fulfilment.confirm(order=shipped), times=8)

    assert kinds(outcomes) == ["KeyReused"] * 7 + ["Order"]
    assert balance_of(accounts.shop(shipped.shop_id, "CNY")) == 13_104


def test_without_table_and_key_the_commission_is_paid_out_of_nothing(shipped, monkeypatch):
    anywhere = {"completed": frozenset(Order.State.values)}
    monkeypatch.setattr(fulfilment, "MAY_BECOME", anywhere)
    monkeypatch.setattr(escrow, "post_many", lambda facts: [True] * len(facts))

    outcomes = all_at_once(lambda: fulfilment.confirm(order=shipped), times=8)

    # All eight believe they paid; the invariants see that nothing stands behind it.
    assert kinds(outcomes).count("Order") > 1
    assert "orders.escrow_holds_exactly_the_money_of_open_orders" in broken()


def test_the_buyers_tap_and_the_end_of_the_wait_complete_once(noon, shipped):
    ten_days = noon + timedelta(days=10)
    with clock.stopped_at(ten_days):
        outcomes = together(
            *[lambda: fulfilment.confirm(order=shipped)] * 3,
            *[lambda: fulfilment.complete_overdue(ten_days)] * 3,
        )

    completions = kinds(outcomes).count("Order") + sum(
        outcome for outcome in outcomes if isinstance(outcome, int)
    )
    assert completions == 1
    assert balance_of(accounts.shop(shipped.shop_id, "CNY")) == 13_104
    assert broken() == []


def test_waiting_longer_and_the_end_of_the_wait_never_both_happen(noon, shipped):
    ten_days = noon + timedelta(days=10)
    with clock.stopped_at(ten_days - timedelta(microseconds=1)):
        together(
            lambda: fulfilment.extend(order=shipped),
            lambda: fulfilment.complete_overdue(ten_days),
        )

    shipped.refresh_from_db()
    assert (shipped.state, shipped.extended_at is None) in {("shipped", False), ("completed", True)}


@pytest.mark.parametrize("round_", range(5))
def test_closing_for_lack_of_payment_and_a_payment_agree(noon, placed, jar, provider, round_):
    paying.begin(placed.checkout, base_url="http://testserver")
    placed.checkout.charge.refresh_from_db()
    reference = placed.checkout.charge.provider_ref
    late = noon + timedelta(minutes=30)

    together(
        lambda: provider.ask("POST", f"/v1/charges/{reference}/pay"),
        lambda: paying.close_unpaid(late),
        lambda: paying.refresh(placed.checkout.charge_id),
    )
    paying.close_unpaid(late)

    (charge,) = provider.find("charges", placed.checkout.charge.reference)
    placed.refresh_from_db()
    jar.refresh_from_db()
    held = balance_of(accounts.escrow(placed.pk, "CNY"))
    expected = {
        "paid": ("paid", 14_600, 8),
        "closed": ("cancelled", 0, 10),
    }[charge["status"]]
    assert (placed.state, held, jar.available) == expected
    assert jar.reserved == 0
    assert broken() == []


def test_many_orders_of_one_shop_and_sharer_complete_at_once(jar, honey, brought, provider, chen):
    orders = []
    for _ in range(4):
        checkout = buy(jar, quantity=1, touches=brought)
        pay(checkout, provider)
        order = the_order(checkout)
        orders.append(fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen))

    outcomes = together(*[lambda order=order: fulfilment.confirm(order=order) for order in orders])

    assert kinds(outcomes) == ["Order"] * 4
    # Four jars at 68.00 with 10.00 each for the parcel, less 6.80 and 0.68.
    assert balance_of(accounts.shop(jar.product.shop_id, "CNY")) == 4 * (7800 - 680 - 68)
    assert broken() == []


def test_eight_windows_hold_stock_for_five_unpaid_orders(jar, honey, xiaoyu):
    outcomes = all_at_once(lambda: buy(jar, quantity=1, buyer=xiaoyu), times=8)

    assert kinds(outcomes) == ["Checkout"] * 5 + ["TooManyUnpaid"] * 3
    jar.refresh_from_db()
    assert jar.reserved == 5


def test_without_a_lock_of_their_own_the_eight_hold_more(jar, honey, xiaoyu, monkeypatch):
    reserve = placing._reserve

    def slowly(parcels) -> None:
        time.sleep(0.3)
        reserve(parcels)

    monkeypatch.setattr(placing, "_reserve", slowly)
    monkeypatch.setattr(placing, "one_at_a_time", lambda *names: None)
    outcomes = all_at_once(lambda: buy(jar, quantity=1, buyer=xiaoyu), times=8)

    assert kinds(outcomes).count("Checkout") > 5


def test_without_lock_and_table_the_tap_and_the_end_of_the_wait_both_complete(
    noon, shipped, monkeypatch
):
    anywhere = {"completed": frozenset(Order.State.values)}
    monkeypatch.setattr(fulfilment, "MAY_BECOME", anywhere)
    monkeypatch.setattr(fulfilment, "_locked", read_slowly)
    monkeypatch.setattr(escrow, "post_many", lambda facts: [True] * len(facts))
    ten_days = noon + timedelta(days=10)

    with clock.stopped_at(ten_days):
        outcomes = together(
            lambda: fulfilment.confirm(order=shipped),
            lambda: fulfilment.complete_quietly(order=shipped, now=ten_days),
        )

    # Both believe they paid, and the escrow still holds what nobody gave away.
    assert kinds(outcomes) == ["Order", "bool"]
    assert outcomes[1] is True
    assert "orders.escrow_holds_exactly_the_money_of_open_orders" in broken()


def test_without_asking_the_provider_first_a_paid_order_is_closed(
    noon, placed, jar, provider, monkeypatch
):
    pay_at(placed.checkout, provider)
    monkeypatch.setattr(charging, "close", careless_close)

    paying.close_unpaid(noon + timedelta(minutes=30))

    placed.refresh_from_db()
    assert placed.state == "cancelled"
    (charge,) = provider.find("charges", placed.checkout.charge.reference)
    assert charge["status"] == "paid"


def careless_close(charge: Charge) -> bool:
    """Close by our own clock alone."""
    Charge.objects.filter(pk=charge.pk).update(state="closed")
    charge.refresh_from_db()
    return True
