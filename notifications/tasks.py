"""What the notifications room does in the background."""

from __future__ import annotations

from celery import shared_task

from notifications import sending


@shared_task(name="notifications.send_letters")
def send_letters() -> int:
    """Send every letter that is due; return how many left the house."""
    return sending.send_waiting()
