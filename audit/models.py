"""The audit's only row."""

from __future__ import annotations

from django.db import models


class AuditEvent(models.Model):
    """Somebody did something: who, what, to what, before and after, and when.

    ``digest`` covers this row and the digest before it, so a changed or missing row
    is found by walking the chain. ``actor`` and ``subject`` are labels such as
    ``person:12`` because this floor knows no other room.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    act = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    previous_digest = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.actor} {self.act} {self.subject}"
