"""How much the words about a product weigh, for everyone."""

from __future__ import annotations

from django.db import models

from catalog.models.endorsement import Endorsement
from catalog.models.product import Product
from kit import clock
from people.models import Person

FEWEST_RATERS = 5


class ItemScore(models.Model):
    """How much stands behind a product, as ``catalog.item_scores`` counted it last.

    ``groups`` are the independent circles of those who recommend it to everyone,
    ``verified`` those of them who kept it, ``raters`` everybody whose stars are in ``mean``.
    """

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, primary_key=True, related_name="item_score"
    )
    score = models.FloatField(default=0.0)
    groups = models.PositiveIntegerField(default=0)
    verified = models.PositiveIntegerField(default=0)
    raters = models.PositiveIntegerField(default=0)
    mean = models.FloatField(default=4.0)
    counted_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["counted_at"], name="scores_by_age")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.score:.2f}"

    @property
    def tells_stars(self) -> bool:
        """Whether so many rated it that the mean tells of nobody alone."""
        return self.raters >= FEWEST_RATERS


class ScoreDue(models.Model):
    """What is said of a product changed, and its score does not know it yet.

    One row a change, so that no two changes ever wait for each other; counting takes away
    those it saw.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.product_id} since {self.at:%Y-%m-%d}"


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
