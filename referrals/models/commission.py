"""What a sale through a share link earns, and what refunds take of it again."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from people.models import Person
from referrals.models.attribution import Attribution
from referrals.models.charity import Charity
from shops.models import Shop


class CommissionQuerySet(models.QuerySet["Commission"]):
    """Questions about commissions."""

    def earned_by(self, person: Person) -> CommissionQuerySet:
        """Commissions of this sharer, newest first."""
        return self.filter(sharer=person).order_by("-ordered_at", "-pk")

    def due(self, *, now: datetime) -> CommissionQuerySet:
        """Held commissions whose window is over, that wait for no refund and nobody looks at."""
        held = self.filter(state=Commission.State.HELD, held_until__lte=now)
        return held.filter(waits=False, in_review=False)


class Commission(models.Model):
    """What one sharer earns from one order line: one sale pays one person.

    ``line_key`` is unique, so no second person or level can ever be paid from the same
    line. The moments are facts told by orders; who bought is not among them. While a refund
    of its line is open the commission ``waits``, and is not released; nor is one ``in_review``,
    before a person of the house has decided. One they refused is VOID from then on.

    One with a ``charity`` goes the same way, and is released to that charity. One that was
    GIVEN left the price of the line instead: it only says what its sharer gave the buyer,
    and nobody is ever paid from it.
    """

    class State(models.TextChoices):
        EXPECTED = "expected", _("ordered")
        PENDING = "pending", _("paid, on its way")
        HELD = "held", _("received, in the return window")
        RELEASED = "released", _("yours")
        VOID = "void", _("order cancelled")
        REVERSED = "reversed", _("refunded")
        GIVEN = "given", _("given to the buyer")

    attribution = models.ForeignKey(
        Attribution, on_delete=models.PROTECT, related_name="commissions"
    )
    line_key = models.CharField(max_length=60)
    # Each index is written anew whenever a row moves, and a million rows move at once: none
    # that another one, or nobody, makes up for.
    sharer = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="commissions", db_index=False
    )
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="commissions")
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="commissions", db_index=False
    )
    charity = models.ForeignKey(
        Charity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commissions",
        db_index=False,
    )
    base_minor = models.BigIntegerField()
    rate_bp = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()
    reversed_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State.choices, default=State.EXPECTED)
    waits = models.BooleanField(default=False)
    in_review = models.BooleanField(default=False, db_default=False)
    ordered_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    objects = CommissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line_key"], name="one_sale_pays_one_sharer"),
            models.CheckConstraint(
                condition=Q(rate_bp__lte=3000), name="commission_rate_is_at_most_30_percent"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0) & Q(amount_minor__lte=F("base_minor")),
                name="commission_is_within_its_base",
            ),
            models.CheckConstraint(
                condition=Q(reversed_minor__gte=0) & Q(reversed_minor__lte=F("amount_minor")),
                name="reversal_is_within_the_commission",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "released"]) | Q(held_until__isnull=False),
                name="held_commission_knows_until_when",
            ),
            models.CheckConstraint(
                condition=Q(in_review=False) | Q(released_at__isnull=True),
                name="nothing_in_review_is_released",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | Q(state="void", in_review=False),
                name="refused_commission_is_void_for_good",
            ),
            models.CheckConstraint(
                condition=~Q(state="given")
                | Q(received_at__isnull=True, released_at__isnull=True, charity__isnull=True),
                name="a_gift_is_paid_to_nobody",
            ),
        ]
        indexes = [
            # Releasing walks along it, a chunk at a time.
            models.Index(
                fields=["held_until", "id"],
                condition=Q(state="held"),
                name="commissions_by_due_time",
            ),
            models.Index(fields=["sharer", "-ordered_at"], name="commissions_by_sharer"),
        ]

    def __str__(self) -> str:
        return f"{self.line_key}: {self.state}"

    @property
    def net_minor(self) -> int:
        """What is left of the amount after refunds."""
        return self.amount_minor - self.reversed_minor


class Reversal(models.Model):
    """A refund took part of a commission back, or gave it back when the bank undid it.

    ``amount_minor`` is by how much the commission shrank; below zero when it grew again.
    ``lost_minor`` of that the sharer's balance could not bear, so the house did. ``key``
    names the fact in the ledger: ``refund:7:settled``.
    """

    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="reversals")
    key = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    lost_minor = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "key"], name="one_reversal_a_commission_a_fact"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, lost_minor__range=(0, F("amount_minor")))
                | Q(amount_minor__lt=0, lost_minor__range=(F("amount_minor"), 0)),
                name="the_house_bears_no_more_than_was_reversed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.amount_minor}"
