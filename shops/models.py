"""A shop, who works in it, who follows it, and the terms it sells on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kit import clock
from people.models import Person

HANDLE_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{1,28}[a-z0-9])$"


class ShopQuerySet(models.QuerySet["Shop"]):
    """Shops, by who may enter them."""

    def open(self) -> ShopQuerySet:
        """Shops that strangers may enter."""
        return self.filter(state=Shop.State.OPEN)

    def run_by(self, person: Person) -> ShopQuerySet:
        """Shops in which this person works, in whatever role."""
        return self.filter(memberships__person=person)


class Shop(models.Model):
    """One vendor's shop: its sign on the street.

    ``trusted_at`` is empty until a moderator has approved a first listing; until then
    every listing waits.
    """

    class Theme(models.TextChoices):
        PERSIMMON = "persimmon", _("Persimmon")
        TEA = "tea", _("Tea Hill")
        INK = "ink", _("Ink")
        PLUM = "plum", _("Plum")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shops_owned")
    handle = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=40)
    sentence = models.CharField(max_length=80, blank=True)
    story = models.TextField(max_length=4000, blank=True)
    place = models.CharField(max_length=40, blank=True)
    theme = models.CharField(max_length=9, choices=Theme.choices, default=Theme.PERSIMMON)
    avatar = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    trusted_at = models.DateTimeField(null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(handle__regex=HANDLE_PATTERN), name="handle_is_small_and_plain"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="shop_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person works in a shop, in one role."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        MANAGER = "manager", _("manager")
        PACKER = "packer", _("packer")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=7, choices=Role.choices)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "person"], name="one_role_a_person_a_shop"),
            models.UniqueConstraint(
                fields=["shop"], condition=Q(role="owner"), name="one_owner_a_shop"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} is {self.role} of {self.shop_id}"


class Follow(models.Model):
    """A person wants to hear of a shop's new goods."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "person"], name="followed_only_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.shop_id}"


class Terms(models.Model):
    """What a shop sells on: shipping, returns, and what a sharer earns.

    Rates are basis points of the goods paid, days are whole days; the bounds are the
    house's and the database holds them.
    """

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, related_name="terms")
    commission_bp = models.PositiveSmallIntegerField(default=1000)
    attribution_days = models.PositiveSmallIntegerField(default=15)
    return_days = models.PositiveSmallIntegerField(default=7)
    shipping_minor = models.BigIntegerField(default=0)
    free_shipping_from_minor = models.BigIntegerField(null=True, blank=True)
    ships_within_hours = models.PositiveSmallIntegerField(default=48)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_bp__lte=3000), name="commission_is_at_most_30_percent"
            ),
            models.CheckConstraint(
                condition=Q(attribution_days__range=(1, 30)), name="attribution_is_1_to_30_days"
            ),
            models.CheckConstraint(
                condition=Q(return_days__range=(7, 90)), name="returns_are_7_to_90_days"
            ),
            models.CheckConstraint(
                condition=Q(shipping_minor__gte=0), name="shipping_is_never_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"terms of {self.shop_id}"
