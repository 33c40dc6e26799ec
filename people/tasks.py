"""What the timetable rings in this room; each sweep may run twice, late or not at all."""

from __future__ import annotations

from celery import shared_task

from people import trust_run


# PostgreSQL alone takes long over a large street; within VISIBILITY_SECONDS all the same.
@shared_task(name="people.work_out_trust", soft_time_limit=3000, time_limit=3100)
def work_out_trust() -> int:
    """Work out once a night what everybody's word weighs; return whether this beat did."""
    return 0 if trust_run.run_when_due() is None else 1
