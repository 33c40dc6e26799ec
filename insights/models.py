"""Figures counted ahead, rebuildable from what they count."""

from __future__ import annotations

from django.db import models

from shops.models import Shop


class ShopDay(models.Model):
    """One shop's day, in the house's time zone: orders paid, goods sold, clicks by people."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    orders = models.PositiveIntegerField(default=0)
    goods_minor = models.BigIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "day"], name="one_row_a_shop_a_day"),
        ]
        indexes = [models.Index(fields=["day"], name="days_of_every_shop")]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.day}"
