"""Receipts, and the endorsements that rest on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product, Variant
from kit import clock
from kit.public_ids import public_id
from people.models import Audience, Person


class Receipt(models.Model):
    """A person received a product: the fact that makes an endorsement *verified*.

    Orders tell it when a line is received, by the line's key. ``keeps_from`` is the end
    of the return window; ``returned_at`` is set when it went back. A guest's receipt has
    no person until the guest signs in. ``given_by`` paid where somebody else received it;
    ``brought_by`` is whose link the order came by. ``marks`` are keyed digests of where it
    went: several buyers who share one are not several voices, and nobody can read where.
    ``seen_by`` is who may know of the purchase, beside those who read its buyer's own words.
    """

    class Basis(models.TextChoices):
        """What it rests on, read from here and typed by nobody."""

        KEPT = "kept", _("bought it here and kept it")
        RECENT = "recent", _("bought it here lately")
        GIFT = "gift", _("was given it")
        SAMPLE = "sample", _("received it for nothing")
        RETURNED = "returned", _("sent it back")

    line_key = models.CharField(max_length=60, unique=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="receipts", null=True, blank=True
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="receipts")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    net_paid_minor = models.BigIntegerField()
    received_at = models.DateTimeField()
    keeps_from = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    brought_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    seen_by = models.CharField(
        max_length=8, choices=Audience.choices, default=Audience.ME, db_default="me"
    )
    marks = ArrayField(models.CharField(max_length=32), default=list, db_default=[])

    class Meta:
        indexes = [
            models.Index(fields=["person", "product"], name="receipts_by_person"),
            models.Index(
                fields=["brought_by", "product"],
                condition=Q(brought_by__isnull=False),
                name="receipts_by_who_brought_them",
            ),
        ]

    def __str__(self) -> str:
        return self.line_key

    def basis(self, now: datetime) -> Receipt.Basis:
        """Return what words about it rest on at this moment."""
        if self.returned_at is not None:
            return self.Basis.RETURNED
        if self.given_by_id is not None:
            return self.Basis.GIFT
        if self.net_paid_minor == 0:
            return self.Basis.SAMPLE
        return self.Basis.KEPT if self.keeps_from <= now else self.Basis.RECENT


class Earner(models.Model):
    """A person has a link to a product that can pay, as the referrals room told.

    Kept apart from their endorsement, because the link may be older than the words.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="earners")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "product"], name="one_earner_a_person_a_product"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} may earn from {self.product_id}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many bought after somebody's words, through them, and how many of those kept it."""

    bought: int
    kept: int


class EndorsementQuerySet(models.QuerySet["Endorsement"]):
    """Endorsements, by whether they stand and who may read them."""

    def live(self) -> EndorsementQuerySet:
        """Endorsements that stand and wait for nobody, whoever may read them.

        Those of a closed account stand no more.
        """
        standing = self.filter(withdrawn_at__isnull=True, person__is_active=True)
        return standing.exclude(visibility=Endorsement.Visibility.HELD)

    def open_to_all(self) -> EndorsementQuerySet:
        """Standing endorsements a stranger may read: said in public, and not a *no*."""
        return self.live().filter(
            visibility=Endorsement.Visibility.EVERYONE,
            verdict__in=[Endorsement.Verdict.YES, Endorsement.Verdict.SO_SO],
        )


class Endorsement(models.Model):
    """What a person who received a product says of it to the people who know them.

    One a person and product; every earlier wording stays in its versions, and a
    withdrawn one stays visible as withdrawn. ``earns`` is told by the referrals room:
    whether the writer has a link that can pay. Words that wait for a moderator are *held*:
    their writer alone reads them, whoever they were meant for. A *no* is for friends or
    for the shop, never for everyone.
    """

    class Verdict(models.TextChoices):
        YES = "yes", _("yes")
        SO_SO = "so_so", _("so-so")
        NO = "no", _("no")

    class Visibility(models.TextChoices):
        FRIENDS = "friends", _("friends")
        EVERYONE = "everyone", _("everyone")
        VENDOR = "vendor", _("only the shop")
        HELD = "held", _("nobody yet")

    class Relation(models.TextChoices):
        """What the writer says stands between them and the vendor."""

        NONE = "none", _("none")
        FRIEND = "friend", _("a friend of the vendor")
        FAMILY = "family", _("family of the vendor")
        WORKS = "works", _("works for the vendor")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="endorsements")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="endorsements")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="endorsements")
    verdict = models.CharField(max_length=5, choices=Verdict.choices)
    words = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    visibility = models.CharField(
        max_length=8, choices=Visibility.choices, default=Visibility.FRIENDS
    )
    relation = models.CharField(
        max_length=6, choices=Relation.choices, default=Relation.NONE, db_default="none"
    )
    earns = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = EndorsementQuerySet.as_manager()

    # What ``catalog.witnesses.told`` found out for a page; stored nowhere.
    basis_now: Receipt.Basis | None = None
    outcome: Outcome | None = None
    via: str = ""  # the reader's friend through whom its writer is near, as ``explaining`` found

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "product"], name="one_endorsement_a_person_a_product"
            ),
            models.CheckConstraint(
                condition=~Q(verdict="no") | ~Q(visibility="everyone"),
                name="a_no_is_never_shown_to_everyone",
            ),
        ]
        indexes = [models.Index(fields=["product", "-created_at"], name="endorsements_by_product")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.product_id}: {self.verdict}"

    @property
    def from_friend(self) -> bool:
        """Whether a friend of the reader wrote it, as ``catalog.witnesses`` found for them."""
        return bool(getattr(self, "written_by_friend", False))

    @property
    def stars(self) -> int:
        """What it counts as where a feed or a law wants stars."""
        return STARS[self.Verdict(self.verdict)]

    @property
    def is_verified(self) -> bool:
        """Whether its writer kept what they received."""
        return self.receipt.returned_at is None

    @property
    def recommends(self) -> bool:
        """Whether it counts as one of those who recommend: a *yes* of somebody who kept it."""
        return self.verdict == self.Verdict.YES and self.is_verified


STARS = {Endorsement.Verdict.YES: 5, Endorsement.Verdict.SO_SO: 3, Endorsement.Verdict.NO: 1}


class EndorsementVersion(models.Model):
    """How an endorsement read from one moment on; written once, never changed.

    ``photos`` are the ids of what it showed, in their order.
    """

    endorsement = models.ForeignKey(Endorsement, on_delete=models.PROTECT, related_name="versions")
    verdict = models.CharField(max_length=5, choices=Endorsement.Verdict.choices)
    words = models.CharField(max_length=60, blank=True)
    visibility = models.CharField(max_length=8, choices=Endorsement.Visibility.choices)
    relation = models.CharField(
        max_length=6,
        choices=Endorsement.Relation.choices,
        default=Endorsement.Relation.NONE,
        db_default="none",
    )
    photos = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    withdrawn = models.BooleanField(default=False)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.endorsement_id} at {self.at:%Y-%m-%d}"
