"""Asking whoever has an address: nobody finds out who has an account."""

from datetime import timedelta

import pytest

from kit import clock
from people import friendships
from people.friendships import (
    AskedTooOften,
    ask,
    ask_by_address,
)
from people.models import AddressAsked, FriendRequest, Person
from people.standing import Standing, standing
from tests.conftest import NOON


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
