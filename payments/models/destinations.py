"""Where people, and charities, want their money sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kit import clock
from people.models import Person


class Destination(models.Model):
    """Where a person wants their money sent; a new one retires the one before.

    A charity has nobody who signs in: ``charity_id`` names it as the ledger does, and
    ``set_by`` is who of the house wrote its place down.
    A payout keeps its own copy, so a change never redirects money already on its way.
    ``fingerprint`` is keyed: the same place used by several people shows, the place does not.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="destinations", null=True
    )
    charity_id = models.BigIntegerField(null=True)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    provider = models.CharField(max_length=20, default="sandbox")
    identifier = models.CharField(max_length=64)
    holder = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    since = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(retired_at__isnull=True),
                name="one_destination_in_use",
            ),
            models.UniqueConstraint(
                fields=["charity_id"],
                condition=Q(retired_at__isnull=True),
                name="one_destination_of_a_charity_in_use",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, charity_id=None)
                | Q(person=None, charity_id__isnull=False, set_by__isnull=False),
                name="destination_is_a_persons_or_a_charitys",
            ),
        ]
        indexes = [
            models.Index(
                fields=["fingerprint"],
                condition=Q(retired_at__isnull=True),
                name="destinations_alike",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.identifier}"
