"""How much the words about a product weigh, for everyone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from catalog.models.endorsement import Endorsement
from catalog.models.product import Product
from kit import clock
from people.models import Person


class ItemScore(models.Model):
    """How much stands behind a product, as ``catalog.item_scores`` counted it last.

    ``groups`` are the independent circles of those who recommend it to everyone,
    ``verified`` those of them who kept it, ``raters`` everybody whose stars are in ``mean``.
    ``due_at`` is set while something changed that is not counted yet.
    """

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, primary_key=True, related_name="item_score"
    )
    score = models.FloatField(default=0.0)
    groups = models.PositiveIntegerField(default=0)
    verified = models.PositiveIntegerField(default=0)
    raters = models.PositiveIntegerField(default=0)
    mean = models.FloatField(default=4.0)
    counted_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, default=clock.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="scores_that_are_due"
            ),
            models.Index(fields=["counted_at"], name="scores_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.score:.2f}"


class Weight(models.Model):
    """What one standing endorsement weighs in its product's score; ``circle`` is its group."""

    endorsement = models.OneToOneField(
        Endorsement, on_delete=models.CASCADE, primary_key=True, related_name="weighed"
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField(default=0.0)
    circle = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["product"],
                include=["person", "weight", "circle", "endorsement"],
                name="weights_by_product",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endorsement_id}: {self.weight:.2f}"
