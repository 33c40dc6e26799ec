"""Crowds at one refund: asked once, granted once, settled once; with each guard taken away."""

from __future__ import annotations

import itertools
import threading

import pytest

from kit.invariants import check
from kit.states import TransitionRefused
from ledger import accounts
from ledger.balances import balance_of
from orders import asking, fulfilment, refunds
from orders.invariants import INVARIANTS
from orders.models import Order, OrderLine
from payments import refunding
from payments.invariants import INVARIANTS as PAYMENTS
from payments.models import Refund
from tests.orders.crowds import broken, kinds, read_slowly
from tests.races import all_at_once, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_five_who_ask_for_the_money_back_get_it_once(paid, xiaoyu, chen):
    outcomes = all_at_once(lambda: refunds.before_dispatch(order=paid, by=chen), times=5)

    assert kinds(outcomes) == ["Refund"] + ["TransitionRefused"] * 4
    assert Refund.objects.get().amount_minor == 14_600
    paid.checkout.charge.refresh_from_db()
    assert paid.checkout.charge.refunded_minor == 14_600


def test_five_who_hear_of_a_refund_at_once_settle_it_once(paid, xiaoyu, provider, jar):
    refund = refunds.before_dispatch(order=paid, by=xiaoyu)
    refunds.refresh(refund.pk)
    provider.wait_for("refunds", refund.reference, "settled")

    outcomes = all_at_once(lambda: refunds.refresh(refund.pk), times=5)

    assert outcomes == [None] * 5
    jar.refresh_from_db()
    assert jar.available == 10
    assert balance_of(accounts.outside("sandbox", "CNY")) == 0
    assert broken() == []


@pytest.mark.parametrize("round_", range(5))
def test_a_parcel_is_sent_or_its_money_goes_back_never_both(paid, chen, xiaoyu, round_):
    outcomes = together(
        lambda: fulfilment.dispatch(order=paid, carrier="SF", number="SF1398", by=chen),
        lambda: refunds.before_dispatch(order=paid, by=xiaoyu),
    )

    assert kinds(outcomes).count(TransitionRefused.__name__) == 1
    paid.refresh_from_db()
    assert (paid.state, Refund.objects.count()) in {("shipped", 0), ("refunding", 1)}
    assert broken() == []


def test_without_lock_and_table_the_same_two_do_both(paid, chen, xiaoyu, monkeypatch):
    anywhere = dict.fromkeys(("shipped", "refunding"), frozenset(Order.State.values))
    monkeypatch.setattr(asking, "MAY_BECOME", anywhere)
    was_read, was_sent = threading.Event(), threading.Event()

    def read_and_wait(order: Order) -> Order:
        fresh = Order.objects.select_related("shop__terms", "checkout__charge").get(pk=order.pk)
        was_read.set()
        was_sent.wait(timeout=20)
        return fresh

    def send_once_it_was_read() -> Order:
        was_read.wait(timeout=20)
        try:
            return fulfilment.dispatch(order=paid, carrier="SF", number="SF1398", by=chen)
        finally:
            was_sent.set()

    monkeypatch.setattr(asking, "_locked", read_and_wait)

    outcomes = together(
        send_once_it_was_read, lambda: refunds.before_dispatch(order=paid, by=xiaoyu)
    )

    assert kinds(outcomes) == ["Order", "Refund"]


def a_crowd_that_saw_nothing_asked(order: Order, monkeypatch, *, size: int = 5) -> None:
    """Let everybody read the order, and its lines, before anybody writes."""
    have_read = threading.Barrier(size)
    seen: dict[int, list[OrderLine]] = {}
    read_lines = asking._lines_of

    def read_and_wait(order: Order) -> Order:
        fresh = read_slowly(order)
        seen[id(fresh)] = read_lines(fresh)
        have_read.wait(timeout=20)
        return fresh

    anywhere = {"refunding": frozenset(Order.State.values)}
    monkeypatch.setattr(asking, "MAY_BECOME", anywhere)
    monkeypatch.setattr(asking, "_locked", read_and_wait)
    monkeypatch.setattr(asking, "_lines_of", lambda order: seen[id(order)])


def test_without_lock_and_table_a_crowd_asks_and_the_guarded_update_grants_one(
    paid, chen, monkeypatch
):
    a_crowd_that_saw_nothing_asked(paid, monkeypatch)

    outcomes = all_at_once(lambda: refunds.before_dispatch(order=paid, by=chen), times=5)

    assert kinds(outcomes) == ["MoreThanPaid"] * 4 + ["Refund"]


def test_without_that_update_too_the_charge_grants_one(paid, chen, monkeypatch):
    a_crowd_that_saw_nothing_asked(paid, monkeypatch)
    monkeypatch.setattr(asking, "_count", lambda order, lines, back: None)
    numbers = itertools.count(1)
    monkeypatch.setattr(asking, "_key", lambda order, key: f"order:crowd:{next(numbers)}")

    outcomes = all_at_once(lambda: refunds.before_dispatch(order=paid, by=chen), times=5)

    assert kinds(outcomes) == ["Refund"] + ["RefundTooLarge"] * 4


def test_without_any_of_them_whoever_looks_at_the_rows_finds_too_much(paid, chen, monkeypatch):
    a_crowd_that_saw_nothing_asked(paid, monkeypatch)
    monkeypatch.setattr(asking, "_count", lambda order, lines, back: None)
    numbers = itertools.count(1)
    monkeypatch.setattr(
        refunding,
        "ask",
        lambda *, key, **asked: Refund.objects.create(key=f"{key}:{next(numbers)}", **asked),
    )

    outcomes = all_at_once(lambda: refunds.before_dispatch(order=paid, by=chen), times=5)

    # Even so, two refunds of an order cannot be its first: one is granted, and not counted.
    assert kinds(outcomes) == ["IntegrityError"] * 4 + ["Refund"]
    found = {finding.name for finding in check([*INVARIANTS, *PAYMENTS]) if finding.broken}
    assert found == {
        "orders.what_went_back_of_a_line_is_the_sum_of_its_refunds",
        "orders.what_went_back_of_shipping_is_the_sum_of_its_refunds",
        "payments.refunds_of_a_charge_add_up",
    }
