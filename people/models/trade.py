"""Settled trades between two people, as the orders room told them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from people.models.person import Person


class Trade(models.Model):
    """A line that one person bought in another one's shop and received.

    Stored with the lower id first, like a friendship, because trust asks for pairs.
    ``returned_at`` is set while the line counts as sent back. The lines of one order
    share its ``order_key`` and are one trade.
    """

    line_key = models.CharField(max_length=60, unique=True)
    order_key = models.CharField(max_length=60)
    low = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="trade_lower_id_first"),
        ]
        indexes = [
            models.Index(
                fields=["low", "high"],
                condition=Q(returned_at__isnull=True),
                name="trades_kept_by_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.line_key
