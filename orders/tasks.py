"""Sweeps of the orders room: each asks the database what is due, and may run twice."""

from __future__ import annotations

import logging

from celery import shared_task

from kit import clock
from kit.sweeping import one_by_one
from orders import circle_orders, fulfilment, paying, refunds
from payments.charging import ProviderAway

log = logging.getLogger(__name__)


@shared_task(name="orders.refresh_open_payments")
def refresh_open_payments() -> int:
    """Ask about every payment nobody has told us about; return how many were asked."""
    return len(one_by_one(paying.refresh, paying.unsettled(), away=ProviderAway))


@shared_task(name="orders.close_unpaid_orders")
def close_unpaid_orders() -> int:
    """Close what was not paid in time; return how many checkouts."""
    return paying.close_unpaid(clock.now())


@shared_task(name="orders.complete_overdue_orders")
def complete_overdue_orders() -> int:
    """Complete every shipped order whose buyer stayed silent; return how many."""
    return fulfilment.complete_overdue(clock.now())


@shared_task(name="orders.mind_circle_orders")
def mind_circle_orders() -> int:
    """Close, end and pay back what circles order together; return how many."""
    return circle_orders.mind(clock.now())


@shared_task(name="orders.settle_refund")
def settle_refund(refund_id: int) -> None:
    """Send one refund, and settle it if the provider is that fast."""
    try:
        refunds.refresh(refund_id)
    except ProviderAway:
        log.info("provider away: refund %s waits for the sweep", refund_id)


@shared_task(name="orders.settle_refunds")
def settle_refunds() -> int:
    """Send and settle every refund that is still on its way; return how many were asked about."""
    ids = refunds.waiting()
    one_by_one(refunds.refresh, ids, away=ProviderAway)
    return len(ids)
