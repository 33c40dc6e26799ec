"""What words rest on is what the order says, whatever became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import endorsing, witnesses
from catalog.models import Endorsement, Receipt
from kit import clock
from kit.states import TransitionRefused
from orders import fulfilment, refunds
from orders.models import Order, OrderLine
from payments.models import Refund
from payments.refunding import RefundTooLarge
from referrals import fingerprints
from tests.conftest import NOON
from tests.orders.conftest import buy, pay, the_order
from tests.orders.refunding import ask, bounce, through
from tests.provider import running_provider

NO = (
    TransitionRefused,
    fulfilment.RefundIsOpen,
    refunds.MoreThanPaid,
    refunds.NothingToRefund,
    refunds.ShopCannotBear,
    RefundTooLarge,
    endorsing.NothingReceived,
)

STEPS = st.lists(
    st.one_of(
        st.just(("receive",)),
        st.just(("speak",)),
        st.just(("take back",)),
        st.tuples(st.just("give back"), st.sampled_from([1, 3400, 13_600])),
        st.just(("bank returns",)),
        st.tuples(st.just("wait"), st.sampled_from([1, 7, 30])),
    ),
    min_size=3,
    max_size=12,
)


@pytest.fixture
def quick_provider(tmp_path, settings):
    with running_provider(tmp_path, settle_seconds=0.0) as provider:
        provider.point_here(settings)
        yield provider


class Life:
    """One order of Xiaoyu's, and all that may become of it."""

    def __init__(self, jar, xiaoyu, chen, provider) -> None:
        self.person, self.product, self.provider = xiaoyu, jar.product, provider
        checkout = buy(jar, buyer=xiaoyu, key=uuid4().hex)
        pay(checkout, provider)
        order = the_order(checkout)
        fulfilment.dispatch(order=order, carrier="SF", number="SF1", by=chen)
        self.order_id, self.days = order.pk, 0

    def do(self, step: tuple[Any, ...]) -> None:
        what, *how = step
        order = Order.objects.select_related("shop__terms", "shop__owner").get(pk=self.order_id)
        if what == "receive":
            fulfilment.confirm(order=order)
        elif what == "speak":
            endorsing.endorse(
                person=self.person, product=self.product, verdict="yes", words="",
                visibility="everyone", language="en",
            )  # fmt: skip
        elif what == "take back":
            for said in Endorsement.objects.filter(person=self.person):
                endorsing.withdraw(endorsement=said, person=self.person)
        elif what == "give back":
            through(ask(order, how[0]), self.provider)
        elif what == "bank returns":
            for refund in Refund.objects.filter(state=Refund.State.SETTLED).order_by("pk")[:1]:
                bounce(refund, self.provider)
        else:
            self.days += how[0]

    def what_the_order_says(self) -> str:
        """Read the basis from the order's own columns, never from the receipt."""
        order = Order.objects.select_related("shop__terms").get(pk=self.order_id)
        line = OrderLine.objects.get(order=order)
        if line.refunded_minor == line.total_minor:
            return "returned"
        assert order.completed_at is not None
        kept_from = order.completed_at + timedelta(days=order.shop.terms.return_days)
        return "kept" if kept_from <= clock.now() else "recent"


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS)
def lives(world, steps) -> None:
    with transaction.atomic():
        with clock.stopped_at(NOON):
            life = Life(*world)
        for step in [("receive",), ("speak",), *steps] if len(steps) % 2 else steps:
            with clock.stopped_at(NOON + timedelta(days=life.days)):
                with_savepoint(life, step)
                look(life)
        transaction.set_rollback(True)


def with_savepoint(life: Life, step: tuple[Any, ...]) -> None:
    try:
        with transaction.atomic():
            life.do(step)
    except NO:
        return


def look(life: Life) -> None:
    line = OrderLine.objects.get(order=life.order_id)
    receipts = list(Receipt.objects.filter(line_key=line.key))
    for said in witnesses.told(witnesses.all_seen_by(life.person, life.product.pk)):
        seen.add(str(said.basis_now))
        assert said.basis_now == life.what_the_order_says()
        assert said.receipt == receipts[0]
        assert said.is_verified == (line.refunded_minor < line.total_minor)
    for receipt in receipts:
        if receipt.returned_at is None:
            assert receipt.net_paid_minor == line.total_minor - line.refunded_minor


seen: set[str] = set()


def test_the_basis_of_words_is_what_their_order_says(jar, xiaoyu, chen, quick_provider):
    lives((jar, xiaoyu, chen, quick_provider))

    assert seen == {"kept", "recent", "returned"}  # or the lives were dull


def test_a_receipt_knows_who_brought_the_order_and_keeps_no_address(completed, linwei):
    receipt = Receipt.objects.get()

    assert receipt.brought_by == linwei
    assert fingerprints.of_door("陕西省 西安市 雁塔区 科技路 10 号") in receipt.marks
    assert len(receipt.marks) == 2
    assert all(len(mark) == 32 and int(mark, 16) for mark in receipt.marks)


def test_what_is_left_of_the_price_is_told_after_each_part(completed, provider):
    through(ask(completed, 3400), provider)
    assert Receipt.objects.get().net_paid_minor == 13_600 - 3400

    through(ask(completed, 10_000), provider)
    assert Receipt.objects.get().net_paid_minor == 200
