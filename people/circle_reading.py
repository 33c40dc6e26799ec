"""Circles as somebody may see them: who is in one, whose they are, which are open to see.

Other rooms ask here: ``visible_to`` for pages and search, ``member_ids`` for whatever is
narrowed to a circle, ``circles_of`` for a choice of one's own. Two people of whom one has
blocked the other see each other in none of it.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from people import circles, trust
from people.models import Circle, CircleMember, Person

State = CircleMember.State
MOST_WAITING_SHOWN = 50


def visible_to(viewer: Person | AnonymousUser) -> QuerySet[Circle]:
    """Return the circles a viewer may see: open ones shown to everyone, and all they are in.

    Not shown to strangers: circles whose host is gone, or has blocked the viewer or been
    blocked by them.
    """
    shown = Q(state=Circle.State.OPEN, seen_by=Circle.SeenBy.EVERYONE, host__is_active=True)
    if not viewer.is_authenticated:
        return Circle.objects.filter(shown)
    apart = trust.blocked_ids(viewer.pk)
    return Circle.objects.filter((shown & ~Q(host_id__in=apart)) | Q(_is_in(viewer.pk)))


def circles_of(person_id: int) -> list[Circle]:
    """Return the open circles a person is in, those they host first, then by name."""
    mine = Circle.objects.open().joined_by(person_id).select_related("host")
    return sorted(mine, key=lambda circle: (circle.host_id != person_id, circle.name, circle.pk))


def asked_by(person: Person) -> list[Circle]:
    """Return the circles a person has asked to join and takes for unanswered, newest first."""
    asked = CircleMember.objects.filter(
        person=person, state__in=[State.ASKED, State.DECLINED], circle__state=Circle.State.OPEN
    )
    places = asked.select_related("circle").order_by("-since", "-pk")
    apart = trust.blocked_ids(person.pk)
    return [place.circle for place in places if place.circle.host_id not in apart]


def is_member(circle_id: int, person_id: int) -> bool:
    """Return whether a person is in a circle."""
    return CircleMember.objects.filter(
        circle_id=circle_id, person_id=person_id, state=State.MEMBER
    ).exists()


def member_ids(circle: Circle, viewer_id: int) -> frozenset[int]:
    """Return the ids of the members a viewer may see; empty for whoever is not one of them."""
    seen = frozenset(members_of(circle, viewer_id).values_list("pk", flat=True))
    return seen if viewer_id in seen else frozenset()


def members_of(circle: Circle, viewer_id: int) -> QuerySet[Person]:
    """Return who is in a circle as one of them sees it, by name."""
    return trust.together(circles.members(circle), viewer_id).order_by("name", "pk")


def asking(circle: Circle) -> list[CircleMember]:
    """Return who waits to be let in, for the host to answer; the first to ask comes first.

    Fifty at once: whoever is answered makes room for the next.
    """
    waiting = circle.members.filter(state=State.ASKED, person__is_active=True)
    apart = trust.blocked_ids(circle.host_id)
    places = waiting.exclude(person_id__in=apart).select_related("person")
    return list(places.order_by("since", "pk")[:MOST_WAITING_SHOWN])


def place_of(circle: Circle, viewer: Person | AnonymousUser) -> str:
    """Return a viewer's place in a circle as they may know it; empty when they have none."""
    if not viewer.is_authenticated:
        return ""
    place = CircleMember.objects.filter(circle=circle, person_id=viewer.pk).first()
    if place is None or place.state in {State.WITHDRAWN, State.LEFT, State.REMOVED}:
        return ""
    return State.ASKED if place.state == State.DECLINED else place.state


def _is_in(person_id: int) -> Exists:
    return Exists(
        CircleMember.objects.filter(circle=OuterRef("pk"), person_id=person_id, state=State.MEMBER)
    )
