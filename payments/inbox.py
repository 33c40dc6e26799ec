"""The inbox of providers' events: each is kept once, as it came, and believed never.

An event only says where to look; what happened is what the provider answers when asked.
"""

from __future__ import annotations

from typing import Any

from django.db import DataError

from kit import clock
from payments.models import ProviderEvent


class NotStorable(Exception):
    """The event holds what no text column can (a NUL, half a character); nothing was written."""


def store(
    *, provider: str, event_id: str, kind: str, reference: str, payload: dict[str, Any]
) -> ProviderEvent | None:
    """Keep one event; None when it was kept before.

    Raises:
        NotStorable: the database cannot hold it.
    """
    try:
        event, is_new = ProviderEvent.objects.get_or_create(
            provider=provider,
            event_id=event_id,
            defaults={"kind": kind, "reference": reference, "payload": payload},
        )
    except (DataError, ValueError) as unreadable:
        raise NotStorable(type(unreadable).__name__) from unreadable
    return event if is_new else None


def done(event: ProviderEvent) -> None:
    """Note that an event was acted on."""
    ProviderEvent.objects.filter(pk=event.pk, processed_at__isnull=True).update(
        processed_at=clock.now()
    )
