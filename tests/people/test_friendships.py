"""Friendships: one order and one outcome, whatever two people do at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from kit import clock
from kit.states import TransitionRefused
from notifications.models import Notice
from people.friendships import (
    MAY_BECOME,
    AlreadyFriends,
    Blocked,
    NotAllowed,
    accept,
    ask,
    block,
    decline,
    end,
    unblock,
    withdraw,
)
from people.models import Block, FriendRequest, Friendship, Person
from people.standing import Standing, asked_by, open_requests, standing
from people.trust import are_friends
from tests.conftest import NOON
from tests.people.friends import befriend, breaches

State = FriendRequest.State


def test_a_request_waits_for_an_answer_and_is_told(linwei, xiaoyu):
    request = ask(sender=linwei, receiver=xiaoyu)

    assert request.state == "open"
    assert not are_friends(linwei, xiaoyu)
    notice = Notice.objects.get()
    assert (notice.person, notice.kind, notice.data) == (
        xiaoyu, "friend_request", {"person": "林薇"},
    )  # fmt: skip


def test_yes_makes_friends_both_ways_and_is_told(linwei, xiaoyu):
    befriend(linwei, xiaoyu)

    assert are_friends(linwei, xiaoyu)
    assert are_friends(xiaoyu, linwei)
    assert Notice.objects.filter(person=linwei, kind="friend_accepted").count() == 1


def test_saying_yes_again_changes_nothing(linwei, xiaoyu):
    first = befriend(linwei, xiaoyu)

    again = accept(request_id=FriendRequest.objects.get().pk, receiver=xiaoyu)

    assert again == first
    assert Friendship.objects.count() == 1


def test_asking_who_has_asked_makes_friends(linwei, xiaoyu):
    ask(sender=linwei, receiver=xiaoyu)

    assert ask(sender=xiaoyu, receiver=linwei).state == "accepted"
    assert are_friends(linwei, xiaoyu)
    assert FriendRequest.objects.count() == 1


def test_asking_twice_is_asking_once(linwei, xiaoyu):
    assert ask(sender=linwei, receiver=xiaoyu) == ask(sender=linwei, receiver=xiaoyu)
    assert FriendRequest.objects.count() == Notice.objects.count() == 1


def test_friends_need_not_ask(linwei, xiaoyu):
    befriend(linwei, xiaoyu)

    with pytest.raises(AlreadyFriends):
        ask(sender=xiaoyu, receiver=linwei)
    assert FriendRequest.objects.count() == 1


def test_nobody_asks_themselves_or_a_closed_account(linwei, xiaoyu):
    Person.objects.filter(pk=xiaoyu.pk).update(is_active=False)
    xiaoyu.refresh_from_db()

    for receiver in (linwei, xiaoyu):
        with pytest.raises(NotAllowed):
            ask(sender=linwei, receiver=receiver)
    assert not FriendRequest.objects.exists()


def test_only_the_receiver_answers_and_only_the_sender_withdraws(linwei, xiaoyu, chen):
    request = ask(sender=linwei, receiver=xiaoyu)

    for answer in (accept, decline):
        for other in (linwei, chen):
            with pytest.raises(FriendRequest.DoesNotExist):
                answer(request_id=request.pk, receiver=other)
    with pytest.raises(FriendRequest.DoesNotExist):
        withdraw(request_id=request.pk, sender=xiaoyu)
    assert FriendRequest.objects.get().state == "open"


def test_who_was_declined_is_not_told_and_does_not_get_to_nag(linwei, xiaoyu):
    with clock.stopped_at(NOON):
        request = ask(sender=linwei, receiver=xiaoyu)
        decline(request_id=request.pk, receiver=xiaoyu)
        assert ask(sender=linwei, receiver=xiaoyu).pk == request.pk

    assert not Notice.objects.filter(person=linwei).exists()
    assert Notice.objects.filter(person=xiaoyu).count() == 1
    with clock.stopped_at(NOON + timedelta(days=31)):
        assert ask(sender=linwei, receiver=xiaoyu).state == "open"


def test_who_was_declined_sees_what_somebody_sees_who_waits(linwei, xiaoyu):
    decline(request_id=ask(sender=linwei, receiver=xiaoyu).pk, receiver=xiaoyu)

    assert standing(viewer=linwei, other=xiaoyu) == Standing.ASKED
    assert [asked.receiver for asked in asked_by(linwei)] == [xiaoyu]
    assert standing(viewer=xiaoyu, other=linwei) == Standing.STRANGERS
    assert not open_requests().exists()


def test_taking_a_declined_request_back_and_asking_again_reaches_nobody(linwei, xiaoyu):
    with clock.stopped_at(NOON):
        first = ask(sender=linwei, receiver=xiaoyu)
        decline(request_id=first.pk, receiver=xiaoyu)
    with clock.stopped_at(NOON + timedelta(days=29)):
        assert withdraw(request_id=first.pk, sender=linwei).state == "withdrawn"
        assert standing(viewer=linwei, other=xiaoyu) == Standing.STRANGERS
        second = ask(sender=linwei, receiver=xiaoyu)
        assert (second.state, second.declined_at) == ("declined", NOON)
        assert standing(viewer=linwei, other=xiaoyu) == Standing.ASKED
    assert Notice.objects.filter(person=xiaoyu).count() == 1
    assert breaches() == []

    with clock.stopped_at(NOON + timedelta(days=31)):
        assert ask(sender=linwei, receiver=xiaoyu).state == "open"
    assert Notice.objects.filter(person=xiaoyu).count() == 2
    assert [asked.state for asked in asked_by(linwei)] == ["open"]


def test_a_no_is_forgotten_among_friends(linwei, xiaoyu):
    decline(request_id=ask(sender=linwei, receiver=xiaoyu).pk, receiver=xiaoyu)
    befriend(xiaoyu, linwei)
    assert not asked_by(linwei).exists()

    end(person=linwei, friend=xiaoyu)

    assert standing(viewer=linwei, other=xiaoyu) == Standing.STRANGERS
    assert ask(sender=linwei, receiver=xiaoyu).state == "open"


def test_who_blocks_takes_back_what_they_asked_declined_or_not(linwei, xiaoyu):
    decline(request_id=ask(sender=linwei, receiver=xiaoyu).pk, receiver=xiaoyu)

    block(blocker=linwei, blocked=xiaoyu)

    assert FriendRequest.objects.get().state == "withdrawn"


def test_who_blocked_one_is_not_in_the_list_of_asked(linwei, xiaoyu):
    ask(sender=linwei, receiver=xiaoyu)

    block(blocker=xiaoyu, blocked=linwei)

    assert not asked_by(linwei).exists()


def test_who_was_declined_can_still_be_asked(linwei, xiaoyu):
    decline(request_id=ask(sender=linwei, receiver=xiaoyu).pk, receiver=xiaoyu)

    assert ask(sender=xiaoyu, receiver=linwei).state == "open"


@pytest.mark.parametrize("target", MAY_BECOME)
@pytest.mark.parametrize("source", State.values)
def test_a_request_moves_exactly_where_the_table_says(linwei, xiaoyu, source, target):
    request = FriendRequest.objects.create(
        sender=linwei, receiver=xiaoyu, state=source, answered_at=None
    )
    moves = {
        "accepted": lambda: accept(request_id=request.pk, receiver=xiaoyu),
        "declined": lambda: decline(request_id=request.pk, receiver=xiaoyu),
        "withdrawn": lambda: withdraw(request_id=request.pk, sender=linwei),
    }
    if source in MAY_BECOME[target]:
        moves[target]()
        request.refresh_from_db()
        assert request.state == target
        return
    with pytest.raises(TransitionRefused):
        moves[target]()
    request.refresh_from_db()
    assert request.state == source
    assert not Friendship.objects.exists()


def test_an_ended_friendship_can_be_begun_again(linwei, xiaoyu):
    befriend(linwei, xiaoyu)

    assert end(person=xiaoyu, friend=linwei) is True
    assert end(person=xiaoyu, friend=linwei) is False
    with pytest.raises(TransitionRefused):
        accept(request_id=FriendRequest.objects.get().pk, receiver=xiaoyu)
    befriend(xiaoyu, linwei)
    assert are_friends(linwei, xiaoyu)


def test_a_block_ends_everything_between_two(linwei, xiaoyu):
    befriend(linwei, xiaoyu)

    block(blocker=linwei, blocked=xiaoyu)

    assert not are_friends(linwei, xiaoyu)
    for sender, receiver in ((linwei, xiaoyu), (xiaoyu, linwei)):
        with pytest.raises(Blocked):
            ask(sender=sender, receiver=receiver)
    assert unblock(blocker=linwei, blocked=xiaoyu) is True
    assert ask(sender=xiaoyu, receiver=linwei).state == "open"


def test_a_block_closes_open_requests_from_both_sides(linwei, xiaoyu, chen):
    ask(sender=linwei, receiver=xiaoyu)
    ask(sender=chen, receiver=linwei)

    block(blocker=linwei, blocked=xiaoyu)
    block(blocker=linwei, blocked=chen)

    assert [one.state for one in FriendRequest.objects.order_by("pk")] == ["withdrawn", "declined"]
    assert breaches() == []


def test_nobody_blocks_themselves(linwei):
    with pytest.raises(NotAllowed):
        block(blocker=linwei, blocked=linwei)
    assert not Block.objects.exists()


def test_a_closed_accounts_request_makes_no_friends(linwei, xiaoyu):
    request = ask(sender=linwei, receiver=xiaoyu)
    Person.objects.filter(pk=linwei.pk).update(is_active=False)

    with pytest.raises(TransitionRefused):
        accept(request_id=request.pk, receiver=xiaoyu)

    request.refresh_from_db()
    assert request.state == "open"
    assert not Friendship.objects.exists()


@pytest.mark.parametrize("pair", ["turned", "twice", "self"])
def test_the_database_itself_keeps_friendships_straight(linwei, xiaoyu, pair):
    low, high = sorted((linwei, xiaoyu), key=lambda person: person.pk)
    rows = {
        "turned": [Friendship(low=high, high=low)],
        "twice": [Friendship(low=low, high=high), Friendship(low=low, high=high)],
        "self": [Friendship(low=low, high=low)],
    }
    with pytest.raises(IntegrityError):
        Friendship.objects.bulk_create(rows[pair])
