"""A shop's programme: who may share its goods for pay, who was asked to, and who no longer may."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kit import clock
from people.models import Person
from shops.models import Shop


class Programme(models.Model):
    """Who may share a shop's goods for pay; a shop without a row lets everybody.

    Whoever the shop invited may in any case, and whoever it removed may not.
    """

    class Who(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        BUYERS = "buyers", _("Who bought here and kept it")
        FOLLOWERS = "followers", _("Who follows the shop")
        INVITED = "invited", _("Only who you invite")

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, related_name="programme")
    who = models.CharField(max_length=9, choices=Who.choices, default=Who.EVERYBODY)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(who__in=["everybody", "buyers", "followers", "invited"]),
                name="programme_is_for_people_we_can_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.who}"


class Invitation(models.Model):
    """A shop asked somebody to share its goods for pay; kept when it is taken back.

    Whom it reached ``by_address`` the shop does not learn before they share its goods.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="invitations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by_address = models.BooleanField(default=False)
    at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "person"],
                condition=Q(withdrawn_at__isnull=True),
                name="invited_only_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} invites {self.person_id}"


class Removal(models.Model):
    """A shop pays somebody no more for what they bring from now on, for a reason they read.

    What they had earned by then stays theirs. Undone, it stands here as undone.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="removals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    undone_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "person"],
                condition=Q(undone_at__isnull=True),
                name="removed_only_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="removal_has_a_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_at__gte=F("at"), undone_by__isnull=False),
                name="removal_is_undone_by_somebody_and_later",
            ),
        ]
        # Whether somebody was ever removed is asked of every order that a link brought.
        indexes = [models.Index(fields=["shop", "person"], name="removals_by_person")]

    def __str__(self) -> str:
        return f"{self.shop_id} removes {self.person_id}"
