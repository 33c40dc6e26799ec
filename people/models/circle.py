"""Circles: people who shop together, and whoever looks after them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kit import clock, public_ids
from people.models.person import Person


class CircleQuerySet(models.QuerySet["Circle"]):
    """Circles, by who is in them."""

    def open(self) -> CircleQuerySet:
        """Circles that are not closed."""
        return self.filter(state=Circle.State.OPEN)

    def joined_by(self, person_id: int) -> CircleQuerySet:
        """Circles of which this person is a member, as their host or not."""
        return self.filter(members__person_id=person_id, members__state=CircleMember.State.MEMBER)


class Circle(models.Model):
    """A community with a host, who is one of its members.

    ``invite_code`` is what an invitation link ends in; whoever has it may join at once, so
    a new one can be made. ``offered_to`` is a member who is asked to take the host's place
    and has not answered. A closed circle stays for its members to read.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("circle", "open")
        CLOSED = "closed", pgettext_lazy("circle", "closed")

    class SeenBy(models.TextChoices):
        MEMBERS = "members", _("Its members")
        EVERYONE = "everyone", _("Everyone here")

    public_id = models.CharField(
        max_length=10, unique=True, default=public_ids.public_id, editable=False
    )
    host = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="circles_hosted")
    name = models.CharField(max_length=40)
    words = models.CharField(max_length=400, blank=True)
    seen_by = models.CharField(max_length=8, choices=SeenBy.choices, default=SeenBy.MEMBERS)
    may_ask = models.BooleanField(default=True)
    offered_to = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    invite_code = models.CharField(max_length=10, unique=True, default=public_ids.public_id)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CircleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="circle_has_a_name"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False),
                name="a_closed_circle_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CircleMember(models.Model):
    """A person's place in a circle: one row, whatever came before.

    ``asked`` waits for the host. Nobody is told of a no: to the person ``declined`` looks
    like ``asked`` until they take it back, and ``declined_at`` stays when they do, so that
    they cannot ask again at once. Whoever was ``removed`` comes back only through the host.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("circle", "asked")
        MEMBER = "member", pgettext_lazy("circle", "member")
        DECLINED = "declined", pgettext_lazy("circle", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("circle", "withdrawn")
        LEFT = "left", pgettext_lazy("circle", "left")
        REMOVED = "removed", pgettext_lazy("circle", "removed")

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="circle_places")
    state = models.CharField(max_length=9, choices=State.choices)
    words = models.CharField(max_length=100, blank=True)
    since = models.DateTimeField(default=clock.now)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["circle", "person"], name="one_place_a_circle"),
        ]
        indexes = [models.Index(fields=["person", "state"], name="circles_of_a_person")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.circle_id}: {self.state}"
