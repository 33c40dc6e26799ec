"""What stands between two people: a request, a friendship, a block."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit import clock
from people.models.person import Person


class FriendRequest(models.Model):
    """One person asks another to be friends; open until answered.

    ``by_address`` says that the sender typed an address and must not learn from us
    whether somebody has it: such a request is never shown to its sender. Nor does a sender
    learn of a no: to them a declined request looks open until they take it back.
    ``declined_at`` stays when they do, so that they cannot ask again at once.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("friend request", "open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    sender = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="requests_sent")
    receiver = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="requests_received")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    by_address = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(sender=F("receiver")), name="nobody_asks_themselves"
            ),
            models.UniqueConstraint(
                fields=["sender", "receiver"],
                condition=Q(state="open"),
                name="one_open_request_each_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender_id} asks {self.receiver_id}: {self.state}"


class AddressAsked(models.Model):
    """Somebody typed an address, to ask whoever has it; which one is not kept.

    Each counts towards the day's limit, whether or not anybody has it: if only those did
    that reached somebody, reaching the limit would tell who is here.
    """

    sender = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.sender_id} at {self.created_at:%Y-%m-%d}"


class Friendship(models.Model):
    """Two people are friends; stored once, the lower id first."""

    low = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="friends_lower_id_first"),
            models.UniqueConstraint(fields=["low", "high"], name="friends_only_once"),
        ]
        indexes = [models.Index(fields=["high", "low"], name="friends_from_the_other_side")]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}"


class Block(models.Model):
    """One person wants neither to see nor to be seen by another."""

    blocker = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(blocker=F("blocked")), name="nobody_blocks_themselves"
            ),
            models.UniqueConstraint(fields=["blocker", "blocked"], name="blocked_only_once"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"
