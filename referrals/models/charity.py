"""Whom a sharer may leave what a sale earns to: themselves, the buyer, a charity, or nobody."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kit import clock


class Gives(models.TextChoices):
    """What becomes of what the sales of a link earn."""

    KEEP = "keep", _("I keep it")
    BUYER = "buyer", _("My friend pays less")
    CHARITY = "charity", _("A charity gets it")
    NONE = "none", _("Nobody gets it")


class CharityQuerySet(models.QuerySet["Charity"]):
    """Questions about charities."""

    def listed(self) -> CharityQuerySet:
        """Charities a sharer may choose now, in the order in which they were listed."""
        return self.filter(closed_at=None).order_by("pk")


class Charity(models.Model):
    """An organisation the house lists, so that sharers may leave their commissions to it.

    It has an account in the ledger, so it is never deleted: a closed one gets nothing of
    sales from then on, and keeps what it was given before. ``registration`` is the number
    under which the state knows it.
    """

    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    registration = models.CharField(max_length=40)
    listed_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CharityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration"], name="one_charity_a_registration"),
        ]

    def __str__(self) -> str:
        return self.name_en

    def name_in(self, language: str) -> str:
        """Return its name as a reader of this language knows it."""
        return self.name_zh if language.lower().startswith("zh") else self.name_en
