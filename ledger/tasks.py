"""What the timetable rings in this room; each sweep may run twice, late or not at all."""

from __future__ import annotations

from celery import shared_task

from ledger import closing, floors


@shared_task(name="ledger.seal_days")
def seal_days() -> int:
    """Close the days that are over; return how many."""
    return closing.close_days()


@shared_task(name="ledger.follow_floors")
def follow_floors() -> int:
    """Give accounts the floors that the settings say by now; return how many were moved."""
    return floors.follow()
