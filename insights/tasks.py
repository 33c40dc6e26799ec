"""Work for later of the insights room."""

from __future__ import annotations

from celery import shared_task

from insights import rollup


@shared_task(name="insights.roll_up_days")
def roll_up_days() -> int:
    """Count the newest days again; return how many rows changed."""
    return rollup.roll_up_newest()
