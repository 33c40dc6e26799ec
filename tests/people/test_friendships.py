"""Friendships: one order and one outcome, whatever two people do at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from kit import clock
from kit.invariants import check
from kit.states import TransitionRefused
from notifications.models import Notice
from people import friendships
from people.friendships import (
    MAY_BECOME,
    AlreadyFriends,
    AskedTooOften,
    Blocked,
    NotAllowed,
    accept,
    ask,
    ask_by_address,
    block,
    decline,
    end,
    unblock,
    withdraw,
)
from people.invariants import INVARIANTS
from people.models import AddressAsked, Block, FriendRequest, Friendship, Person
from people.standing import Standing, asked_by, open_requests, standing
from people.trust import are_friends
from tests.conftest import NOON
from tests.races import all_at_once, together

State = FriendRequest.State


def befriend(a: Person, b: Person) -> Friendship:
    return accept(request_id=ask(sender=a, receiver=b).pk, receiver=b)


def breaches() -> list[str]:
    return [finding.name for finding in check(INVARIANTS) if finding.broken]


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


def test_asking_an_address_says_nothing_and_shows_nothing(linwei, xiaoyu):
    for address in ("XiaoYu@example.test", "nobody@example.test", linwei.email):
        ask_by_address(sender=linwei, email=address)

    request = FriendRequest.objects.get()
    assert (request.receiver, request.by_address) == (xiaoyu, True)
    assert standing(viewer=linwei, other=xiaoyu) == Standing.STRANGERS
    assert standing(viewer=xiaoyu, other=linwei) == Standing.ASKS_ME


def test_asking_an_address_and_then_the_person_is_one_request(linwei, xiaoyu):
    ask_by_address(sender=linwei, email=xiaoyu.email)

    ask(sender=linwei, receiver=xiaoyu)

    assert FriendRequest.objects.get().by_address is False
    assert standing(viewer=linwei, other=xiaoyu) == Standing.ASKED


def test_asking_no_address_asks_nobody(linwei):
    Person.objects.create_user(name="erased")

    ask_by_address(sender=linwei)

    assert not FriendRequest.objects.exists()


def test_fifty_in_a_day_are_enough_whoever_is_there(linwei, xiaoyu, monkeypatch):
    monkeypatch.setattr(friendships, "MOST_REQUESTS_A_DAY", 1)
    chen = Person.objects.create_user(name="陈姐", email="chen@example.test")
    ask(sender=linwei, receiver=chen)

    for address in (xiaoyu.email, "nobody@example.test"):
        with pytest.raises(AskedTooOften):
            ask_by_address(sender=linwei, email=address)
    with pytest.raises(AskedTooOften):
        ask(sender=linwei, receiver=xiaoyu)
    assert FriendRequest.objects.count() == 1
    with clock.stopped_at(clock.now() + timedelta(days=1, seconds=1)):
        ask(sender=linwei, receiver=xiaoyu)


@pytest.mark.parametrize("address", ["xiaoyu@example.test", "nobody@example.test"])
def test_an_address_counts_the_same_whoever_has_it(linwei, xiaoyu, chen, monkeypatch, address):
    monkeypatch.setattr(friendships, "MOST_REQUESTS_A_DAY", 2)

    ask_by_address(sender=linwei, email=address)
    ask_by_address(sender=linwei, email=address)

    for attempt in (
        lambda: ask_by_address(sender=linwei, email=address),
        lambda: ask(sender=linwei, receiver=chen),
    ):
        with pytest.raises(AskedTooOften):
            attempt()
    assert AddressAsked.objects.filter(sender=linwei).count() == 2
    assert FriendRequest.objects.count() == (address == xiaoyu.email)


def test_the_last_address_of_a_day_is_still_asked(linwei, xiaoyu, monkeypatch):
    monkeypatch.setattr(friendships, "MOST_REQUESTS_A_DAY", 1)

    ask_by_address(sender=linwei, email=xiaoyu.email)

    assert FriendRequest.objects.get().receiver == xiaoyu


def test_of_addresses_typed_nothing_is_kept_longer_than_it_counts(linwei):
    with clock.stopped_at(NOON):
        ask_by_address(sender=linwei, email="nobody@example.test")
    with clock.stopped_at(NOON + timedelta(days=1)):
        ask_by_address(sender=linwei, email="nobody@example.test")

    assert AddressAsked.objects.get().created_at == NOON + timedelta(days=1)


def test_a_closed_accounts_request_makes_no_friends(linwei, xiaoyu):
    request = ask(sender=linwei, receiver=xiaoyu)
    Person.objects.filter(pk=linwei.pk).update(is_active=False)

    with pytest.raises(TransitionRefused):
        accept(request_id=request.pk, receiver=xiaoyu)

    request.refresh_from_db()
    assert request.state == "open"
    assert not Friendship.objects.exists()


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
