"""Scenes: occasions to stroll through, such as a festival or camping, and what stands in them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from catalog.models.product import Product
from kit import clock
from kit.public_ids import public_id
from people.models import Person


class SceneQuerySet(models.QuerySet["Scene"]):
    """Scenes, by whether it is their time."""

    def on(self, day: date) -> SceneQuerySet:
        """Scenes that are shown on this day, in the order moderators gave them."""
        begun = Q(first_day__isnull=True) | Q(first_day__lte=day)
        lasts = Q(last_day__isnull=True) | Q(last_day__gte=day)
        return self.filter(begun, lasts, is_open=True).order_by("position", "pk")


class Scene(models.Model):
    """An occasion that moderators opened, named in both languages.

    Vendors put their goods into it. It is shown from ``first_day`` to ``last_day``, both
    included and either open, while ``is_open``.
    """

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    name_zh = models.CharField(max_length=20)
    name_en = models.CharField(max_length=40)
    words_zh = models.CharField(max_length=80, blank=True)
    words_en = models.CharField(max_length=120, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)
    opened_at = models.DateTimeField(default=clock.now)

    objects = SceneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="scene_is_named_in_both_languages"
            ),
            models.CheckConstraint(
                condition=Q(first_day__isnull=True)
                | Q(last_day__isnull=True)
                | Q(last_day__gte=F("first_day")),
                name="scene_begins_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en


class ScenePlace(models.Model):
    """A product stands in a scene, put there by somebody of its shop.

    What a moderator took out has ``removed_at`` and a reason, and does not come back by
    the shop's own hand.
    """

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="places")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="scene_places")
    put_in_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    put_in_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scene", "product"], name="one_place_a_scene"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | ~Q(reason=""),
                name="a_removed_place_says_why",
            ),
        ]
        indexes = [models.Index(fields=["scene", "-put_in_at"], name="scene_newest_first")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.scene_id}"
