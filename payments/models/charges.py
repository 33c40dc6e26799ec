"""Charges and refunds: money asked of buyers, and money that goes back to them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kit import clock
from kit.public_ids import public_id


class Charge(models.Model):
    """A payment asked of a buyer at one provider.

    ``reference`` is ours and is stored before the provider is first called, so that an
    answer that never came can be looked up. ``refunded_minor`` grows in the UPDATE that
    asks for a refund; the database keeps it within the amount.
    """

    class State(models.TextChoices):
        CREATED = "created", _("being set up")
        OPEN = "open", _("waiting for payment")
        PAID = "paid", _("paid")
        CLOSED = "closed", _("closed unpaid")

    reference = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    provider = models.CharField(max_length=20, default="sandbox")
    provider_ref = models.CharField(max_length=80, blank=True)
    pay_url = models.CharField(max_length=500, blank=True)
    amount_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=120)
    language = models.CharField(max_length=10, default="zh-hans")
    return_path = models.CharField(max_length=200, default="/")
    state = models.CharField(max_length=7, choices=State.choices, default=State.CREATED)
    created_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="charge_is_positive"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=F("amount_minor")),
                name="refunds_stay_within_the_charge",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_at__isnull=False),
                name="paid_charge_knows_when",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=~Q(provider_ref=""),
                name="one_charge_a_provider_ref",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"


class Refund(models.Model):
    """Part or all of a charge goes back to where it came from; asked once by its key."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        SETTLED = "settled", _("paid back")
        REFUSED = "refused", _("refused by the provider")

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    reference = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    key = models.CharField(max_length=120, unique=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.ASKED)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"
