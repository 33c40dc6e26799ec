"""Whatever is told twice, or in another order, ends as if it had been told once, in order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import clock
from kit.states import TransitionRefused
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from notifications.models import Notice
from orders import fulfilment, paying, refunds, tasks
from orders.fulfilment import RefundIsOpen
from orders.models import Order
from payments.models import Refund
from referrals import commissions
from referrals.models import Commission
from tests.orders import refunding as r
from tests.orders.conftest import pay_at
from tests.orders.refunding import ask, broken, through

# What the timetable, webhooks and impatient thumbs may do at any time, any number of times.
JOBS = ("payment", "confirm", "overdue", "refund", "sweep", "release", "close")

Job = Callable[[], object]


def jobs_of(order: Order, refund_id: int) -> dict[str, Job]:
    return {
        "payment": lambda: paying.refresh(order.checkout.charge_id),
        "confirm": lambda: fulfilment.confirm(order=order),
        "overdue": lambda: fulfilment.complete_overdue(clock.now()),
        "refund": lambda: refunds.refresh(refund_id),
        "sweep": tasks.settle_refunds,
        "release": lambda: commissions.release_due(clock.now()),
        "close": lambda: paying.close_unpaid(clock.now()),
    }


def do(job: Job) -> None:
    with suppress(TransitionRefused, RefundIsOpen):  # then nothing was written
        job()


def seen(order: Order) -> dict[str, Any]:
    """Everything that a different order of the same jobs might have changed."""
    order.refresh_from_db()
    line = order.lines.get()
    commission = Commission.objects.get(line_key=line.key)
    codes = [
        accounts.escrow(order.pk, "CNY"),
        accounts.shop(order.shop_id, "CNY"),
        accounts.sharer_pending(commission.sharer_id, "CNY"),
        accounts.sharer(commission.sharer_id, "CNY"),
        accounts.platform_fees("CNY"),
        accounts.outside("sandbox", "CNY"),
    ]
    return {
        "order": (order.state, line.asked_minor, line.refunded_minor, order.shipping_asked_minor),
        "commission": (commission.state, commission.reversed_minor, commission.waits),
        "balances": [balance_of(side) for side in codes],
        "facts": sorted(Transfer.objects.values_list("key", flat=True)),
        "told": sorted(Notice.objects.values_list("kind", flat=True)),
    }


@pytest.fixture
def partly_refunded(noon, shipped, provider):
    """On its way, ¥34.00 of it paid back at the provider, and we have not heard of that."""
    refund = ask(shipped, 3400)
    refunds.refresh(refund.pk)
    provider.wait_for("refunds", refund.reference, "settled")
    return shipped, refund


def in_the_end(order: Order, refund_id: int, *, at) -> dict[str, Any]:
    """Let the timetable go round twice more, well after everything is due."""
    jobs = jobs_of(order, refund_id)
    for later in (at, at + timedelta(days=30)):
        with clock.stopped_at(later):
            for name in ("sweep", "refund", "overdue", "release", "payment", "close"):
                do(jobs[name])
    found = seen(order)
    assert broken() == []
    return found


ONCE_IN_ORDER = {
    "order": ("completed", 3400, 3400, 0),
    "commission": ("released", 340, False),
    "balances": [0, 10_078, 0, 1020, 102, -11_200],
}


@pytest.mark.proves("T14")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.tuples(st.sampled_from(JOBS), st.integers(1, 3), st.integers(0, 9))),
)
def test_any_order_and_any_number_of_times_ends_the_same(noon, partly_refunded, steps):
    order, refund = partly_refunded
    at = noon
    with transaction.atomic():
        jobs = jobs_of(order, refund.pk)
        for name, times, days in steps:
            at += timedelta(days=days)
            with clock.stopped_at(at):
                for _ in range(times):
                    do(jobs[name])
            assert broken() == []
        found = in_the_end(order, refund.pk, at=at + timedelta(days=30))
        transaction.set_rollback(True)

    assert {name: found[name] for name in ONCE_IN_ORDER} == ONCE_IN_ORDER
    line = order.lines.get().key
    assert found["facts"] == sorted(
        [
            f"charge:{order.checkout.charge_id}:settled",
            f"commission:{order.lines.get().commission_id}:released",
            f"line:{line}:completed",
            f"refund:{refund.pk}:settled",
        ]
    )
    assert len(found["told"]) == len(set(found["told"]))


@pytest.mark.proves("T18")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(st.integers(1, 6000), min_size=1, max_size=6), dice=st.randoms())
def test_parts_settled_in_any_order_and_undone_leave_no_trace(
    noon, completed, provider_that_is_told, parts, dice
):
    """Each part is asked, settled and undone at a moment of chance; in the end all is as before."""
    with transaction.atomic():
        before = seen(completed)
        going: list[Refund] = []
        for minor in parts:
            if sum(one.amount_minor for one in going) + minor <= 13_600:
                going.append(ask(completed, minor))
        dice.shuffle(going)
        for refund in going:
            provider_that_is_told.settle(refund)
            assert broken() == []
        dice.shuffle(going)
        for refund in going:
            provider_that_is_told.send_back(refund)
            assert broken() == []
        after = seen(completed)
        transaction.set_rollback(True)

    for name in ("order", "commission", "balances"):
        assert after[name] == before[name]


@pytest.fixture
def completed(shipped) -> Order:
    return fulfilment.confirm(order=shipped)


@pytest.fixture
def provider_that_is_told():
    """What the provider would say, written down as ``payments.refunding`` learns it."""

    class Told:
        @staticmethod
        def settle(refund) -> None:
            type(refund).objects.filter(pk=refund.pk).update(
                state="settled", settled_at=clock.now()
            )
            refund.refresh_from_db()
            refunds.settled(refund)

        @staticmethod
        def send_back(refund) -> None:
            charge = type(refund.charge).objects.filter(pk=refund.charge_id)
            type(refund).objects.filter(pk=refund.pk).update(state="refused")
            charge.update(
                refunded_minor=sum(
                    type(refund)
                    .objects.filter(charge=refund.charge_id)
                    .exclude(state="refused")
                    .values_list("amount_minor", flat=True)
                )
            )
            refund.refresh_from_db()
            refunds.undone(refund)

    return Told


@pytest.mark.proves("T14")
def test_the_same_in_order_is_what_was_worked_out_by_hand(noon, placed, provider, chen):
    pay_at(placed.checkout, provider)
    paying.refresh(placed.checkout.charge_id)
    placed.refresh_from_db()
    fulfilment.dispatch(order=placed, carrier="SF", number="SF1398", by=chen)
    refund = through(ask(placed, 3400), provider)
    fulfilment.confirm(order=placed)

    found = in_the_end(placed, refund.pk, at=noon + timedelta(days=30))
    # 34.00 of 136.00 went back: a quarter of 13.60 and of 1.36. The shop has the rest of 112.00.
    assert 11_200 - 1020 - 102 == 10_078
    assert {name: found[name] for name in ONCE_IN_ORDER} == ONCE_IN_ORDER
    assert r.loss() == 0
