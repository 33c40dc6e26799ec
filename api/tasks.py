"""What the doors for machines do by the clock."""

from __future__ import annotations

from celery import shared_task

from api import acting


@shared_task(name="api.act_on_events")
def act_on_events() -> int:
    """Act on stored events about charges and refunds that could not be acted on at once."""
    return acting.act_on_waiting()
