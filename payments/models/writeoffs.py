"""Debts the house gives up."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from kit import clock
from people.models import Person


class WriteOff(models.Model):
    """An old debt of a sharer or a shop that the house bears: asked by one, approved by another."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("write-off", "waits for a second person")
        APPROVED = "approved", pgettext_lazy("write-off", "written off")
        REFUSED = "refused", pgettext_lazy("write-off", "refused")

    account = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="write_off_is_positive"),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="write_off_takes_two_people",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state="asked"),
                name="one_write_off_asked_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.state}"
