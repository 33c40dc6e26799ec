"""Share links: who shares what."""

from __future__ import annotations

from django.db import models

from catalog.models import Product
from kit import clock
from kit.public_ids import public_id
from people.models import Person
from shops.models import Shop


class ShareLink(models.Model):
    """One person's link to one product; sharing again gives the same link."""

    code = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="share_links")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="share_links")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="share_links")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "product"], name="one_link_a_person_a_product"
            ),
        ]

    def __str__(self) -> str:
        return self.code
