"""The inbox: what a person was told, and what of it they have opened."""

from __future__ import annotations

from kit import clock
from notifications.models import Notice


def open_notice(*, notice: Notice) -> None:
    """Remember when a notice was first opened."""
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=clock.now())


def open_all(*, person_id: int) -> int:
    """Mark everything a person was told as read; return how much was not."""
    return Notice.objects.of(person_id).unread().update(read_at=clock.now())


def unread_count(person_id: int) -> int:
    """Return how many notices of this person are unread."""
    return Notice.objects.of(person_id).unread().count()
