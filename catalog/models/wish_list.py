"""Wish lists: what a person would like to have, for themselves, their friends or anybody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.product import Product
from kit import clock
from kit.public_ids import public_id
from people import trust
from people.models import Person


class WishListQuerySet(models.QuerySet["WishList"]):
    """Wish lists, by who may open them."""

    def seen_by(self, viewer: Person | None) -> WishListQuerySet:
        """Lists this viewer may open: their own, friends' for friends, anybody's by link.

        People blocked, either way, and closed accounts are left out.
        """
        anybody = Q(seen_by=WishList.SeenBy.EVERYONE)
        here = self.filter(person__is_active=True)
        if viewer is None:
            return here.filter(anybody)
        friends = Q(seen_by=WishList.SeenBy.FRIENDS, person_id__in=trust.friend_ids(viewer.pk))
        return here.filter(Q(person=viewer) | friends | anybody).exclude(
            person_id__in=trust.blocked_ids(viewer.pk)
        )


class WishList(models.Model):
    """A list of wishes of one person; whoever may see it opens it by its link."""

    class SeenBy(models.TextChoices):
        ME = "me", pgettext_lazy("wish list", "Only me")
        FRIENDS = "friends", pgettext_lazy("wish list", "My friends")
        EVERYONE = "everyone", _("Anybody with the link")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="wish_lists")
    name = models.CharField(max_length=40)
    seen_by = models.CharField(max_length=8, choices=SeenBy.choices, default=SeenBy.ME)
    opened_at = models.DateTimeField(default=clock.now)

    objects = WishListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="wish_list_has_a_name"),
            models.UniqueConstraint(
                fields=["person", "name"], name="wish_lists_of_a_person_differ_in_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Wish(models.Model):
    """A product stands on a wish list."""

    wish_list = models.ForeignKey(WishList, on_delete=models.CASCADE, related_name="wishes")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="wishes")
    wished_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wish_list", "product"], name="wished_once_a_list"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} on {self.wish_list_id}"


class WishFollow(models.Model):
    """A person wants to hear when something on somebody's list comes back or gets cheaper."""

    wish_list = models.ForeignKey(WishList, on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wish_list", "person"], name="list_followed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} follows list {self.wish_list_id}"


class WishedProduct(models.Model):
    """How a product that somebody wishes for stood when it was last looked at.

    ``least_minor`` is the lowest price it is offered at; from the difference to now follows
    what is told.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="as_wished")
    least_minor = models.BigIntegerField()
    in_stock = models.BooleanField()
    looked_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.product_id} at {self.least_minor}"
