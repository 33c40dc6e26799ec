"""What moderators decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold
from kit import clock
from people.models import Person


class Decision(models.Model):
    """A moderator's word on one held listing, with the reason the vendor was given.

    Written once and never changed.
    """

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("sent back")

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="decision")
    moderator = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(verdict="returned") | ~Q(reason=""),
                name="a_listing_sent_back_is_told_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id}: {self.verdict}"
