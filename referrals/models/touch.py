"""Touches that a person took along from one browser to their account."""

from __future__ import annotations

from django.db import models

from people.models import Person
from referrals.channels import LONGEST, Channel
from referrals.models.link import ShareLink
from shops.models import Shop


class ClaimedTouch(models.Model):
    """A click that a browser could prove when this person signed in there.

    It counts on all of their devices from then on. A click is claimed once: who signs in
    at the same browser later does not carry the first one's clicks home. Rows are deleted
    when no window can reach them any more, or when the person has themselves erased.
    """

    click_id = models.UUIDField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="claimed_touches")
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    channel = models.CharField(max_length=LONGEST, choices=Channel.choices, blank=True, default="")
    is_doubtful = models.BooleanField(default=False)
    claimed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "shop", "-at"], name="claimed_touches_by_person"),
            models.Index(fields=["at"], name="claimed_touches_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.click_id} of {self.person_id}"
