"""What providers tell us unasked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kit import clock


class ProviderEventQuerySet(models.QuerySet["ProviderEvent"]):
    """Events by what was done about them."""

    def waiting(self, *, about: str) -> ProviderEventQuerySet:
        """Events of one kind of thing (``payout``) that nobody acted on yet, oldest first."""
        return self.filter(kind__startswith=f"{about}.", processed_at__isnull=True).order_by("pk")


class ProviderEvent(models.Model):
    """A webhook as it came: stored once, acted on by asking the provider anew."""

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=80, blank=True)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=clock.now)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = ProviderEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="webhook_stored_once"),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(processed_at__isnull=True), name="events_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
