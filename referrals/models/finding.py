"""What the rules against fraud found, and what a person of the house made of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit import clock
from payments.models import PayoutHold
from people.models import Person
from referrals.models.attribution import Attribution


class Verdict(models.TextChoices):
    """What a look at a sale came to."""

    OK = "ok", _("only noted")
    HOLD = "hold", _("waits for a person")
    BLOCK = "block", _("must never be paid")


class Stage(models.TextChoices):
    """When the house looked."""

    SALE = "sale", _("when it was ordered")
    RELEASE = "release", _("before it was free")
    PAYOUT = "payout", _("before a payout")


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, by whether somebody has still to decide."""

    def open(self) -> ReviewQuerySet:
        """Reviews that wait, the oldest first."""
        return self.filter(state=Review.State.OPEN).order_by("opened_at", "pk")


class Review(models.Model):
    """A person of the house looks before money goes on: at one sale, or at one's payouts.

    ``attribution`` is the sale whose commissions wait; where it is empty, the payouts of
    ``person`` do, by ``payout_hold``. Time never ends a review: only a decision does.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("commission review", "open")
        LET_GO = "let_go", pgettext_lazy("commission review", "let go")
        REFUSED = "refused", pgettext_lazy("commission review", "refused")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    attribution = models.ForeignKey(
        Attribution, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    payout_hold = models.ForeignKey(
        PayoutHold, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(attribution__isnull=True, payout_hold__isnull=False)
                | Q(attribution__isnull=False, payout_hold__isnull=True),
                name="review_is_of_a_sale_or_of_payouts",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~Q(state="open")
                    & ~Q(reason="")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="decided_review_knows_by_whom_and_why",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("person")),
                name="nobody_reviews_their_own_money",
            ),
            models.UniqueConstraint(
                fields=["attribution"],
                condition=Q(state="open", attribution__isnull=False),
                name="one_open_review_a_sale",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state="open", attribution__isnull=True),
                name="one_open_review_of_ones_payouts",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(state="open"), name="reviews_that_wait"),
            models.Index(fields=["-decided_at"], name="reviews_by_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.attribution_id or self.person_id}: {self.state}"


class Finding(models.Model):
    """One rule saw something in a sale, or in who is to be paid; a row is never changed.

    ``verdict`` is what all rules together came to at that look. ``evidence`` holds counts
    and ids, never a name, an address or a number to call. The same rule with the same
    score and verdict is written down once a sale.
    """

    review = models.ForeignKey(
        Review, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    attribution = models.ForeignKey(
        Attribution, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(max_length=4)
    version = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=5, choices=Verdict)
    stage = models.CharField(max_length=7, choices=Stage)
    evidence = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attribution", "rule", "score", "verdict"],
                condition=Q(attribution__isnull=False),
                name="a_rule_says_the_same_of_a_sale_once",
            ),
            models.CheckConstraint(
                condition=Q(verdict="ok") | Q(review__isnull=False),
                name="what_holds_money_is_for_a_person_to_decide",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-at"], condition=Q(review__isnull=True), name="findings_only_noted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.score} of {self.attribution_id or self.person_id}"


class Doorstep(models.Model):
    """Where an order went, as a keyed digest: two orders to one door are known as such.

    Where the door is, nobody can read from it. Kept as long as a rule may ask, then deleted.
    """

    order_key = models.CharField(max_length=10, unique=True)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="doorsteps"
    )
    digest = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["digest", "person"], name="doorsteps_alike"),
            models.Index(fields=["at"], name="doorsteps_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.order_key} on {self.at:%Y-%m-%d}"
