"""Who stands so close together that they count as one voice."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from catalog.item_circles import circles


def test_strangers_are_a_circle_each():
    assert circles([7, 3, 5], {}) == {3: 0, 5: 1, 7: 2}


def test_friends_are_one_circle_and_so_are_their_friends():
    assert circles([1, 2, 3, 4], {1: [2], 2: [1, 3], 3: [2]}) == {1: 0, 2: 0, 3: 0, 4: 1}


def test_one_friend_in_common_is_chance_and_two_are_a_circle():
    friends = {1: [90], 2: [90, 91], 3: [91, 92], 4: [91, 92]}

    assert circles([1, 2, 3, 4], friends) == {1: 0, 2: 1, 3: 2, 4: 2}


def test_nobody_speaks_and_there_is_no_circle():
    assert circles([], {}) == {}


def test_a_ring_of_five_hundred_is_one_circle():
    ring = {person: [one for one in range(500) if one != person] for person in range(500)}

    assert set(circles(range(500), ring).values()) == {0}


def test_five_thousand_who_buy_in_one_town_are_one_circle():
    chance = random.Random(7)
    town = {
        person: [10_000 + chance.randrange(10_000) for _ in range(150)] for person in range(5000)
    }

    assert set(circles(range(5000), town).values()) == {0}


@given(
    st.dictionaries(
        st.integers(0, 9), st.frozensets(st.integers(0, 14), max_size=6), min_size=1, max_size=10
    )
)
def test_it_finds_what_looking_at_every_pair_finds(friends):
    people = sorted(friends)
    close = {
        (a, b)
        for a in people
        for b in people
        if b in friends[a] or a in friends[b] or len(friends[a] & friends[b]) >= 2
    }
    expected = {person: {person} for person in people}
    for _ in people:
        for a, b in close:
            together = expected[a] | expected[b]
            for person in together:
                expected[person] = together

    found = circles(people, friends)

    assert {
        person: {one for one in people if found[one] == found[person]} for person in people
    } == expected
