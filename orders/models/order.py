"""A checkout, the orders it made, and their lines."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Variant
from kit import clock
from kit.public_ids import public_id
from orders.models.bag import Bag
from payments.models import Charge
from people.models import Person
from referrals.models import Attribution, Commission
from shops.models import Shop


class Checkout(models.Model):
    """One press of *pay*: one charge for one order in each shop of the bag.

    ``key`` comes from the form, so five taps make one checkout. ``bag`` is where its
    lines came from, and where they go back to when it closes unpaid.
    """

    key = models.CharField(max_length=40, unique=True)
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="checkout")
    buyer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="checkouts")
    bag = models.ForeignKey(Bag, on_delete=models.SET_NULL, null=True, related_name="checkouts")
    placed_at = models.DateTimeField(default=clock.now)
    closes_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["closes_at"], name="checkouts_by_close")]

    def __str__(self) -> str:
        return self.key


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders by whose they are and what is due."""

    def bought_by(self, person: Person) -> OrderQuerySet:
        """Orders this person may see as their buyer, newest first."""
        return self.filter(buyer=person).order_by("-placed_at", "-pk")

    def sold_by(self, person: Person) -> OrderQuerySet:
        """Orders of the shops this person works in."""
        return self.filter(shop__memberships__person=person)

    def unpaid_too_long(self, *, now: datetime) -> OrderQuerySet:
        """Placed orders whose time to pay is over."""
        return self.filter(state=Order.State.PLACED, checkout__closes_at__lte=now)

    def overdue_for_completion(self, *, now: datetime) -> OrderQuerySet:
        """Shipped orders whose buyer has been silent for the whole wait."""
        return self.filter(state=Order.State.SHIPPED, completes_at__lte=now)


class Order(models.Model):
    """What one buyer buys from one shop, and where it is on its way.

    The buyer may be a guest, who finds it again by the signed link. Amounts are the
    snapshot of the moment of placing, in minor units of ``currency``. Of the shipping,
    ``shipping_asked_minor`` was ever asked back and not refused, and of that
    ``shipping_refunded_minor`` went back; each line says the same of its goods.
    """

    class State(models.TextChoices):
        PLACED = "placed", _("waiting for payment")
        PAID = "paid", _("paid, to be sent")
        SHIPPED = "shipped", _("on its way")
        COMPLETED = "completed", _("received")
        CANCELLED = "cancelled", _("cancelled")
        REFUNDING = "refunding", _("being refunded")
        REFUNDED = "refunded", _("refunded")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="orders")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="orders")
    buyer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="orders")
    attribution = models.OneToOneField(
        Attribution, on_delete=models.PROTECT, null=True, related_name="order"
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLACED)
    language = models.CharField(max_length=10, default="zh-hans")
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    shipping_asked_minor = models.BigIntegerField(default=0)
    shipping_refunded_minor = models.BigIntegerField(default=0)

    contact_name = models.CharField(max_length=40)
    phone = models.CharField(max_length=16)
    email = models.EmailField(blank=True)
    region = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    note = models.CharField(max_length=200, blank=True)

    carrier = models.CharField(max_length=40, blank=True)
    tracking_number = models.CharField(max_length=40, blank=True)
    placed_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    completes_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total_minor__gt=0), name="order_total_is_positive"),
            models.CheckConstraint(
                condition=Q(total_minor=F("goods_minor") + F("shipping_minor")),
                name="order_total_is_goods_and_shipping",
            ),
            models.CheckConstraint(
                condition=Q(
                    shipping_refunded_minor__gte=0,
                    shipping_asked_minor__gte=F("shipping_refunded_minor"),
                    shipping_minor__gte=F("shipping_asked_minor"),
                ),
                name="no_more_shipping_goes_back_than_was_paid",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["placed", "cancelled"]) | Q(paid_at__isnull=False),
                name="order_paid_at_is_set_once_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state="shipped")
                | Q(shipped_at__isnull=False, completes_at__isnull=False),
                name="shipped_order_knows_when_it_completes",
            ),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(completed_at__isnull=False),
                name="completed_order_knows_when",
            ),
            models.UniqueConstraint(
                fields=["checkout", "shop"], name="one_order_a_shop_a_checkout"
            ),
        ]
        indexes = [
            models.Index(
                fields=["completes_at"], condition=Q(state="shipped"), name="orders_to_complete"
            ),
            # The sweeps ask for these every few seconds, however many orders there ever were.
            models.Index(
                fields=["checkout"], condition=Q(state="placed"), name="orders_to_be_paid"
            ),
            models.Index(
                fields=["checkout"], condition=Q(state="refunding"), name="orders_to_refund"
            ),
            models.Index(
                Upper("email"), condition=Q(buyer__isnull=True), name="guest_orders_by_email"
            ),
            models.Index(
                fields=["phone"], condition=Q(buyer__isnull=True), name="guest_orders_by_phone"
            ),
            models.Index(fields=["shop", "state", "-placed_at"], name="orders_by_shop"),
            models.Index(fields=["buyer", "-placed_at"], name="orders_by_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"


class OrderLine(models.Model):
    """So many of one variant, as it was sold; the words are a snapshot.

    ``key`` names the line to the rooms below: its receipt, commission and postings. Of the
    goods ``asked_minor`` was ever asked back and not refused, ``refunded_minor`` went back.
    ``given_minor`` is what the sharer took off the price; ``total_minor``, what was left to
    pay, is all that the shop sold it for and all that can go back.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    key = models.CharField(max_length=60, unique=True)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="order_lines")
    commission = models.OneToOneField(
        Commission, on_delete=models.PROTECT, null=True, related_name="line"
    )
    title = models.CharField(max_length=80)
    variant_name = models.CharField(max_length=40, blank=True)
    photo_name = models.CharField(max_length=80, blank=True)
    unit_price_minor = models.BigIntegerField()
    quantity = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    given_minor = models.BigIntegerField(default=0, db_default=0)
    asked_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__range=(1, 999)), name="line_quantity_is_1_to_999"
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("unit_price_minor") * F("quantity") - F("given_minor")),
                name="line_total_is_price_times_quantity_less_the_gift",
            ),
            models.CheckConstraint(
                condition=Q(given_minor=0) | Q(given_minor__gt=0, total_minor__gt=0),
                name="a_gift_leaves_something_to_pay",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_minor__gte=0,
                    asked_minor__gte=F("refunded_minor"),
                    total_minor__gte=F("asked_minor"),
                ),
                name="no_more_of_a_line_goes_back_than_was_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def full_minor(self) -> int:
        """What it costs who is given nothing."""
        return self.unit_price_minor * self.quantity
