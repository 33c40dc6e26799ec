"""What keeps money from being sent: a hold on one person, a pause of one rail."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from kit import clock
from people.models import Person


class PayoutHoldQuerySet(models.QuerySet["PayoutHold"]):
    """Holds by whether they hold."""

    def live(self, *, now: datetime) -> PayoutHoldQuerySet:
        """Holds that nobody lifted and whose end has not come, the longest first."""
        unended = Q(until__isnull=True) | Q(until__gt=now)
        return self.filter(unended, lifted_at__isnull=True).order_by(
            F("until").desc(nulls_first=True), "pk"
        )


class PayoutHold(models.Model):
    """A person's money stays where it is for a while, for a reason that they are told.

    ``set_by`` is empty where the house itself holds it, on a provider's word; ``until``
    is empty where it ends only by a person's hand.
    """

    class Reason(models.TextChoices):
        COMPLIANCE = "compliance", pgettext_lazy("hold", "the provider has to check you first")
        DISPUTE = "dispute", pgettext_lazy("hold", "a case about your sales is being looked into")
        SUSPICION = "suspicion", pgettext_lazy("hold", "something unusual is being looked into")
        LAW = "law", pgettext_lazy("hold", "an authority asked us to")
        OTHER = "other", pgettext_lazy("hold", "a person is looking into it")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="payout_holds")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    words = models.CharField(max_length=200, blank=True)
    set_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = PayoutHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_by__isnull=False),
                name="lifted_hold_knows_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="hold_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"], condition=Q(lifted_at__isnull=True), name="holds_not_lifted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.reason}"


class PausedRailQuerySet(models.QuerySet["PausedRail"]):
    """Rails by whether they rest."""

    def live(self, *, now: datetime) -> PausedRailQuerySet:
        """Rails that send nothing at ``now``."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=now), is_paused=True)


class PausedRail(models.Model):
    """A rail that sends nothing for now; one row a rail, the newest pause in it.

    ``until`` is empty where only a person may let it go on.
    """

    class Reason(models.TextChoices):
        NO_FUNDS = "no_funds", pgettext_lazy("pause", "our balance there is too low")
        UNMATCHED = "unmatched", pgettext_lazy("pause", "it moved money that we do not know of")
        STAFF = "staff", pgettext_lazy("pause", "somebody paused it")

    rail = models.CharField(max_length=20, unique=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    is_paused = models.BooleanField(default=True)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = PausedRailQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.rail}: {self.reason}"
