"""The reason shown: a friend, a friend's friend by name, or a number that names nobody."""

from __future__ import annotations

import pytest

from people import trust
from people.models import Block, Friendship, Person
from people.trust import COUNTED_AS, Kind, Reason, reasons, reasons_by

NOTHING = Reason(Kind.NONE)


@pytest.fixture
def person(db):
    """Return a function that makes somebody with these friends."""

    def make(name: str, *friends: Person, agrees: bool = False) -> Person:
        made = Person.objects.create_user(
            name=name, email=f"{name}@example.test", named_to_friends_of_friends=agrees
        )
        for friend in friends:
            befriend(friend, made)
        return made

    return make


def befriend(a: Person, b: Person) -> None:
    low, high = sorted((a, b), key=lambda one: one.pk)
    Friendship.objects.create(low=low, high=high)


def reason(viewer: Person, author: Person) -> Reason:
    return reasons(viewer.pk, [author.pk])[author.pk]


def test_a_friend_is_a_reason_of_their_own(person):
    me = person("me")
    lin = person("lin", me)

    assert reason(me, lin) == Reason(Kind.FRIEND)
    assert reason(lin, me) == Reason(Kind.FRIEND)


def test_a_friends_friend_is_named_when_both_agreed(person):
    me = person("me")
    lin = person("lin", me, agrees=True)
    chen = person("chen", lin, agrees=True)

    assert reason(me, chen) == Reason(Kind.THROUGH, via=("lin",))


@pytest.mark.parametrize("silent", ["lin", "chen"])
def test_one_who_did_not_agree_is_enough_to_name_nobody(person, silent):
    me = person("me")
    lin = person("lin", me, agrees=silent != "lin")
    chen = person("chen", lin, agrees=silent != "chen")

    assert reason(me, chen) == NOTHING


def test_a_consent_taken_back_counts_at_once(person):
    me = person("me")
    lin = person("lin", me, agrees=True)
    chen = person("chen", lin, agrees=True)
    Person.objects.filter(pk=lin.pk).update(named_to_friends_of_friends=False)

    assert reason(me, chen) == NOTHING


def test_three_steps_are_no_reason(person):
    me = person("me")
    lin = person("lin", me, agrees=True)
    chen = person("chen", lin, agrees=True)
    far = person("far", chen, agrees=True)

    assert reason(me, far) == NOTHING
    assert reason(me, me) == NOTHING


def test_of_several_ways_the_oldest_friendships_are_named_and_three_at_most(person):
    me = person("me")
    gates = [person(f"gate{number}", me, agrees=True) for number in range(5)]
    author = person("author", *gates, agrees=True)

    assert reason(me, author).via == ("gate0", "gate1", "gate2")


def test_two_who_may_not_be_named_are_not_spoken_of_and_three_are_a_number(person):
    me = person("me")
    lin, hao = person("lin", me), person("hao", me)
    quiet = [person("q1", lin, hao), person("q2", lin, hao)]
    ids = [one.pk for one in quiet]

    assert reasons(me.pk, ids) == dict.fromkeys(ids, NOTHING)
    third = person("q3", lin, hao)
    assert reasons(me.pk, [*ids, third.pk]) == dict.fromkeys(
        [*ids, third.pk], Reason(Kind.COUNT, count=3)
    )


def test_those_who_are_named_and_strangers_do_not_help_to_reach_three(person):
    me = person("me")
    lin, hao = person("lin", me, agrees=True), person("hao", me)
    named = person("named", lin, agrees=True)
    others = [person("q1", lin), person("q2", hao), person("stranger")]

    found = reasons(me.pk, [named.pk, *(one.pk for one in others)])

    assert found[named.pk] == Reason(Kind.THROUGH, via=("lin",))
    assert [found[one.pk] for one in others] == [NOTHING] * 3


def test_a_number_never_speaks_of_one_friends_friends(person):
    me = person("me")
    lin = person("lin", me)
    ids = [person(f"q{number}", lin).pk for number in range(7)]

    assert set(reasons(me.pk, ids).values()) == {NOTHING}


def test_a_number_moves_in_steps_so_that_one_more_does_not_show(person):
    me = person("me")
    gates = [person("lin", me), person("hao", me)]
    ids: list[int] = []
    told = []
    for number in range(6):
        ids.append(person(f"q{number}", *gates).pk)
        told.append(reasons(me.pk, ids)[ids[0]].count)

    assert told == [0, 0, 3, 3, 5, 5]
    assert list(COUNTED_AS) == [100, 50, 20, 10, 5, 3]


def test_a_number_is_of_one_thing_alone(person):
    me = person("me")
    gates = [person("lin", me), person("hao", me)]
    ids = [person(f"q{number}", *gates).pk for number in range(4)]

    found = reasons_by(me.pk, {"honey": ids[:2], "tea": ids[2:], "cup": ids[:3]})

    assert set(found["honey"].values()) | set(found["tea"].values()) == {NOTHING}
    assert found["cup"] == dict.fromkeys(ids[:3], Reason(Kind.COUNT, count=3))


def test_a_block_on_any_side_of_the_way_ends_it(person):
    me = person("me")
    lin = person("lin", me, agrees=True)
    chen = person("chen", lin, agrees=True)
    for one, other in ((me, lin), (lin, chen), (me, chen)):
        for blocker, blocked in ((one, other), (other, one)):
            block = Block.objects.create(blocker=blocker, blocked=blocked)
            assert reason(me, chen) == NOTHING
            assert reason(chen, me) == NOTHING
            block.delete()
    assert reason(me, chen).kind == Kind.THROUGH


@pytest.mark.parametrize("gone", ["lin", "chen"])
def test_a_closed_account_is_no_way_and_no_end(person, gone):
    me = person("me")
    lin = person("lin", me, agrees=True)
    chen = person("chen", lin, agrees=True)
    Person.objects.filter(name=gone).update(is_active=False)

    assert reason(me, chen) == NOTHING


def test_a_stranger_is_given_no_reason_and_asks_nothing(person, django_assert_num_queries):
    lin = person("lin")

    with django_assert_num_queries(0):
        assert reasons(None, [lin.pk]) == {lin.pk: NOTHING}
        assert reasons(lin.pk, []) == {}


def test_two_statements_however_many_they_are(person, django_assert_num_queries):
    me = person("me")
    gates = [person(f"gate{number}", me, agrees=True) for number in range(4)]
    ids = [person(f"a{number}", *gates, agrees=bool(number % 2)).pk for number in range(8)]

    with django_assert_num_queries(2):
        reasons_by(me.pk, {1: ids[:4], 2: ids[4:], 3: ids})


def test_a_number_stands_without_any_one_friend_and_says_not_who(person):
    me = person("me")
    lin, hao = person("lin", me), person("hao", me)
    through_lin = [person(f"l{number}", lin).pk for number in range(3)]
    through_hao = [person(f"h{number}", hao).pk for number in range(3)]
    stranger = person("stranger").pk

    # Without lin two are left, then three; who of the seven is a stranger is not said.
    assert set(reasons(me.pk, [*through_lin, *through_hao[:2]]).values()) == {NOTHING}
    everybody = [*through_lin, *through_hao, stranger]
    assert reasons(me.pk, everybody) == dict.fromkeys(everybody, Reason(Kind.COUNT, count=3))


@pytest.mark.proves("TRUST13")
@pytest.mark.parametrize("helpers", range(8))
def test_people_of_ones_own_beside_somebody_do_not_tell_whom_they_know(person, helpers):
    """A prober befriends one of two, and has any number of their own speak beside the other."""
    known, unknown = person("known"), person("unknown")
    target = person("target", known)
    seen = []
    for asked in (known, unknown):
        name = asked.name
        probe = person(f"probe-{name}", asked)
        gates = [person(f"gate{number}-{name}", probe) for number in range(2)]
        mine = [person(f"mine{number}-{name}", *gates).pk for number in range(helpers)]
        found = reasons(probe.pk, [*mine, target.pk])
        seen.append((found[target.pk], [found[one] for one in mine]))

    assert seen[0] == seen[1]


@pytest.mark.proves("TRUST13")
def test_three_probes_learn_nothing_of_two_people_who_agreed_to_nothing(person):
    """Whoever befriends one of two people cannot find out whether those know each other."""
    known, target = person("known"), person("target")
    unknown = person("unknown")
    befriend(known, target)
    for pair, b in (((known, target), "a"), ((unknown, target), "b")):
        seen: set[object] = set()
        for probe in range(3):
            viewer = person(f"probe{b}{probe}", pair[0])
            seen.add(reason(viewer, pair[1]))
            seen.add(tuple(trust.mutual_friends(viewer.pk, pair[1].pk)) or NOTHING)
        assert seen == {NOTHING}
