"""What stands on a circle's shelf."""

from __future__ import annotations

from django.db import models

from catalog.models.product import Product
from kit import clock
from kit.public_ids import public_id
from people.models import Circle, Person


class CirclePick(models.Model):
    """A product that a member put on their circle's shelf, with a line about why."""

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="picks")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "product"], name="a_product_stands_once_on_a_shelf"
            ),
        ]
        indexes = [models.Index(fields=["circle", "-at"], name="picks_of_a_circle")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.circle_id}"
