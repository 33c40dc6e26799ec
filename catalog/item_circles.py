"""Circles of endorsers: who of them stand so close that together they count as one voice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

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

    Circles are the connected parts of "are friends, or have two friends in common". What
    two have in common is found by one operation on two numbers, so five hundred who speak
    for one product take some tens of milliseconds.

    Args:
        people: the ids of who speaks for one product.
        friends: the friends of each of them; who has none may be left out.
    """
    joined = _Joined(people)
    for person in joined.head:
        for friend in friends.get(person, ()):
            if friend in joined.head:
                joined.join(person, friend)
    marks = _as_bits({person: friends.get(person, ()) for person in joined.head})
    for a, b in combinations(marks, 2):
        if (marks[a] & marks[b]).bit_count() >= SHARED_FRIENDS:
            joined.join(a, b)
    heads = sorted({joined.of(person) for person in joined.head})
    numbers = {head: number for number, head in enumerate(heads)}
    return {person: numbers[joined.of(person)] for person in joined.head}


def _as_bits(friends: Mapping[int, Iterable[int]]) -> dict[int, int]:
    """Return each one's friends as a number with a bit for each friend that two of them have."""
    seen: set[int] = set()
    shared: set[int] = set()
    for theirs in friends.values():
        for friend in set(theirs):
            (shared if friend in seen else seen).add(friend)
    places = {friend: place for place, friend in enumerate(sorted(shared))}
    found = {}
    for person, theirs in friends.items():
        places_of = [places[friend] for friend in set(theirs) if friend in places]
        if len(places_of) >= SHARED_FRIENDS:
            found[person] = sum(1 << place for place in places_of)
    return found
