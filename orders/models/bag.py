"""What somebody means to buy."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from catalog.models import Variant
from kit import clock
from people.models import Person


class Bag(models.Model):
    """A person's bag, or a guest's, who holds it by the token in a cookie.

    ``brought`` carries the share links of a visit that may leave no cookie; they are signed.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, null=True, related_name="bag")
    token = models.CharField(max_length=40, unique=True, null=True)
    changed_at = models.DateTimeField(default=clock.now)
    brought = models.CharField(max_length=400, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(token__isnull=False),
                name="bag_belongs_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"bag {self.pk}"


class BagLine(models.Model):
    """So many of one variant, with the price the shopper saw when adding it."""

    bag = models.ForeignKey(Bag, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    seen_price_minor = models.BigIntegerField()
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bag", "variant"], name="one_line_a_variant_a_bag"),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, 999)), name="bag_quantity_is_1_to_999"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant_id}"
