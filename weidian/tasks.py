"""What the timetable rings for the project itself."""

from __future__ import annotations

from celery import shared_task

from kit import clock
from weidian.models import Count


@shared_task(name="weidian.forget_old_counts")
def forget_old_counts() -> int:
    """Delete the counts of tries that limit nobody any more; return how many."""
    forgotten, _ = Count.objects.filter(expires__lt=clock.now()).delete()
    return forgotten
