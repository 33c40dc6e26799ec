"""What of an order goes back to its buyer: who asked, for what, and how it ended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kit import clock
from orders.models.order import Order, OrderLine
from payments.models import Refund
from people.models import Person


class OrderRefundQuerySet(models.QuerySet["OrderRefund"]):
    """Refunds by how far they have come."""

    def open(self) -> OrderRefundQuerySet:
        """Refunds that the provider has neither paid nor refused."""
        return self.filter(settled_at=None, refused_at=None)

    def by_the_house(self) -> OrderRefundQuerySet:
        """Refunds that somebody of the house decided."""
        return self.filter(asker=OrderRefund.Asker.HOUSE, asked_by__isnull=False)


class OrderRefund(models.Model):
    """Part or all of one order's money on its way back to its buyer.

    The payments room's refund carries the sum and the provider's word; this row and its
    parts say what it is for. It is open until the provider paid or refused it. One that
    the buyer's bank sends back afterwards is undone. ``from_shop_minor`` is what was to
    leave the shop when it was asked, ``shop_lost_minor`` what the house bore of that.
    """

    class Asker(models.TextChoices):
        BUYER = "buyer", _("the buyer")
        VENDOR = "vendor", _("the shop")
        HOUSE = "house", _("the house")

    class Cause(models.TextChoices):
        ASKED = "asked"  # somebody wanted it
        LATE = "late"  # the payment came after the order had closed
        AGAIN = "again"  # the bank undid the refund of an order that is over

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="of_order")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    number = models.PositiveSmallIntegerField()
    asker = models.CharField(max_length=6, choices=Asker.choices)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=5, choices=Cause.choices, default=Cause.ASKED)
    why = models.CharField(max_length=200, blank=True)
    shipping_minor = models.BigIntegerField(default=0)
    from_shop_minor = models.BigIntegerField(default=0)
    shop_lost_minor = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = OrderRefundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="refunds_of_an_order_count"),
            models.CheckConstraint(
                condition=Q(shipping_minor__gte=0), name="refunded_shipping_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(refused_at__isnull=True),
                name="refund_is_settled_or_refused_not_both",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(settled_at__isnull=False),
                name="only_a_settled_refund_is_undone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["order"],
                condition=Q(settled_at__isnull=True, refused_at__isnull=True),
                name="refunds_open",
            ),
            models.Index(
                fields=["settled_at"],
                condition=Q(settled_at__isnull=False, undone_at__isnull=True),
                name="refunds_that_may_come_back",
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.number} of order {self.order_id}"

    @property
    def is_open(self) -> bool:
        """Whether the provider has neither paid nor refused it."""
        return self.settled_at is None and self.refused_at is None

    @property
    def is_owed(self) -> bool:
        """Whether the order is over, so that the money is the buyer's whatever happens."""
        return self.cause != self.Cause.ASKED


class RefundPart(models.Model):
    """What a refund pays back of one line's goods, in minor units."""

    refund = models.ForeignKey(OrderRefund, on_delete=models.PROTECT, related_name="parts")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refund_parts")
    amount_minor = models.BigIntegerField()

    class Meta:
        ordering = ["line_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="refunded_part_is_positive"
            ),
            models.UniqueConstraint(fields=["refund", "line"], name="one_part_a_line_a_refund"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of line {self.line_id}"
