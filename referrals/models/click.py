"""Clicks on share links, their counts by the hour, and the salts visitors are hashed with."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from referrals.models.link import ShareLink


class Click(models.Model):
    """Somebody, or something, opened a share link; stored whatever it was.

    ``id`` is a UUIDv7 minted at ``at`` by the web process, so a click that is delivered
    twice is stored once, and the table stands in partitions of a day each
    by it (``referrals.partitions``). ``visitor`` is a keyed hash under a salt that is destroyed
    after 48 hours; no address of a machine is kept. ``channel`` is where the link was
    opened from, if its address said so.

    The database keeps no foreign key for ``link``: making or dropping a partition would
    lock the links' own table each time. What stores clicks joins the links instead, and
    an invariant watches.
    """

    class Kind(models.TextChoices):
        HUMAN = "human"
        PREVIEW = "preview"
        PREFETCH = "prefetch"
        BOT = "bot"
        SUSPECT = "suspect"
        RATE = "rate"
        SELF = "self"

    id = models.UUIDField(primary_key=True)
    link = models.ForeignKey(
        ShareLink,
        on_delete=models.PROTECT,
        related_name="clicks",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    visitor = models.CharField(max_length=16)
    channel = models.CharField(max_length=12, default="", db_default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["link", "at"], name="clicks_by_link"),
            # Clicks arrive in the order of time: next to nothing to keep, and a day is found.
            BrinIndex(fields=["at"], autosummarize=True, name="clicks_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.link_id}"


class ClickHour(models.Model):
    """Clicks of one link through one channel in one hour (UTC): by people, and by all else.

    ``visitors`` is how many different people those were. It is never added to: an hour
    that people clicked in ``awaits_visitors`` until it is counted from the clicks.
    """

    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="hours")
    hour = models.DateTimeField()
    channel = models.CharField(max_length=12, default="", db_default="", blank=True)
    humans = models.PositiveIntegerField(default=0)
    others = models.PositiveIntegerField(default=0)
    visitors = models.PositiveIntegerField(default=0, db_default=0)
    awaits_visitors = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "hour", "channel"], name="one_row_a_link_an_hour_a_channel"
            ),
        ]
        indexes = [
            # The roll-up of each minute reads the newest hours of every link.
            models.Index(fields=["hour"], name="click_hours_by_hour"),
            models.Index(
                fields=["link", "hour", "channel"],
                condition=Q(awaits_visitors=True),
                name="click_hours_awaiting_visitors",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.hour:%Y-%m-%d %H}h"


class PoisonEntry(models.Model):
    """An entry of the click stream that could not become a click, set aside as it came.

    ``body`` is its fields as JSON, each byte a letter of Latin-1; ``fingerprint`` makes
    the same entry, delivered twice, one row.
    """

    entry = models.CharField(max_length=40)
    body = models.TextField()
    why = models.CharField(max_length=200)
    at = models.DateTimeField()
    fingerprint = models.CharField(max_length=32, unique=True)

    class Meta:
        verbose_name_plural = "poison entries"

    def __str__(self) -> str:
        return f"{self.entry}: {self.why}"


class Salt(models.Model):
    """The secret under which one day's visitors are hashed; deleted after 48 hours."""

    day = models.DateField(unique=True)
    value = models.BinaryField(max_length=16)

    def __str__(self) -> str:
        return f"{self.day}"
