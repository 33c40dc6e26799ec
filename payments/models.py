"""Money that enters and leaves through providers."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit import clock
from kit.public_ids import public_id
from payments import reasons
from people.models import Person


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


class Destination(models.Model):
    """Where a person wants their money sent; a new one retires the one before.

    A payout keeps its own copy, so a change never redirects money already on its way.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="destinations")
    provider = models.CharField(max_length=20, default="sandbox")
    identifier = models.CharField(max_length=64)
    holder = models.CharField(max_length=60)
    since = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(retired_at__isnull=True),
                name="one_destination_in_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.identifier}"


class Payday(models.Model):
    """One weekly run, named by its ISO week; once finished it is over for good."""

    run = models.CharField(max_length=20, unique=True)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.run


class PayoutQuerySet(models.QuerySet["Payout"]):
    """Payouts by where they are on their way."""

    def of(self, account: str) -> PayoutQuerySet:
        """Everything paid out of one ledger account, newest first."""
        return self.filter(account=account).order_by("-created_at", "-pk")

    def open(self) -> PayoutQuerySet:
        """Payouts whose money is reserved and not yet known to have arrived or failed."""
        return self.filter(state__in=Payout.OPEN)

    def claimable(self, *, now: datetime) -> PayoutQuerySet:
        """Reserved payouts whose next attempt is due, oldest first."""
        return self.filter(state=Payout.State.RESERVED, next_attempt_at__lte=now).order_by(
            "next_attempt_at", "pk"
        )

    def abandoned(self, *, now: datetime) -> PayoutQuerySet:
        """Payouts whose sender took longer than any call can: nobody knows what it did."""
        return self.filter(state=Payout.State.SUBMITTING, lease_until__lte=now).order_by("pk")

    def to_look_up(self, *, now: datetime) -> PayoutQuerySet:
        """Payouts the provider should be asked about by now, oldest question first."""
        return self.filter(
            state__in=(Payout.State.UNKNOWN, Payout.State.ACCEPTED), next_attempt_at__lte=now
        ).order_by("next_attempt_at", "pk")


class Payout(models.Model):
    """Money on its way from an account of the ledger to a person.

    It is reserved in the ledger in the transaction that makes this row; ``attempt``
    fences off a worker that woke too late. ``account`` is the ledger account it is
    paid from: ``sharer:7:CNY`` or ``shop:3:CNY``; ``run`` names what asked for it, a
    week's payday or one press of the button.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", pgettext_lazy("payout", "waiting to be sent")
        SUBMITTING = "submitting", pgettext_lazy("payout", "being sent")
        UNKNOWN = "unknown", pgettext_lazy("payout", "being checked")
        ACCEPTED = "accepted", pgettext_lazy("payout", "on its way")
        SETTLED = "settled", pgettext_lazy("payout", "arrived")
        RETURNED = "returned", pgettext_lazy("payout", "came back")

    OPEN = ("reserved", "submitting", "unknown", "accepted")

    reference = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payouts")
    account = models.CharField(max_length=64)
    run = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    destination = models.CharField(max_length=64)
    provider_ref = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RESERVED)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payout_is_positive"),
            models.UniqueConstraint(
                fields=["account", "currency"],
                condition=Q(state__in=("reserved", "submitting", "unknown", "accepted")),
                name="one_open_payout_an_account",
            ),
            models.UniqueConstraint(fields=["account", "run"], name="one_payout_an_account_a_run"),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="payouts_by_person"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=("reserved", "submitting", "unknown", "accepted")),
                name="payouts_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether its money is still reserved."""
        return self.state in self.OPEN

    @property
    def why_returned(self) -> str:
        """What its owner may do about a payout that came back; empty for any other."""
        return reasons.words(self.reason) if self.state == self.State.RETURNED else ""


class PayoutAttempt(models.Model):
    """One call to the provider for a payout, written down before it is made."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=20, blank=True)
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout", "number"], name="payout_attempts_differ"),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} attempt {self.number}: {self.outcome}"


class ProviderEventQuerySet(models.QuerySet["ProviderEvent"]):
    """Events by what was done about them."""

    def waiting(self, *, about: str) -> ProviderEventQuerySet:
        """Events of one kind of thing (``payout``) that nobody acted on yet, oldest first."""
        return self.filter(kind__startswith=f"{about}.", processed_at__isnull=True).order_by("pk")


class ProviderEvent(models.Model):
    """A webhook as it came: stored once, acted on by asking the provider anew."""

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=80, blank=True)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=clock.now)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = ProviderEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="webhook_stored_once"),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(processed_at__isnull=True), name="events_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
