"""Paydays: one run for each week, currency and rail."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from kit import clock


class PayoutRun(models.Model):
    """Everything that one payday sends in one currency through one rail.

    Made once, however often the beat or a person asks; filled in chunks, each its own
    transaction; what it holds is sent once it is approved. A run that was filled is over
    for good: what comes in later waits for the next payday.
    """

    class State(models.TextChoices):
        FILLING = "filling", pgettext_lazy("run", "being filled")
        WAITING = "waiting", pgettext_lazy("run", "waits for approval")
        APPROVED = "approved", pgettext_lazy("run", "approved")
        SENT = "sent", pgettext_lazy("run", "sent")

    period = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    rail = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=State.choices, default=State.FILLING)
    started_at = models.DateTimeField(default=clock.now)
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "currency", "rail"], name="one_run_a_period_currency_and_rail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.currency} {self.rail}: {self.state}"
