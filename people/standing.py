"""What stands between two people, as far as each of them may know."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db.models import QuerySet

from people import trust
from people.models import Block, FriendRequest, Person

State = FriendRequest.State

# What its sender takes for unanswered, for nobody is told of a no.
UNANSWERED: Final = (State.OPEN, State.DECLINED)


class Standing(StrEnum):
    """What stands between a viewer and somebody else."""

    SELF = "self"
    BLOCKED = "blocked"
    FRIENDS = "friends"
    ASKS_ME = "asks-me"
    ASKED = "asked"
    STRANGERS = "strangers"


def open_requests() -> QuerySet[FriendRequest]:
    """Return requests that wait for an answer, between people who are both still here."""
    return FriendRequest.objects.filter(
        state=State.OPEN, sender__is_active=True, receiver__is_active=True
    )


def asked_by(person: Person) -> QuerySet[FriendRequest]:
    """Return requests this person has made and takes for unanswered, the newest first."""
    mine = FriendRequest.objects.filter(sender=person, state__in=UNANSWERED, by_address=False)
    return mine.filter(receiver__in=trust.visible_to(person)).order_by("-pk")


def standing(*, viewer: Person, other: Person) -> Standing:
    """Return what stands between a viewer and somebody else, as far as the viewer may know."""
    if viewer.pk == other.pk:
        return Standing.SELF
    if Block.objects.filter(blocker=viewer, blocked=other).exists():
        return Standing.BLOCKED
    if trust.are_friends(viewer, other):
        return Standing.FRIENDS
    if waiting(other, viewer).exists():
        return Standing.ASKS_ME
    asked = unanswered(viewer, other).filter(by_address=False).exists()
    return Standing.ASKED if asked else Standing.STRANGERS


def waiting(sender: Person, receiver: Person) -> QuerySet[FriendRequest]:
    """Return the request of one to the other that waits for an answer, if there is one."""
    return unanswered(sender, receiver).filter(state=State.OPEN)


def unanswered(sender: Person, receiver: Person) -> QuerySet[FriendRequest]:
    """Return what the sender takes for unanswered by the receiver, the newest first."""
    asked = FriendRequest.objects.filter(sender=sender, receiver=receiver, state__in=UNANSWERED)
    return asked.order_by("-pk")
