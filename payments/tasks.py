"""What the payments room does by the clock; each is safe to run twice or at once."""

from __future__ import annotations

from celery import shared_task

from kit import clock
from payments import acting, payday, payouts, reconciling


@shared_task(name="payments.send_payouts")
def send_payouts() -> int:
    """Send the payouts whose turn it is."""
    return payouts.send_due()


@shared_task(name="payments.look_up_unknown_payouts")
def look_up_unknown_payouts() -> int:
    """Ask the provider about payouts that are not decided."""
    return payouts.look_up_due()


@shared_task(name="payments.run_payday")
def run_payday() -> int:
    """Ask for this week's payouts, if that was not done yet."""
    return payday.run(clock.now())


@shared_task(name="payments.act_on_events")
def act_on_events() -> int:
    """Act on stored events about payouts that were not acted on at once."""
    return acting.act_on_waiting()


@shared_task(name="payments.reconcile")
def reconcile() -> int:
    """Hold every rail's book against ours; return how many statements were new."""
    return reconciling.run(clock.now())
