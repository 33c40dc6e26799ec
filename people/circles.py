"""Circles: opened, described, handed over, closed; all of it by whoever hosts them.

``Circle`` and ``CircleMember`` keep them. Coming and going is ``people.circle_places``;
whose circles a person sees, and who is in one as a given viewer sees it, is asked in
``people.circle_reading``. Everything about who is in a circle, or hosts it, happens under
that circle's lock, so that the last to leave and the first to come have one order.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from kit import clock
from kit.locks import one_at_a_time
from kit.public_ids import public_id
from kit.states import Moves, TransitionRefused, move
from notifications.telling import News, tell, tell_many
from people import trust
from people.models import Circle, CircleMember, Person

State = Circle.State

# A circle may become <key> only from one of <values>.
MAY_BECOME: Moves = {State.CLOSED: frozenset({State.OPEN})}

# Somebody who looks after ten circles looks after none of them well.
MOST_HOSTED: Final = 10
MOST_JOINED: Final = 50
# Beyond this people no longer know each other, and a circle is a market.
MOST_MEMBERS: Final = 500


class NotAllowed(Exception):
    """This person may not do this in this circle."""


class TooManyCircles(Exception):
    """The person hosts, or is in, as many circles as one can be."""


@transaction.atomic
def open_circle(*, host: Person, name: str, words: str, seen_by: str, may_ask: bool) -> Circle:
    """Open a circle, or find the open one of this name that this host has already.

    Raises:
        TooManyCircles: this person hosts ten already, or is in fifty; nothing was written.
    """
    lock_person(host.pk)
    mine = Circle.objects.open().filter(host=host)
    if there := mine.filter(name=name).first():
        return there
    if mine.count() >= MOST_HOSTED:
        raise TooManyCircles
    refuse_too_many_joined(host.pk)
    circle = Circle.objects.create(
        host=host, name=name, words=words, seen_by=seen_by, may_ask=may_ask
    )
    CircleMember.objects.create(circle=circle, person=host, state=CircleMember.State.MEMBER)
    return circle


@transaction.atomic
def change(
    *, circle: Circle, host: Person, name: str, words: str, seen_by: str, may_ask: bool
) -> Circle:
    """Say anew what a circle is, who sees it, and whether one may ask to join.

    Raises:
        NotAllowed: somebody else hosts it.
        TransitionRefused: it is closed.
    """
    fresh = hosted(circle, host)
    fresh.name, fresh.words, fresh.seen_by, fresh.may_ask = name, words, seen_by, may_ask
    fresh.save(update_fields=["name", "words", "seen_by", "may_ask"])
    return fresh


@transaction.atomic
def renew_invitation(*, circle: Circle, host: Person) -> Circle:
    """Make the invitation link a new one; the old one leads nowhere any more.

    Raises:
        NotAllowed: somebody else hosts it.
        TransitionRefused: it is closed.
    """
    fresh = hosted(circle, host)
    fresh.invite_code = public_id()
    fresh.save(update_fields=["invite_code"])
    return fresh


@transaction.atomic
def close(*, circle: Circle, host: Person) -> Circle:
    """Close a circle for good: nobody joins any more, and its members are told.

    Raises:
        NotAllowed: somebody else hosts it.
        TransitionRefused: it is closed already.
    """
    return end(hosted(circle, host))


@transaction.atomic
def offer_place(*, circle: Circle, host: Person, member_id: int) -> Circle:
    """Ask a member to take the host's place; it stays the host's until they say yes.

    Raises:
        NotAllowed: somebody else hosts it, or this is no member whom the host can see.
        TransitionRefused: it is closed.
    """
    fresh = hosted(circle, host)
    others = trust.together(members(fresh).exclude(pk=host.pk), host.pk)
    if not others.filter(pk=member_id).exists():
        raise NotAllowed
    fresh.offered_to_id = member_id
    fresh.save(update_fields=["offered_to"])
    tell(
        person_id=member_id,
        kind="circle_offered",
        key=f"circle:{fresh.pk}:offered:{clock.now().isoformat()}",
        data={"person": host.name, "circle": fresh.name},
        path=path_of(fresh),
    )
    return fresh


@transaction.atomic
def take_place(*, circle: Circle, person: Person) -> Circle:
    """Become the host: asked to by the host, or as a member of a circle whose host is gone.

    Raises:
        NotAllowed: nobody asked this person, and there is a host.
        TooManyCircles: this person hosts ten already.
        TransitionRefused: the circle is closed.
    """
    fresh = locked_open(circle.pk)
    if not may_take(fresh, person.pk):
        raise NotAllowed
    lock_person(person.pk)
    if Circle.objects.open().filter(host=person).count() >= MOST_HOSTED:
        raise TooManyCircles
    fresh.host, fresh.offered_to = person, None
    fresh.save(update_fields=["host", "offered_to"])
    tell_members(fresh, "circle_new_host", person)
    return fresh


@transaction.atomic
def refuse_place(*, circle: Circle, person: Person) -> bool:
    """Say no to the host's place; return whether it was offered."""
    lock(circle.pk)
    offered = Circle.objects.filter(pk=circle.pk, offered_to=person)
    return bool(offered.update(offered_to=None))


def may_take(circle: Circle, person_id: int) -> bool:
    """Return whether the host's place is this member's to take."""
    if not members(circle).filter(pk=person_id).exists():
        return False
    return circle.offered_to_id == person_id or not circle.host.is_active


def end(circle: Circle) -> Circle:
    """Close a locked, open circle, and tell its members."""
    move(circle, to=State.CLOSED, table=MAY_BECOME, closed_at=clock.now(), offered_to=None)
    tell_members(circle, "circle_closed", circle.host)
    return circle


def members(circle: Circle) -> QuerySet[Person]:
    """Return everybody who is in a circle, whoever looks."""
    place = CircleMember.State.MEMBER
    return Person.objects.filter(circle_places__circle=circle, circle_places__state=place)


def hosted(circle: Circle, host: Person) -> Circle:
    """Lock an open circle and return it as it is now.

    Raises:
        NotAllowed: somebody else hosts it by now.
        TransitionRefused: it is closed.
    """
    fresh = locked_open(circle.pk)
    if fresh.host_id != host.pk:
        raise NotAllowed
    return fresh


def locked_open(circle_id: int) -> Circle:
    """Lock a circle and return it as it is now.

    Raises:
        TransitionRefused: it is closed.
    """
    lock(circle_id)
    circle = Circle.objects.select_related("host").get(pk=circle_id)
    if circle.state != State.OPEN:
        raise TransitionRefused("the circle is closed")
    return circle


def lock(circle_id: int) -> None:
    """Hold a circle until the transaction ends; always before any person's lock."""
    one_at_a_time(f"people:circle:{circle_id}")


def lock_person(person_id: int) -> None:
    """Hold a person's count of circles until the transaction ends."""
    one_at_a_time(f"people:circles:{person_id}")


def refuse_too_many_joined(person_id: int) -> None:
    """Refuse one circle more than a person can be in; under that person's lock.

    Raises:
        TooManyCircles: fifty are enough.
    """
    if Circle.objects.open().joined_by(person_id).count() >= MOST_JOINED:
        raise TooManyCircles


def path_of(circle: Circle) -> str:
    """Return the address of a circle's page."""
    return f"/circles/{circle.public_id}"


def tell_members(circle: Circle, kind: str, about: Person) -> None:
    """Tell every member but one about that one, unless a block stands between the two."""
    told = trust.together(members(circle).exclude(pk=about.pk), about.pk)
    key = f"circle:{circle.pk}:{about.pk}:{clock.now().isoformat()}"
    data = {"person": about.name, "circle": circle.name}
    tell_many(
        [News(pk, kind, key, data, path_of(circle)) for pk in told.values_list("pk", flat=True)]
    )
