"""Rules that look at a listing, and what they held back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.authorisation import Brand
from catalog.models.product import Product
from kit import clock
from kit.public_ids import public_id


class Rule(models.Model):
    """Words that make a listing wait for a person's eyes, and why they do.

    ``reason_zh`` and ``reason_en`` are shown to the moderator and, when the listing is
    returned, offered as the words to the vendor.
    """

    code = models.CharField(max_length=12, unique=True)
    words = models.JSONField(default=list)
    reason_zh = models.CharField(max_length=200)
    reason_en = models.CharField(max_length=200)
    is_on = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class HoldQuerySet(models.QuerySet["Hold"]):
    """Holds, by whether somebody has decided."""

    def waiting(self) -> HoldQuerySet:
        """Holds nobody has decided yet, oldest first."""
        return self.filter(state=Hold.State.WAITING).order_by("created_at", "pk")

    def decided(self) -> HoldQuerySet:
        """Holds a person has decided, the latest decision last."""
        made = [Hold.State.APPROVED, Hold.State.RETURNED]
        return self.filter(state__in=made).order_by("decided_at", "pk")


class Hold(models.Model):
    """A listing waits: its shop is new, a rule or a brand's owner objects, or it came back.

    ``reason`` is what the vendor is told when it comes back. ``digest`` names the content that
    was held and, once approved, the content that was approved; empty when nobody noted it.
    """

    class Cause(models.TextChoices):
        NEW_SHOP = "new_shop", _("first listings of a new shop")
        RULE = "rule", _("a rule matched")
        AGAIN = "again", _("sent in again")
        BRAND = "brand", _("a brand without a certificate")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("sent back")
        DROPPED = "dropped", _("dropped by the vendor")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, null=True, blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True)
    matched = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(state="waiting"), name="one_open_hold_a_product"
            ),
            models.CheckConstraint(
                condition=~Q(cause="rule") | Q(rule__isnull=False), name="rule_hold_names_its_rule"
            ),
            models.CheckConstraint(
                condition=~Q(cause="brand") | Q(brand__isnull=False),
                name="brand_hold_names_its_brand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.state}"
