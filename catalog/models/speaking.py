"""What goes with words: their photos, the shop's reply, and the wait for a moderator."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.endorsement import Endorsement
from catalog.models.product import Photo
from catalog.models.screening import Rule
from kit import clock
from kit.public_ids import public_id
from people.models import Person


class EndorsementPhoto(models.Model):
    """A photo somebody took of what they received, at its place among the others."""

    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="pictures")
    photo = models.OneToOneField(Photo, on_delete=models.PROTECT, related_name="shown_with")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.photo_id} with {self.endorsement_id}"


class EndorsementReply(models.Model):
    """What a shop answered to one endorsement: once, and never changed."""

    endorsement = models.OneToOneField(Endorsement, on_delete=models.PROTECT, related_name="reply")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=140)
    language = models.CharField(max_length=10, default="zh-hans")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="a_reply_says_something"),
        ]

    def __str__(self) -> str:
        return f"to {self.endorsement_id}"

    @property
    def is_to_earlier_words(self) -> bool:
        """Whether the endorsement was said anew after it was answered."""
        return self.endorsement.changed_at > self.at


class WordsHoldQuerySet(models.QuerySet["WordsHold"]):
    """Holds of words, by whether somebody has decided."""

    def waiting(self) -> WordsHoldQuerySet:
        """What nobody has decided yet, oldest first."""
        return self.filter(state=WordsHold.State.WAITING).order_by("created_at", "pk")


class WordsHold(models.Model):
    """Words wait for a moderator: a rule saw something, too many came at once, or they came back.

    ``wanted`` is who may read them once they are let pass; ``reason`` is what their writer
    is told when they come back.
    """

    class Cause(models.TextChoices):
        RULE = "rule", _("a rule matched")
        BURST = "burst", _("too many at once")
        AGAIN = "again", _("said anew after coming back")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("sent back")
        DROPPED = "dropped", _("said anew or taken back")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    endorsement = models.ForeignKey(Endorsement, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=5, choices=Cause.choices)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, null=True, blank=True)
    matched = models.CharField(max_length=80, blank=True)
    words = models.CharField(max_length=60, blank=True)
    wanted = models.CharField(max_length=8, choices=Endorsement.Visibility.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    moderator = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = WordsHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endorsement"], condition=Q(state="waiting"), name="words_wait_once"
            ),
            models.CheckConstraint(
                condition=~Q(cause="rule") | Q(rule__isnull=False),
                name="words_held_by_a_rule_name_it",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""),
                name="words_sent_back_are_told_why",
            ),
            models.CheckConstraint(
                condition=~Q(wanted="held"), name="held_words_were_meant_for_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endorsement_id}: {self.state}"
