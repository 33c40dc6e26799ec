"""What the timetable rings in this room; each sweep may run twice, late or not at all."""

from __future__ import annotations

from celery import shared_task

from people import trust_run


@shared_task(name="people.work_out_trust")
def work_out_trust() -> int:
    """Work out once a night what everybody's word weighs; return whether this beat did."""
    return 0 if trust_run.run_when_due() is None else 1
