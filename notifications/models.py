"""What people are told: notices in their inbox, and letters that leave the house."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from kit import clock
from kit.public_ids import public_id


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Which notices."""

    def of(self, person_id: int) -> NoticeQuerySet:
        """Everything this person was told, newest first."""
        return self.filter(person_id=person_id).order_by("-created_at", "-pk")

    def unread(self) -> NoticeQuerySet:
        """Notices not opened yet."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing a person is told; ``key`` keeps it from being told twice.

    ``data`` holds the words' facts (names, amounts); the sentence is made when it is
    read, in the reader's language.
    """

    public_id = models.CharField(max_length=10, default=public_id, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    path = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="one_notice_a_public_id"),
            models.UniqueConstraint(fields=["key"], name="a_notice_is_told_once"),
        ]
        indexes = [models.Index(fields=["person", "-created_at"], name="notices_by_person")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"


class LetterQuerySet(models.QuerySet["Letter"]):
    """Which letters."""

    def waiting(self) -> LetterQuerySet:
        """Letters not yet handed to the mail or SMS carrier."""
        return self.filter(sent_at__isnull=True, given_up_at__isnull=True)

    def due(self, *, now: datetime) -> LetterQuerySet:
        """Waiting letters whose next attempt may start, the longest due first."""
        return self.waiting().filter(due_at__lte=now).order_by("due_at", "pk")


class Letter(models.Model):
    """One message to an address outside the house, written with the fact it tells.

    The row is made in the fact's own transaction and sent afterwards, so it can be
    late but never lost; ``key`` keeps it from being written twice. ``due_at`` is when
    the next attempt may start; an attempt moves it on before it begins.
    """

    class Channel(models.TextChoices):
        EMAIL = "email"
        SMS = "sms"

    channel = models.CharField(max_length=5, choices=Channel.choices)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)
    data = models.JSONField(default=dict)
    path = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="letters_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"letter {self.pk} ({self.kind})"  # no address: this ends in logs
