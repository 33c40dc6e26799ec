"""Two people, many windows: whatever comes first, one outcome."""

from uuid import uuid4

import pytest
from django.db.models import Q

from kit.locks import one_at_a_time
from kit.states import TransitionRefused
from notifications.models import Notice
from people import friendships
from people.friendships import (
    AskedTooOften,
    accept,
    ask,
    ask_by_address,
    block,
    decline,
    end,
    unblock,
    withdraw,
)
from people.models import AddressAsked, Block, FriendRequest, Friendship, Person
from tests.people.friends import breaches
from tests.races import all_at_once, together


@pytest.mark.django_db(transaction=True)
def test_six_windows_at_once_ask_no_more_than_a_day_allows(linwei, monkeypatch):
    monkeypatch.setattr(friendships, "MOST_REQUESTS_A_DAY", 3)

    outcomes = all_at_once(lambda: ask_by_address(sender=linwei, email="no@x.test"), times=6)

    assert sum(isinstance(outcome, AskedTooOften) for outcome in outcomes) == 3
    assert AddressAsked.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_each_other_at_once_are_friends(linwei, xiaoyu):
    for _round in range(5):
        outcomes = together(
            lambda: ask(sender=linwei, receiver=xiaoyu), lambda: ask(sender=xiaoyu, receiver=linwei)
        )
        assert all(isinstance(outcome, FriendRequest) for outcome in outcomes)
        assert Friendship.objects.count() == 1
        assert FriendRequest.objects.count() == 1
        assert breaches() == []
        end(person=linwei, friend=xiaoyu)
        FriendRequest.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_would_end_up_facing_each_other(linwei, xiaoyu, monkeypatch):
    monkeypatch.setattr(friendships, "_lock", lambda *ids: None)

    for _round in range(20):
        together(
            lambda: ask(sender=linwei, receiver=xiaoyu), lambda: ask(sender=xiaoyu, receiver=linwei)
        )
        if breaches():
            break
        end(person=linwei, friend=xiaoyu)
        FriendRequest.objects.all().delete()

    assert breaches() == ["people.no_two_open_requests_facing_each_other"]


@pytest.mark.django_db(transaction=True)
def test_five_taps_on_yes_make_one_friendship(linwei, xiaoyu):
    request = ask(sender=linwei, receiver=xiaoyu)

    outcomes = all_at_once(lambda: accept(request_id=request.pk, receiver=xiaoyu), times=5)

    assert {type(outcome) for outcome in outcomes} == {Friendship}
    assert Friendship.objects.count() == 1
    assert Notice.objects.filter(kind="friend_accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_yes_and_a_block_at_once_end_in_the_block(linwei, xiaoyu):
    for _round in range(5):
        request = ask(sender=linwei, receiver=xiaoyu)
        together(
            lambda: accept(request_id=request.pk, receiver=xiaoyu),  # noqa: B023 -- run in the round
            lambda: block(blocker=linwei, blocked=xiaoyu),
        )
        assert Block.objects.count() == 1
        assert not Friendship.objects.exists()
        assert breaches() == []
        unblock(blocker=linwei, blocked=xiaoyu)
        FriendRequest.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_yes_no_and_taking_back_at_once_have_one_outcome(linwei, xiaoyu):
    request = ask(sender=linwei, receiver=xiaoyu)

    outcomes = together(
        lambda: accept(request_id=request.pk, receiver=xiaoyu),
        lambda: decline(request_id=request.pk, receiver=xiaoyu),
        lambda: withdraw(request_id=request.pk, sender=linwei),
    )

    request.refresh_from_db()
    # Whoever is first leaves nothing to the others, but a no may still be taken back.
    no_was_taken_back = request.state == "withdrawn" and request.declined_at is not None
    refusals = [isinstance(outcome, TransitionRefused) for outcome in outcomes].count(True)
    assert refusals == (1 if no_was_taken_back else 2)
    assert Friendship.objects.count() == (request.state == "accepted")


def crowd(number: int) -> list[FriendRequest]:
    """Make one person, and so many others who each asked them."""
    middle = Person.objects.create_user(name="m", email=f"m{uuid4().hex}@x.test")
    others = [
        Person.objects.create_user(name="o", email=f"o{uuid4().hex}@x.test") for _ in range(number)
    ]
    return [ask(sender=other, receiver=middle) for other in others]


def befriended(asked: list[FriendRequest]) -> int:
    together(*(lambda one=one: accept(request_id=one.pk, receiver=one.receiver) for one in asked))
    return Friendship.objects.filter(Q(low=asked[0].receiver) | Q(high=asked[0].receiver)).count()


@pytest.mark.django_db(transaction=True)
def test_six_yeses_at_once_make_no_more_friends_than_a_day_allows(monkeypatch):
    monkeypatch.setattr(friendships, "MOST_NEW_FRIENDS_A_DAY", 3)

    assert befriended(crowd(6)) == 3


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_on_each_person_a_day_allows_more(monkeypatch):
    monkeypatch.setattr(friendships, "MOST_NEW_FRIENDS_A_DAY", 3)
    lock = one_at_a_time
    monkeypatch.setattr(
        friendships,
        "one_at_a_time",
        lambda *names: None if names[0].startswith("people:friends:") else lock(*names),
    )

    assert max(befriended(crowd(6)) for _round in range(5)) > 3
