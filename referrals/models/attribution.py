"""Who brought an order, and every click that was considered for it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from people.models import Person
from referrals.channels import LONGEST, Channel
from referrals.models.charity import Charity, Gives
from referrals.models.link import ShareLink
from referrals.rules import Rule
from shops.models import Shop


class Attribution(models.Model):
    """Who brought an order, decided once when it was placed and never changed.

    ``trace`` lists every candidate with the rule that took or refused it. ``order_key``
    is the order's public id: this floor knows no orders. ``tells_name`` when the buyer
    wished at checkout that the sharer learns who bought. ``gives`` is what the link gave away
    at that moment; a closed charity gets nothing, so that then nobody does.
    """

    order_key = models.CharField(max_length=10, unique=True)
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="attributions")
    sharer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attributions")
    buyer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="attributions")
    click_id = models.UUIDField()
    clicked_at = models.DateTimeField()
    frozen_at = models.DateTimeField()
    trace = models.JSONField(default=list)
    gives = models.CharField(
        max_length=7, choices=Gives.choices, default=Gives.KEEP, db_default=Gives.KEEP.value
    )
    charity = models.ForeignKey(
        Charity, on_delete=models.PROTECT, null=True, blank=True, related_name="attributions"
    )
    channel = models.CharField(
        max_length=LONGEST, choices=Channel.choices, blank=True, default="", db_default=""
    )
    tells_name = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(buyer__isnull=True) | ~Q(buyer=F("sharer")),
                name="nobody_earns_from_their_own_order",
            ),
            models.CheckConstraint(
                condition=Q(gives="charity", charity__isnull=False)
                | (~Q(gives="charity") & Q(charity__isnull=True)),
                name="attribution_names_a_charity_exactly_if_it_gives_to_one",
            ),
        ]
        # What the rules against fraud ask of every sale: the newest of its sharer, of its
        # link and of its shop, and who else came by its click.
        indexes = [
            models.Index(fields=["sharer", "-frozen_at"], name="attributions_by_sharer"),
            models.Index(fields=["link", "-frozen_at"], name="attributions_by_link"),
            models.Index(fields=["shop", "-frozen_at"], name="attributions_by_shop"),
            models.Index(fields=["click_id"], name="attributions_by_click"),
        ]

    def __str__(self) -> str:
        return f"{self.order_key} by {self.sharer_id}"


class Candidate(models.Model):
    """One click that was considered when an order was placed, and the rule that decided.

    Written for every order that any click was considered for, also where nobody brought
    it, so that each sharer can be told what became of a click. Nobody who bought is here.
    """

    order_key = models.CharField(max_length=10)
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="candidates")
    click_id = models.UUIDField()
    clicked_at = models.DateTimeField()
    channel = models.CharField(
        max_length=LONGEST, choices=Channel.choices, blank=True, default="", db_default=""
    )
    rule = models.CharField(max_length=20, choices=Rule.choices)
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order_key", "click_id"], name="a_click_is_judged_once_an_order"
            ),
            models.UniqueConstraint(
                fields=["order_key"], condition=Q(rule="taken"), name="one_click_takes_an_order"
            ),
        ]
        indexes = [models.Index(fields=["link", "-judged_at"], name="candidates_by_link")]

    def __str__(self) -> str:
        return f"{self.order_key}: {self.rule}"
