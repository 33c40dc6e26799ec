"""Circle orders: one product, one pickup point, one closing time, and everybody pays alone."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from catalog.models import Product
from kit import clock
from kit.public_ids import public_id
from orders.models.order import Order
from people.models import Circle, Person
from referrals.models import ShareLink
from shops.models import Shop

LIVE = ("asked", "open", "closed")


class CircleOrderQuerySet(models.QuerySet["CircleOrder"]):
    """Circle orders by where they stand."""

    def live(self) -> CircleOrderQuerySet:
        """Those that are neither handed out nor called off."""
        return self.filter(state__in=LIVE)

    def due_to_close(self, *, now: datetime) -> CircleOrderQuerySet:
        """Open ones whose closing time has come."""
        return self.filter(state=CircleOrder.State.OPEN, closes_at__lte=now)


class CircleOrder(models.Model):
    """A circle that buys one product of one shop together, each for themselves.

    The host asks, the shop agrees or not, members order until ``closes_at`` by the ordinary
    checkout, and everything goes to one pickup point, where the host hands it out. ``link``
    is the host's own share link: what they earn is a commission like any other. ``why`` is
    what a shop or a host said when they called it off.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("circle order", "waiting for the shop")
        OPEN = "open", pgettext_lazy("circle order", "open")
        CLOSED = "closed", pgettext_lazy("circle order", "closed, to be handed out")
        HANDED_OUT = "handed_out", pgettext_lazy("circle order", "handed out")
        CANCELLED = "cancelled", pgettext_lazy("circle order", "called off")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="orders")
    host = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="circle_orders")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="circle_orders")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="circle_orders")
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    words = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    pickup_words = models.CharField(max_length=120)
    phone = models.CharField(max_length=16)
    open_hours = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = CircleOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "product"],
                condition=Q(state__in=LIVE),
                name="one_live_circle_order_a_product",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "cancelled"])
                | Q(opened_at__isnull=False, closes_at__isnull=False),
                name="an_open_circle_order_knows_when_it_closes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "handed_out"]) | Q(closed_at__isnull=False),
                name="a_closed_circle_order_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(open_hours__range=(1, 168)),
                name="a_circle_order_is_open_for_a_week_at_most",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_at"], condition=Q(state="open"), name="circle_orders_to_close"
            ),
            models.Index(fields=["circle", "-asked_at"], name="orders_of_a_circle"),
            models.Index(fields=["shop", "-asked_at"], name="circle_orders_of_a_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/together/{self.public_id}"


class CircleParcel(models.Model):
    """One member's order within a circle order, and when the host handed it out."""

    circle_order = models.ForeignKey(CircleOrder, on_delete=models.PROTECT, related_name="parcels")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="circle_parcel")
    joined_at = models.DateTimeField(default=clock.now)
    handed_out_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"order {self.order_id} in circle order {self.circle_order_id}"
