"""Clicks on share links, their counts by the hour, and the salts visitors are hashed with."""

from __future__ import annotations

from django.db import models

from referrals.models.link import ShareLink


class Click(models.Model):
    """Somebody, or something, opened a share link; stored whatever it was.

    ``id`` is a UUIDv7 made by the web process, so a batch that is delivered twice is
    stored once. ``visitor`` is a keyed hash under a salt that is destroyed after 48
    hours; no address of a machine is kept.
    """

    class Kind(models.TextChoices):
        HUMAN = "human"
        PREVIEW = "preview"
        PREFETCH = "prefetch"
        BOT = "bot"
        SUSPECT = "suspect"
        SELF = "self"

    id = models.UUIDField(primary_key=True)
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="clicks")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    visitor = models.CharField(max_length=16)

    class Meta:
        indexes = [models.Index(fields=["link", "at"], name="clicks_by_link")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.link_id}"


class ClickHour(models.Model):
    """Clicks of one link in one hour (UTC): by people, and by everything else."""

    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="hours")
    hour = models.DateTimeField()
    humans = models.PositiveIntegerField(default=0)
    others = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "hour"], name="one_row_a_link_an_hour"),
        ]
        # The roll-up of each minute reads the newest hours of every link.
        indexes = [models.Index(fields=["hour"], name="click_hours_by_hour")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.hour:%Y-%m-%d %H}h"


class Salt(models.Model):
    """The secret under which one day's visitors are hashed; deleted after 48 hours."""

    day = models.DateField(unique=True)
    value = models.BinaryField(max_length=16)

    def __str__(self) -> str:
        return f"{self.day}"
