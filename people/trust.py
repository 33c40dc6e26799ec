"""Whom a person trusts: the only place that asks who is friends with whom.

``friend_ids`` and ``blocked_ids`` are one statement each. ``reasons`` says why a reader should
care about what somebody wrote, at most two steps away; ``reasons_by`` the same for many things
on one page. What it names, both ends of that friendship agreed to have named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import Block, Friendship, Person

Thing = TypeVar("Thing")

# Two known ones leave a third to guess: fewer than three are not spoken of (k-anonymity).
FEWEST_COUNTED: Final = 3
# A number that moves by one tells who joined, so it is said in steps.
COUNTED_AS: Final = (100, 50, 20, 10, 5, FEWEST_COUNTED)
# What two people agreed to have named is still no list of somebody's friends.
MOST_NAMED: Final = 3


class Kind(StrEnum):
    """How near a reader somebody is, as far as the reader may know."""

    FRIEND = "friend"
    THROUGH = "through"
    COUNT = "count"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a reader may trust somebody.

    ``via`` names the reader's own friends through whom they are two steps apart, the oldest
    friendship first. Of those who may not be named at least ``count`` are friends of friends;
    which of them is not said.
    """

    kind: Kind
    via: tuple[str, ...] = ()
    count: int = 0


NO_REASON: Final = Reason(Kind.NONE)


@dataclass(frozen=True, slots=True)
class _Step:
    """One friendship between somebody and a friend of the reader; may it be named?"""

    friend_id: int
    friend: str
    may_be_named: bool


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
    """Return how many friends two people have in common; for sums, never for a page."""
    return len(friend_ids(a_id) & friend_ids(b_id))


def mutual_friends(viewer_id: int, other_id: int) -> list[Person]:
    """Return the friends a viewer has in common with somebody and may read of, by name.

    That two people are friends is theirs to tell: both must have agreed to be named to
    friends of friends.
    """
    both = friend_ids(viewer_id) & friend_ids(other_id)
    agreed = Person.objects.filter(named_to_friends_of_friends=True)
    if not both or not agreed.filter(pk=other_id).exists():
        return []
    return list(agreed.filter(pk__in=both).order_by("name", "pk"))


def reasons(viewer_id: int | None, author_ids: Collection[int]) -> dict[int, Reason]:
    """Return why a reader may trust each of the people who spoke of one thing.

    Two statements, however many they are; none for a stranger. Blocked people, either
    way, closed accounts and the reader are no reason.
    """
    return reasons_by(viewer_id, {0: author_ids})[0]


def reasons_by(
    viewer_id: int | None, author_ids: Mapping[Thing, Collection[int]]
) -> dict[Thing, dict[int, Reason]]:
    """Return the same for many things at once, in as many statements.

    People who may not be named are counted for each thing by itself, and only where three of
    them are left whichever one friend of the reader is taken away.
    """
    everybody = {author_id for ids in author_ids.values() for author_id in ids}
    if viewer_id is None or not everybody:
        return {thing: dict.fromkeys(ids, NO_REASON) for thing, ids in author_ids.items()}
    friends = friend_ids(viewer_id)
    steps = _steps(viewer_id, friends, everybody - friends - {viewer_id})
    near = {author_id: Reason(Kind.FRIEND) for author_id in everybody & friends}
    for author_id, ways in steps.items():
        if names := tuple(way.friend for way in ways if way.may_be_named):
            near[author_id] = Reason(Kind.THROUGH, via=names[:MOST_NAMED])
    return {
        thing: {author_id: near.get(author_id, NO_REASON) for author_id in ids}
        | dict.fromkeys(*_counted([one for one in ids if one not in near], steps))
        for thing, ids in author_ids.items()
    }


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


def together(people: QuerySet[Person], viewer_id: int | None) -> QuerySet[Person]:
    """Return those of ``people`` who are here and whom no block, either way, parts from a viewer.

    For lists in which people stand beside each other; ``visible_to`` is for their own page.
    """
    here = people.filter(is_active=True)
    return here if viewer_id is None else here.exclude(pk__in=blocked_ids(viewer_id))


def _steps(
    viewer_id: int, friends: Collection[int], author_ids: Collection[int]
) -> dict[int, list[_Step]]:
    """Return for each author the friends of the viewer they are friends with."""
    found: dict[int, list[_Step]] = defaultdict(list)
    if not friends or not author_ids:
        return found
    ids: dict[str, int | list[int]] = {
        "viewer": viewer_id,
        "friends": sorted(friends),
        "authors": sorted(author_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(STEPS, ids)
        for author_id, friend_id, friend, may_be_named in cursor.fetchall():
            found[author_id].append(_Step(friend_id, friend, may_be_named))
    return found


# From the few authors to their friends by either index, and only then to the viewer's.
STEPS: Final = """
    WITH author AS (
      SELECT id, named_to_friends_of_friends AS agreed FROM people_person
      WHERE id = ANY(%(authors)s) AND is_active AND NOT EXISTS (
        SELECT 1 FROM people_block b
        WHERE (b.blocker_id, b.blocked_id) = (people_person.id, %(viewer)s)
           OR (b.blocker_id, b.blocked_id) = (%(viewer)s, people_person.id))
    ), step AS (
      SELECT a.id, a.agreed, f.high_id AS friend_id, f.since
      FROM author a JOIN people_friendship f ON f.low_id = a.id
      UNION ALL
      SELECT a.id, a.agreed, f.low_id, f.since
      FROM author a JOIN people_friendship f ON f.high_id = a.id
    )
    SELECT step.id, friend.id, friend.name,
           step.agreed AND friend.named_to_friends_of_friends
    FROM step JOIN people_person friend ON friend.id = step.friend_id
    WHERE step.friend_id IN (SELECT unnest(%(friends)s::bigint[])) AND NOT EXISTS (
      SELECT 1 FROM people_block b
      WHERE (b.blocker_id, b.blocked_id) = (step.id, friend.id)
         OR (b.blocker_id, b.blocked_id) = (friend.id, step.id))
    ORDER BY step.id, step.since, friend.id
"""


def _counted(unnamed: list[int], steps: Mapping[int, list[_Step]]) -> tuple[list[int], Reason]:
    """Return all who are not named, and the number that is said of them together.

    Whoever is reached through one friend alone may be the one that a prober asks about, who
    befriended that friend and put people of their own beside them. So the number is one that
    stands without any single friend, and it is said of nobody in particular.
    """
    far = [author_id for author_id in unnamed if steps.get(author_id)]
    through = [{step.friend_id for step in steps[author_id]} for author_id in far]
    alone = Counter(next(iter(friends)) for friends in through if len(friends) == 1)
    sure = len(far) - max(alone.values(), default=0)
    if sure < FEWEST_COUNTED:
        return [], NO_REASON
    return unnamed, Reason(Kind.COUNT, count=next(one for one in COUNTED_AS if one <= sure))


def _unbroken() -> QuerySet[Friendship]:
    low, high = OuterRef("low_id"), OuterRef("high_id")
    blocks = Block.objects.filter(
        Q(blocker_id=low, blocked_id=high) | Q(blocker_id=high, blocked_id=low)
    )
    both_here = Q(low__is_active=True, high__is_active=True)
    return Friendship.objects.filter(both_here, ~Exists(blocks))
