"""Coming into a circle and going: by its link, by asking, by leaving, by being sent away."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from kit import clock
from kit.states import Moves, TransitionRefused, move
from notifications.telling import tell
from people import circles, trust
from people.circles import NotAllowed
from people.models import Circle, CircleMember, Person

State = CircleMember.State

# A place may become <key> only from one of <values>.
MAY_BECOME: Moves = {
    State.ASKED: frozenset({State.WITHDRAWN, State.LEFT, State.REMOVED, State.DECLINED}),
    State.MEMBER: frozenset({State.ASKED, State.WITHDRAWN, State.LEFT}),
    State.DECLINED: frozenset({State.ASKED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset({State.ASKED, State.DECLINED}),
    State.LEFT: frozenset({State.MEMBER}),
    State.REMOVED: frozenset({State.MEMBER}),
}

MOST_ASKS_A_DAY: Final = 20
DAY: Final = timedelta(days=1)
# As between two people: who was declined may ask again, but does not get to nag.
DECLINE_HOLDS: Final = timedelta(days=30)


class CircleIsFull(Exception):
    """The circle has as many members as a circle can have."""


class AskedTooOften(Exception):
    """This person has asked to join enough circles for a day."""


class HostStays(Exception):
    """A host hands over, or closes the circle, before leaving the others alone."""


@transaction.atomic
def join(*, circle: Circle, code: str, person: Person) -> CircleMember:
    """Come in by the circle's link; whoever was declined or removed asks the host by it.

    Coming in twice is coming in once.

    Raises:
        NotAllowed: the link is an old one, or a block stands between person and host.
        TransitionRefused: the circle is closed.
        CircleIsFull: nobody fits in any more.
        TooManyCircles: fifty circles are enough.
        AskedTooOften: as ``ask``.
    """
    fresh = _for_newcomers(circle, person)
    if fresh.invite_code != code:
        raise NotAllowed
    place = _place(fresh, person.pk)
    if place is not None and place.state == State.MEMBER:
        return place
    if place is not None and (place.state in {State.DECLINED, State.REMOVED} or place.declined_at):
        return _ask(fresh, person, "", place)
    place = _enter(fresh, person, place)
    _tell_host(fresh, place, kind="circle_joined")
    return place


@transaction.atomic
def ask(*, circle: Circle, person: Person, words: str) -> CircleMember:
    """Ask the host to be let in; asking twice is asking once.

    Whoever was declined within the last month is not told, and nor is the host.

    Raises:
        NotAllowed: this circle takes nobody who asks, or a block stands between the two.
        TransitionRefused: the circle is closed.
        AskedTooOften: twenty requests in a day are enough.
    """
    fresh = _for_newcomers(circle, person)
    if not fresh.may_ask:
        raise NotAllowed
    place = _place(fresh, person.pk)
    if place is not None and place.state in {State.MEMBER, State.ASKED}:
        return place
    return _ask(fresh, person, words, place)


@transaction.atomic
def accept(*, circle: Circle, host: Person, person_id: int) -> CircleMember:
    """Let somebody in who asked; saying it again changes nothing.

    Raises:
        NotAllowed: somebody else hosts the circle.
        CircleMember.DoesNotExist: this person never asked.
        TransitionRefused: they took it back, or the circle is closed.
        CircleIsFull: nobody fits in any more.
        TooManyCircles: the person is in fifty circles already.
    """
    fresh = circles.hosted(circle, host)
    place = _asked(fresh, person_id)
    if place.state == State.MEMBER:
        return place
    apart = trust.blocked_ids(host.pk)
    if place.state != State.ASKED or person_id in apart or not place.person.is_active:
        raise TransitionRefused("nobody asks any more")
    place = _enter(fresh, place.person, place)
    tell(
        person_id=person_id,
        kind="circle_accepted",
        key=_key(place),
        data={"circle": fresh.name},
        path=circles.path_of(fresh),
    )
    return place


@transaction.atomic
def decline(*, circle: Circle, host: Person, person_id: int) -> CircleMember:
    """Say no to somebody who asked; they are not told.

    Raises:
        NotAllowed: somebody else hosts the circle.
        CircleMember.DoesNotExist: this person never asked.
        TransitionRefused: they no longer ask.
    """
    fresh = circles.hosted(circle, host)
    place = _asked(fresh, person_id)
    if place.state != State.ASKED:
        raise TransitionRefused("nobody asks any more")
    move(place, to=State.DECLINED, table=MAY_BECOME, declined_at=clock.now(), words="")
    return place


@transaction.atomic
def withdraw(*, circle: Circle, person: Person) -> CircleMember:
    """Take back that one asked, declined or not.

    Raises:
        CircleMember.DoesNotExist: this person never asked.
        TransitionRefused: they are in by now, or took it back before.
    """
    circles.lock(circle.pk)
    place = _asked(circle, person.pk)
    move(place, to=State.WITHDRAWN, table=MAY_BECOME, words="")
    return place


@transaction.atomic
def leave(*, circle: Circle, person: Person) -> CircleMember:
    """Leave a circle; whoever hosts one of which they are the last member closes it.

    Raises:
        CircleMember.DoesNotExist: this person was never in it.
        HostStays: the person hosts it and others are in it.
        TransitionRefused: they are no longer in it.
    """
    circles.lock(circle.pk)
    fresh = Circle.objects.select_related("host").get(pk=circle.pk)
    place = _asked(fresh, person.pk)
    if fresh.host_id == person.pk and fresh.state == Circle.State.OPEN:
        if not closes_behind(fresh, person):
            raise HostStays
        circles.end(fresh)
        return place
    move(place, to=State.LEFT, table=MAY_BECOME, since=clock.now())
    _forget_offer(fresh, person.pk)
    return place


def closes_behind(circle: Circle, person: Person) -> bool:
    """Return whether a circle closes when this person leaves: its host, the last who is here."""
    others = circles.members(circle).filter(is_active=True).exclude(pk=person.pk)
    hosts = circle.host_id == person.pk and circle.state == Circle.State.OPEN
    return hosts and not others.exists()


@transaction.atomic
def remove(*, circle: Circle, host: Person, person_id: int) -> CircleMember:
    """Send a member away, who is told; they come back only through the host.

    Raises:
        NotAllowed: somebody else hosts the circle, or this is the host.
        CircleMember.DoesNotExist: this person was never in it.
        TransitionRefused: they are no longer in it, or the circle is closed.
    """
    fresh = circles.hosted(circle, host)
    if person_id == host.pk:
        raise NotAllowed
    place = _asked(fresh, person_id)
    move(place, to=State.REMOVED, table=MAY_BECOME, since=clock.now())
    _forget_offer(fresh, person_id)
    tell(
        person_id=person_id,
        kind="circle_removed",
        key=_key(place),
        data={"circle": fresh.name},
    )
    return place


def _for_newcomers(circle: Circle, person: Person) -> Circle:
    fresh = circles.locked_open(circle.pk)
    is_host_gone = not fresh.host.is_active
    if is_host_gone or fresh.host_id in trust.blocked_ids(person.pk):
        raise NotAllowed
    return fresh


def _enter(circle: Circle, person: Person, place: CircleMember | None) -> CircleMember:
    if circles.members(circle).count() >= circles.MOST_MEMBERS:
        raise CircleIsFull
    circles.lock_person(person.pk)
    circles.refuse_too_many_joined(person.pk)
    now = clock.now()
    if place is None:
        return CircleMember.objects.create(
            circle=circle, person=person, state=State.MEMBER, since=now
        )
    move(place, to=State.MEMBER, table=MAY_BECOME, since=now, words="", declined_at=None)
    return place


def _ask(circle: Circle, person: Person, words: str, place: CircleMember | None) -> CircleMember:
    circles.lock_person(person.pk)
    now = clock.now()
    if place is None:
        _refuse_too_many(person)
        place = CircleMember.objects.create(
            circle=circle, person=person, state=State.ASKED, words=words, since=now
        )
        _tell_host(circle, place, kind="circle_asked")
        return place
    if place.declined_at is not None and place.declined_at > now - DECLINE_HOLDS:
        if place.state == State.WITHDRAWN:
            move(place, to=State.DECLINED, table=MAY_BECOME)
        return place
    _refuse_too_many(person)
    move(place, to=State.ASKED, table=MAY_BECOME, since=now, words=words, declined_at=None)
    _tell_host(circle, place, kind="circle_asked")
    return place


def _refuse_too_many(person: Person) -> None:
    today = {"state": State.ASKED, "since__gt": clock.now() - DAY}
    if CircleMember.objects.filter(person=person, **today).count() >= MOST_ASKS_A_DAY:
        raise AskedTooOften


def _place(circle: Circle, person_id: int) -> CircleMember | None:
    return CircleMember.objects.filter(circle=circle, person_id=person_id).first()


def _asked(circle: Circle, person_id: int) -> CircleMember:
    places = CircleMember.objects.select_related("person")
    return places.get(circle=circle, person_id=person_id)


def _forget_offer(circle: Circle, person_id: int) -> None:
    Circle.objects.filter(pk=circle.pk, offered_to_id=person_id).update(offered_to=None)


def _key(place: CircleMember) -> str:
    return f"place:{place.pk}:{place.since.isoformat()}"


def _tell_host(circle: Circle, place: CircleMember, *, kind: str) -> None:
    tell(
        person_id=circle.host_id,
        kind=kind,
        key=_key(place),
        data={"person": place.person.name, "circle": circle.name},
        path=circles.path_of(circle),
    )
