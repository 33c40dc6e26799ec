"""Money on its way to people."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from kit import clock
from kit.public_ids import public_id
from payments import reasons
from payments.models.files import PayoutFile
from payments.models.holds import PausedRail, PayoutHold
from payments.models.runs import PayoutRun
from people.models import Person

OPEN = (
    "awaiting",
    "reserved",
    "submitting",
    "unknown",
    "accepted",
    "awaiting_payee",
    "frozen",
)


class PayoutQuerySet(models.QuerySet["Payout"]):
    """Payouts by where they are on their way."""

    def of(self, account: str) -> PayoutQuerySet:
        """Everything paid out of one ledger account, newest first."""
        return self.filter(account=account).order_by("-created_at", "-pk")

    def to(self, person: Person) -> PayoutQuerySet:
        """Everything a person was, or is being, paid, newest first."""
        return self.filter(person=person).order_by("-created_at", "-pk")

    def open(self) -> PayoutQuerySet:
        """Payouts whose money is reserved and not yet known to have arrived or failed."""
        return self.filter(state__in=OPEN)

    def awaiting_approval(self) -> PayoutQuerySet:
        """Payouts that a person of the house has to let go, oldest first."""
        return self.filter(state=Payout.State.AWAITING).order_by("created_at", "pk")

    def unheld(self, *, now: datetime) -> PayoutQuerySet:
        """Payouts to people who may be paid, through rails that do not rest."""
        held = PayoutHold.objects.live(now=now).values("person_id")
        resting = PausedRail.objects.live(now=now).values("rail")
        open_ones = self.filter(Q(person__is_active=True) | Q(person__isnull=True))
        return open_ones.exclude(Q(person_id__in=held) | Q(provider__in=resting))

    def claimable(self, *, now: datetime) -> PayoutQuerySet:
        """Reserved payouts whose next attempt is due and that nothing holds, oldest first."""
        due = self.filter(state=Payout.State.RESERVED, next_attempt_at__lte=now)
        return due.unheld(now=now).order_by("next_attempt_at", "pk")

    def abandoned(self, *, now: datetime) -> PayoutQuerySet:
        """Payouts whose sender took longer than any call can: nobody knows what it did."""
        return self.filter(state=Payout.State.SUBMITTING, lease_until__lte=now).order_by("pk")

    def to_look_up(self, *, now: datetime) -> PayoutQuerySet:
        """Payouts the provider should be asked about by now, oldest question first."""
        asked_about = (
            Payout.State.UNKNOWN,
            Payout.State.ACCEPTED,
            Payout.State.AWAITING_PAYEE,
        )
        return self.filter(state__in=asked_about, next_attempt_at__lte=now).order_by(
            "next_attempt_at", "pk"
        )

    def unsent(self) -> PayoutQuerySet:
        """Payouts that no provider can have heard of, so that they may still be called off."""
        heard = PayoutAttempt.objects.exclude(outcome="rejected").values("payout_id")
        waiting = (Payout.State.AWAITING, Payout.State.RESERVED)
        return self.filter(state__in=waiting, file__isnull=True).exclude(pk__in=heard)


class Payout(models.Model):
    """Money on its way from an account of the ledger to a person, or to a charity.

    It is reserved in the ledger in the transaction that makes this row; ``attempt``
    fences off a worker that woke too late. ``account`` is the ledger account it is
    paid from: ``sharer:7:CNY``, ``shop:3:CNY`` or, with no ``person``, ``charity:2:CNY``.
    ``run`` names what asked for it, a week's payday or one press of the button.
    ``destination`` and ``holder`` are copies, so that no later change redirects it.
    ``approvals_needed`` is how many people of the house had to let it go, by the limits as
    they stood when it was asked for.
    """

    class State(models.TextChoices):
        AWAITING = "awaiting", pgettext_lazy("payout", "waiting for approval")
        RESERVED = "reserved", pgettext_lazy("payout", "waiting to be sent")
        SUBMITTING = "submitting", pgettext_lazy("payout", "being sent")
        UNKNOWN = "unknown", pgettext_lazy("payout", "being checked")
        ACCEPTED = "accepted", pgettext_lazy("payout", "on its way")
        AWAITING_PAYEE = "awaiting_payee", pgettext_lazy("payout", "waiting for your confirmation")
        FROZEN = "frozen", pgettext_lazy("payout", "looked at by a person")
        SETTLED = "settled", pgettext_lazy("payout", "arrived")
        RETURNED = "returned", pgettext_lazy("payout", "came back")
        CANCELLED = "cancelled", pgettext_lazy("payout", "called off")

    class WaitsFor(models.TextChoices):
        AMOUNT = "amount", pgettext_lazy("approval", "a large amount")
        RUN_TOTAL = "run_total", pgettext_lazy("approval", "a large run")
        SHARED = "shared", pgettext_lazy("approval", "others use the same account")
        CHARITY = "charity", pgettext_lazy("approval", "a charity's account, written down by us")

    OPEN = OPEN

    reference = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="payouts", null=True, blank=True
    )
    account = models.CharField(max_length=64)
    run = models.CharField(max_length=20)
    batch = models.ForeignKey(
        PayoutRun, on_delete=models.PROTECT, related_name="payouts", null=True, blank=True
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    destination = models.CharField(max_length=64)
    holder = models.CharField(max_length=60, blank=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    file = models.ForeignKey(
        PayoutFile, on_delete=models.PROTECT, related_name="payouts", null=True, blank=True
    )
    state = models.CharField(max_length=14, choices=State.choices, default=State.RESERVED)
    approvals_needed = models.PositiveSmallIntegerField(default=0)
    waits_for = models.CharField(max_length=10, choices=WaitsFor.choices, blank=True)
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    second_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    second_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    look_ups = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    confirm_token = models.CharField(max_length=500, blank=True)
    confirm_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payout_is_positive"),
            models.UniqueConstraint(
                fields=["account", "currency"],
                condition=Q(state__in=OPEN),
                name="one_open_payout_an_account",
            ),
            models.UniqueConstraint(fields=["account", "run"], name="one_payout_an_account_a_run"),
            models.CheckConstraint(
                condition=Q(state__in=("awaiting", "cancelled"))
                | Q(approvals_needed=0)
                | Q(approvals_needed=1, approved_by__isnull=False)
                | Q(approvals_needed=2, approved_by__isnull=False, second_by__isnull=False),
                name="payout_is_approved_before_it_is_sent",
            ),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True)
                | (Q(approved_by__isnull=False) & ~Q(approved_by=F("second_by"))),
                name="payout_is_approved_by_two_different_people",
            ),
            models.CheckConstraint(
                condition=(Q(approved_by__isnull=True) | ~Q(approved_by=F("person")))
                & (Q(second_by__isnull=True) | ~Q(second_by=F("person"))),
                name="nobody_approves_their_own_payout",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False)
                | Q(account__startswith="charity:", approvals_needed__gte=1),
                name="what_has_no_person_is_a_charitys_and_approved",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="payouts_by_person"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=OPEN),
                name="payouts_under_way",
            ),
            models.Index(
                fields=["provider", "settled_at"],
                condition=Q(settled_at__isnull=False),
                name="payouts_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether its money is still reserved."""
        return self.state in OPEN

    @property
    def payee_name(self) -> str:
        """Who is paid: a person as they are called here, a charity as its account is."""
        return self.person.name if self.person is not None else self.holder

    @property
    def approvals_given(self) -> int:
        """How many people let it go so far."""
        return (self.approved_by_id is not None) + (self.second_by_id is not None)

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
