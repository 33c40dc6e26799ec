"""Who brought an order."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from people.models import Person
from referrals.models.link import ShareLink
from shops.models import Shop


class Attribution(models.Model):
    """Who brought an order, decided once when it was placed and never changed.

    ``trace`` lists every candidate with the rule that took or refused it. ``order_key``
    is the order's public id: this floor knows no orders.
    """

    order_key = models.CharField(max_length=10, unique=True)
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="attributions")
    sharer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attributions")
    buyer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="attributions")
    click_id = models.UUIDField()
    clicked_at = models.DateTimeField()
    frozen_at = models.DateTimeField()
    trace = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(buyer__isnull=True) | ~Q(buyer=F("sharer")),
                name="nobody_earns_from_their_own_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_key} by {self.sharer_id}"
