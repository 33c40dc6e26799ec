"""One payment, told by tasks and webhooks at the same moment: one commission a line."""

from __future__ import annotations

import itertools
import threading

import pytest

from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from orders import fulfilment
from orders.tasks import refresh_open_payments
from payments.models import ProviderEvent
from referrals.models import Commission
from tests.orders.conftest import buy, pay_at, the_order, touches_of
from tests.races import all_at_once, together
from weidian.management.commands.invariants import every_invariant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proves("C11")]

WORKERS, TASKS, WEBHOOKS = 4, 30, 10


@pytest.fixture
def order(honey, jar, xiaoyu, linwei, provider):
    """Two jars that Lin Wei brought a buyer for, paid at the provider; we were told nothing."""
    seen = 2 * 6800 + honey.shop.terms.shipping_minor
    checkout = buy(jar, buyer=xiaoyu, touches=touches_of(linwei, honey), seen_total_minor=seen)
    pay_at(checkout, provider)
    return the_order(checkout)


def test_thirty_tasks_and_ten_webhooks_make_one_commission_a_line(order, linwei, provider, deliver):
    (event,) = provider.events_of(order.checkout.charge.reference)
    seats = threading.BoundedSemaphore(WORKERS)

    def task() -> int:
        with seats:
            asked: int = refresh_open_payments()
        return asked

    def told() -> int:
        status: int = deliver(event).status_code
        return status

    outcomes = together(*[task] * TASKS, *[told] * WEBHOOKS)

    assert outcomes[TASKS:] == [200] * WEBHOOKS
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    order.refresh_from_db()
    assert (order.state, ProviderEvent.objects.count()) == ("paid", 1)
    commissions = Commission.objects.values_list("state", "amount_minor")
    assert list(commissions) == [("pending", 1360)]
    assert Transfer.objects.filter(key__endswith=":settled").count() == 1


def test_received_by_thirty_at_once_it_is_credited_once(order, linwei, chen, provider):
    refresh_open_payments()
    order.refresh_from_db()
    shipped = fulfilment.dispatch(order=order, carrier="SF", number="SF1", by=chen)
    presses = itertools.count()

    def receive() -> int:
        fulfilment.confirm(order=shipped)
        return next(presses)

    all_at_once(receive, times=TASKS)

    assert balance_of(accounts.sharer_pending(linwei.pk, "CNY")) == 1360
    assert [found.name for found in check(every_invariant()) if found.broken] == []
