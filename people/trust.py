"""Whom a person trusts: the only place that asks who is friends with whom."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import Block, Friendship, Person


def friends_of(person: Person) -> QuerySet[Person]:
    """Return the friends of ``person``, without whom ``friend_ids`` leaves out."""
    return Person.objects.filter(pk__in=friend_ids(person.pk))


def friend_ids(person_id: int) -> frozenset[int]:
    """Return the ids of this person's friends.

    Blocked people, either way, and closed accounts are left out. One statement, two index walks.
    """
    pairs = _unbroken().filter(Q(low_id=person_id) | Q(high_id=person_id))
    both = pairs.values_list("low_id", "high_id")
    return frozenset(high if low == person_id else low for low, high in both)


def are_friends(a: Person, b: Person) -> bool:
    """Return whether two people are friends, both here, and neither has blocked the other."""
    low, high = sorted((a.pk, b.pk))
    return _unbroken().filter(low_id=low, high_id=high).exists()


def mutual_count(a_id: int, b_id: int) -> int:
    """Return how many friends two people have in common."""
    return len(friend_ids(a_id) & friend_ids(b_id))


def mutual_friends(a_id: int, b_id: int) -> list[Person]:
    """Return the friends two people have in common, by name; each may see them anyway."""
    both = friend_ids(a_id) & friend_ids(b_id)
    return list(Person.objects.filter(pk__in=both).order_by("name", "pk"))


def blocked_ids(person_id: int) -> frozenset[int]:
    """Return the ids of everybody this person has blocked or is blocked by."""
    rows = Block.objects.filter(Q(blocker_id=person_id) | Q(blocked_id=person_id))
    both = rows.values_list("blocker_id", "blocked_id")
    return frozenset(blocked if blocker == person_id else blocker for blocker, blocked in both)


def visible_to(viewer: Person | AnonymousUser) -> QuerySet[Person]:
    """Return whose page a viewer may see: all but erased accounts and who blocked them."""
    people = Person.objects.filter(is_active=True)
    if not viewer.is_authenticated:
        return people
    blocks = Block.objects.filter(blocker_id=OuterRef("pk"), blocked_id=viewer.pk)
    return people.filter(~Exists(blocks))


def _unbroken() -> QuerySet[Friendship]:
    low, high = OuterRef("low_id"), OuterRef("high_id")
    blocks = Block.objects.filter(
        Q(blocker_id=low, blocked_id=high) | Q(blocker_id=high, blocked_id=low)
    )
    both_here = Q(low__is_active=True, high__is_active=True)
    return Friendship.objects.filter(both_here, ~Exists(blocks))
