"""Friendships: asked for, answered, ended; and the door that stays shut.

Everything that two people may do to what stands between them happens under one lock of
that pair, so that asking each other, accepting and blocking at the same moment have
one order and one outcome.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from kit import clock
from kit.locks import one_at_a_time
from kit.states import Moves, TransitionRefused, move
from notifications.telling import tell
from people import trust
from people.models import AddressAsked, Block, FriendRequest, Friendship, Person
from people.standing import UNANSWERED, unanswered, waiting

State = FriendRequest.State

# A request may become <key> only from one of <values>.
MAY_BECOME: Moves = {
    State.ACCEPTED: frozenset({State.OPEN}),
    State.DECLINED: frozenset({State.OPEN}),
    State.WITHDRAWN: frozenset(UNANSWERED),
}

# A person who knows fifty others here has an evening's work; a machine has a reason to stop.
MOST_REQUESTS_A_DAY: Final = 50
# What is accepted counts as well: a crowd that befriends itself in a day is none of friends.
MOST_NEW_FRIENDS_A_DAY: Final = 50
MOST_FRIENDS: Final = 5_000
DAY: Final = timedelta(days=1)
# Who was declined may ask again, but does not get to nag.
DECLINE_HOLDS: Final = timedelta(days=30)


class NotAllowed(Exception):
    """These two cannot be made friends."""


class AlreadyFriends(NotAllowed):
    """They are friends."""


class Blocked(NotAllowed):
    """One of them has blocked the other."""


class AskedTooOften(NotAllowed):
    """The sender has asked more people than a day allows."""


class EnoughNewFriends(NotAllowed):
    """One of them has made as many friends as a day allows, or as one can have."""


@transaction.atomic
def ask(*, sender: Person, receiver: Person, by_address: bool = False) -> FriendRequest:
    """Ask somebody to be friends, or find the request that is open already.

    Who has been asked by the receiver becomes their friend at once. Who was declined
    within the last month gets that old request back, or another that nobody sees, and is
    not told.

    Args:
        sender: who asks.
        receiver: who is asked, and told.
        by_address: the sender typed an address and must not learn whom it reached.

    Raises:
        NotAllowed: they are the same person, or the receiver's account is closed.
        AlreadyFriends: they are friends.
        Blocked: one has blocked the other.
        AskedTooOften: fifty requests in a day are enough.
        EnoughNewFriends: as for ``accept``, when the receiver had asked.
    """
    if sender.pk == receiver.pk or not receiver.is_active:
        raise NotAllowed
    _lock(sender.pk, receiver.pk)
    if receiver.pk in trust.blocked_ids(sender.pk):
        raise Blocked
    if trust.are_friends(sender, receiver):
        raise AlreadyFriends
    theirs = waiting(receiver, sender).first()
    if theirs is not None:
        _befriend(theirs)
        return theirs
    return _standing(sender, receiver, by_address=by_address) or _new(
        sender, receiver, by_address=by_address
    )


def ask_by_address(*, sender: Person, email: str = "", phone: str = "") -> None:
    """Ask whoever has this e-mail address or phone number, if anybody does.

    Says nothing either way and counts the same either way, so that nobody can find out
    here who has an account.

    Raises:
        AskedTooOften: the sender has asked enough for today; said before anybody is looked up.
    """
    count_address(sender)
    has_it = Q(email__iexact=email) if email else Q(phone=phone)
    receiver = Person.objects.filter(has_it, is_active=True).first() if email or phone else None
    if receiver is None:
        return
    try:
        ask(sender=sender, receiver=receiver, by_address=True)
    except NotAllowed:
        return


@transaction.atomic
def accept(*, request_id: int, receiver: Person) -> Friendship:
    """Say yes to a request; saying it again changes nothing.

    Raises:
        FriendRequest.DoesNotExist: nobody asked this receiver.
        TransitionRefused: it was declined, withdrawn or closed by a block, the sender's
            account is closed, or the two have ended their friendship since.
        EnoughNewFriends: one of them made fifty friends today, or has five thousand; the
            request stays open.
    """
    request = _received(request_id, receiver)
    if request.state == State.ACCEPTED:
        friendship = Friendship.objects.filter(**_pair(request.sender_id, receiver.pk)).first()
        if friendship is None:
            raise TransitionRefused("the friendship has ended")
        return friendship
    if not request.sender.is_active:
        raise TransitionRefused("the sender is no longer here")
    return _befriend(request)


@transaction.atomic
def decline(*, request_id: int, receiver: Person) -> FriendRequest:
    """Say no to a request; the sender is not told.

    Raises:
        FriendRequest.DoesNotExist: nobody asked this receiver.
        TransitionRefused: it is no longer open.
    """
    request = _received(request_id, receiver)
    _decline(request)
    return request


@transaction.atomic
def withdraw(*, request_id: int, sender: Person) -> FriendRequest:
    """Take one's own request back, declined or not.

    Raises:
        FriendRequest.DoesNotExist: this sender did not ask.
        TransitionRefused: it was accepted or taken back before.
    """
    request = FriendRequest.objects.get(pk=request_id, sender=sender)
    _lock(request.sender_id, request.receiver_id)
    move(request, to=State.WITHDRAWN, table=MAY_BECOME, answered_at=clock.now())
    return request


@transaction.atomic
def end(*, person: Person, friend: Person) -> bool:
    """End a friendship, from either side; return whether there was one."""
    _lock(person.pk, friend.pk)
    ended, _ = Friendship.objects.filter(**_pair(person.pk, friend.pk)).delete()
    return bool(ended)


@transaction.atomic
def block(*, blocker: Person, blocked: Person) -> Block:
    """Shut the door on somebody: no friendship, no request, and they no longer see one.

    Raises:
        NotAllowed: nobody blocks themselves.
    """
    if blocker.pk == blocked.pk:
        raise NotAllowed
    _lock(blocker.pk, blocked.pk)
    row, _ = Block.objects.get_or_create(blocker=blocker, blocked=blocked)
    Friendship.objects.filter(**_pair(blocker.pk, blocked.pk)).delete()
    for mine in unanswered(blocker, blocked):
        move(mine, to=State.WITHDRAWN, table=MAY_BECOME, answered_at=clock.now())
    for theirs in waiting(blocked, blocker):
        _decline(theirs)
    return row


@transaction.atomic
def unblock(*, blocker: Person, blocked: Person) -> bool:
    """Open the door again; return whether it was shut."""
    _lock(blocker.pk, blocked.pk)
    opened, _ = Block.objects.filter(blocker=blocker, blocked=blocked).delete()
    return bool(opened)


def _lock(a_id: int, b_id: int) -> None:
    low, high = sorted((a_id, b_id))
    one_at_a_time(f"people:{low}:{high}")


def _pair(a_id: int, b_id: int) -> dict[str, Any]:
    low, high = sorted((a_id, b_id))
    return {"low_id": low, "high_id": high}


def _decline(request: FriendRequest) -> None:
    now = clock.now()
    move(request, to=State.DECLINED, table=MAY_BECOME, answered_at=now, declined_at=now)


def _no(sender: Person, receiver: Person) -> datetime | None:
    """Return when the receiver said a no that still holds."""
    holds = {"sender": sender, "receiver": receiver, "declined_at__gt": clock.now() - DECLINE_HOLDS}
    newest = FriendRequest.objects.filter(**holds).order_by("-declined_at").first()
    return newest.declined_at if newest else None


def _received(request_id: int, receiver: Person) -> FriendRequest:
    request = FriendRequest.objects.get(pk=request_id, receiver=receiver)
    _lock(request.sender_id, receiver.pk)
    request.refresh_from_db()
    return request


def _standing(sender: Person, receiver: Person, *, by_address: bool) -> FriendRequest | None:
    request = unanswered(sender, receiver).first()
    if request is not None and request.state == State.DECLINED and not _no(sender, receiver):
        move(request, to=State.WITHDRAWN, table=MAY_BECOME)  # that no is over: ask anew
        return None
    if request is not None and request.by_address and not by_address:
        request.by_address = False  # now they asked the person, not the address
        request.save(update_fields=["by_address"])
    return request


@transaction.atomic
def count_address(sender: Person) -> None:
    """Count an address that somebody typed, before it is looked up.

    Raises:
        AskedTooOften: they have asked enough people for today.
    """
    # Committed before anybody is looked up: a pair's lock is taken before the sender's.
    _refuse_too_many(sender)
    AddressAsked.objects.filter(sender=sender, created_at__lte=clock.now() - DAY).delete()
    AddressAsked.objects.create(sender=sender)


def _refuse_too_many(sender: Person) -> None:
    one_at_a_time(f"people:asks:{sender.pk}")
    since = clock.now() - DAY
    people = FriendRequest.objects.filter(sender=sender, by_address=False, created_at__gt=since)
    addresses = AddressAsked.objects.filter(sender=sender, created_at__gt=since)
    if people.count() + addresses.count() >= MOST_REQUESTS_A_DAY:
        raise AskedTooOften


def _new(sender: Person, receiver: Person, *, by_address: bool) -> FriendRequest:
    if not by_address:  # an address was counted before it was looked up
        _refuse_too_many(sender)
    request = FriendRequest(sender=sender, receiver=receiver, by_address=by_address)
    if said_no_at := _no(sender, receiver):
        request.state, request.answered_at = State.DECLINED, clock.now()
        request.declined_at = said_no_at
        request.save()
        return request
    request.save()
    tell(
        person_id=receiver.pk,
        kind="friend_request",
        key=f"request:{request.pk}",
        data={"person": sender.name},
        path="/me/friends",
    )
    return request


def _forget_nos(sender: Person, receiver: Person) -> None:
    for old in unanswered(sender, receiver):
        move(old, to=State.WITHDRAWN, table=MAY_BECOME, answered_at=clock.now())
    FriendRequest.objects.filter(sender=sender, receiver=receiver).update(declined_at=None)


def _refuse_too_many_friends(*person_ids: int) -> None:
    one_at_a_time(*(f"people:friends:{person_id}" for person_id in person_ids))
    since = clock.now() - DAY
    for person_id in person_ids:
        theirs = Friendship.objects.filter(Q(low_id=person_id) | Q(high_id=person_id))
        if theirs.filter(since__gt=since).count() >= MOST_NEW_FRIENDS_A_DAY:
            raise EnoughNewFriends
        if theirs.count() >= MOST_FRIENDS:
            raise EnoughNewFriends


def _befriend(request: FriendRequest) -> Friendship:
    _refuse_too_many_friends(request.sender_id, request.receiver_id)
    move(request, to=State.ACCEPTED, table=MAY_BECOME, answered_at=clock.now())
    for pair in ((request.sender, request.receiver), (request.receiver, request.sender)):
        _forget_nos(*pair)
    friendship, _ = Friendship.objects.get_or_create(
        **_pair(request.sender_id, request.receiver_id)
    )
    tell(
        person_id=request.sender_id,
        kind="friend_accepted",
        key=f"request:{request.pk}",
        data={"person": request.receiver.name},
        path=f"/u/{request.receiver.public_id}",
    )
    return friendship
