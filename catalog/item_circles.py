"""Circles of endorsers: who of them stand so close that together they count as one voice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from itertools import chain

# Two strangers may have one friend in common by chance; two make them one circle.
SHARED_FRIENDS = 2

# No circle counts for more, however large: a household's worth of voices.
MOST_OF_A_CIRCLE = 2.0


class _Joined:
    """People joined into circles; each circle is known by the lowest id in it."""

    def __init__(self, people: Collection[int]) -> None:
        self.head = {person: person for person in sorted(people)}

    def of(self, person: int) -> int:
        while self.head[person] != person:
            self.head[person] = self.head[self.head[person]]
            person = self.head[person]
        return person

    def join(self, a: int, b: int) -> None:
        a, b = self.of(a), self.of(b)
        self.head[max(a, b)] = min(a, b)


def circles(people: Collection[int], friends: Mapping[int, Collection[int]]) -> dict[int, int]:
    """Return for each person the number of their circle, from 0, the lowest id's first.

    Circles are the connected parts of "are friends, or have two friends in common". Five
    hundred who speak for one product take some tens of milliseconds, five thousand a second
    or two, however many friends they share.

    Args:
        people: the ids of who speaks for one product.
        friends: the friends of each of them; who has none may be left out.
    """
    joined = _Joined(people)
    for person in joined.head:
        for friend in friends.get(person, ()):
            if friend in joined.head:
                joined.join(person, friend)
    _join_by_shared(joined, friends)
    heads = sorted({joined.of(person) for person in joined.head})
    numbers = {head: number for number, head in enumerate(heads)}
    return {person: numbers[joined.of(person)] for person in joined.head}


def _join_by_shared(joined: _Joined, friends: Mapping[int, Collection[int]]) -> None:
    """Join who shares friends, from one to whom they lead to; nobody is come upon twice."""
    unmet = _Unmet({person: friends.get(person, ()) for person in joined.head})
    for person in joined.head:
        led_to = [person] if person in unmet.left else []
        unmet.meet(led_to)
        while led_to:
            one = led_to.pop()
            others = unmet.sharing_with(one)
            unmet.meet(others)
            for other in others:
                joined.join(one, other)
            led_to += others


class _Unmet:
    """Who of some people was not come upon yet, and by whom of their friends they are found."""

    def __init__(self, friends: Mapping[int, Collection[int]]) -> None:
        self.left = set(friends)
        self.friends = {person: set(theirs) for person, theirs in friends.items()}
        self.by_friend: dict[int, set[int]] = defaultdict(set)
        for person, theirs in self.friends.items():
            for friend in theirs:
                self.by_friend[friend].add(person)

    def meet(self, people: Collection[int]) -> None:
        self.left.difference_update(people)
        for person in people:
            for friend in self.friends[person]:
                self.by_friend[friend].remove(person)

    def sharing_with(self, person: int) -> list[int]:
        theirs = (self.by_friend[friend] for friend in self.friends[person])
        shared = Counter(chain.from_iterable(theirs))
        return [other for other, many in shared.items() if many >= SHARED_FRIENDS]
