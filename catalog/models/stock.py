"""The story of a variant's stock."""

from __future__ import annotations

from django.db import models

from catalog.models.product import Variant
from kit import clock


class StockMove(models.Model):
    """One change of a variant's stock, told once by its key; the sum is what is there."""

    class Kind(models.TextChoices):
        ADJUSTED = "adjusted"
        RESERVED = "reserved"
        RELEASED = "released"
        SOLD = "sold"
        RETURNED = "returned"

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="stock_moves")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=120, unique=True)
    available_change = models.IntegerField()
    reserved_change = models.IntegerField()
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.kind} {self.available_change:+d} of {self.variant_id}"
