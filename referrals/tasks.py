"""What the timetable rings in this room; each sweep may run twice, late or not at all."""

from __future__ import annotations

from celery import shared_task

from kit import clock
from referrals import clicks, commissions, salts


@shared_task(name="referrals.drain_clicks")
def drain_clicks() -> int:
    """Store the clicks that wait in the stream; return how many."""
    return clicks.drain(budget_seconds=20.0)


@shared_task(name="referrals.destroy_old_salts")
def destroy_old_salts() -> int:
    """Destroy the salts under which nobody may be recognised any more; return how many."""
    return salts.destroy_old(clock.now())


@shared_task(name="referrals.release_due_commissions")
def release_due_commissions() -> int:
    """Give sharers what their return windows have freed; return how many commissions."""
    return commissions.release_due(clock.now())
