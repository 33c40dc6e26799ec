"""What providers' own books say, held against ours."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from kit import clock
from people.models import Person


class Statement(models.Model):
    """One statement of a rail as it came; the same one twice is one row.

    A day may be fetched again while it still goes on, so it may have several; the lines
    are kept once, whichever statement brought them first.
    """

    rail = models.CharField(max_length=20)
    day = models.DateField()
    sha256 = models.CharField(max_length=64)
    lines_count = models.PositiveIntegerField()
    brought_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    imported_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rail", "day", "sha256"], name="a_statement_is_imported_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rail} {self.day}"


class StatementLineQuerySet(models.QuerySet["StatementLine"]):
    """Lines by what was found about them."""

    def undecided(self, *, rail: str) -> StatementLineQuerySet:
        """Lines of a rail whose counterpart in our books was not found or refuted yet."""
        return self.filter(rail=rail, match=StatementLine.Match.OPEN).order_by("pk")


class StatementLine(models.Model):
    """One movement in a provider's own book; money that left is below zero."""

    class Match(models.TextChoices):
        OPEN = "open", pgettext_lazy("line", "not compared yet")
        MATCHED = "matched", pgettext_lazy("line", "matches")
        DIFFERS = "differs", pgettext_lazy("line", "differs")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    rail = models.CharField(max_length=20)
    day = models.DateField()
    line_key = models.CharField(max_length=64)
    reference = models.CharField(max_length=80, blank=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=10)
    status = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    match = models.CharField(max_length=7, choices=Match.choices, default=Match.OPEN)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rail", "line_key"], name="a_line_is_kept_once"),
        ]
        indexes = [
            models.Index(fields=["rail", "reference"], name="lines_by_reference"),
            models.Index(fields=["rail", "id"], condition=Q(match="open"), name="lines_open"),
        ]

    def __str__(self) -> str:
        return f"{self.rail} {self.reference or self.provider_ref}: {self.amount_minor}"


class DifferenceQuerySet(models.QuerySet["Difference"]):
    """Differences by whether somebody settled them."""

    def open(self) -> DifferenceQuerySet:
        """Differences that wait for a person, the oldest first."""
        return self.filter(resolved_at__isnull=True).order_by("opened_at", "pk")


class Difference(models.Model):
    """A provider's book and ours disagree by an amount; it stands in suspense until resolved.

    ``suspense_minor`` is what stands there for it: below zero where money is missing, above
    where there is more than we know of. ``key`` names the fact, so that it is found once.
    """

    class Kind(models.TextChoices):
        AMOUNT = "amount", pgettext_lazy("difference", "another amount")
        ONLY_OURS = "only_ours", pgettext_lazy("difference", "only in our books")
        ONLY_THEIRS = "only_theirs", pgettext_lazy("difference", "only in theirs")
        FEE = "fee", pgettext_lazy("difference", "a fee of theirs")

    class Resolution(models.TextChoices):
        HOUSE = "house", pgettext_lazy("difference", "the house bears it, or keeps it")
        THEIRS = "theirs", pgettext_lazy("difference", "they have put it right")
        ACCOUNT = "account", pgettext_lazy("difference", "it belongs to this account")

    rail = models.CharField(max_length=20)
    day: models.DateField[date, date] = models.DateField()
    kind = models.CharField(max_length=11, choices=Kind.choices)
    key = models.CharField(max_length=120, unique=True)
    reference = models.CharField(max_length=80, blank=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    ours_minor = models.BigIntegerField(default=0)
    theirs_minor = models.BigIntegerField(default=0)
    suspense_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField(default=clock.now)
    resolution = models.CharField(max_length=7, choices=Resolution.choices, blank=True)
    account = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    resolved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(suspense_minor=0), name="difference_is_not_nothing"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True)
                | (Q(resolved_by__isnull=False) & ~Q(reason="") & ~Q(resolution="")),
                name="resolved_difference_says_by_whom_and_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at"],
                condition=Q(resolved_at__isnull=True),
                name="differences_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rail} {self.reference or self.provider_ref}: {self.kind}"
