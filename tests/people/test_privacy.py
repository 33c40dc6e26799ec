"""Who sees what: the page that says so, one's own code, and how many friends a day brings."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from kit import clock
from people import friendships, invitations
from people.fields import Address, AddressField
from people.friendships import EnoughNewFriends, accept, ask
from people.models import FriendRequest, Friendship, Person
from tests.people.friends import befriend

CHOICES = {"purchases_seen_by": "everyone", "words_seen_by": "me"}


@pytest.fixture
def lin(linwei) -> Client:
    client = Client()
    client.force_login(linwei)
    client.cookies["django_language"] = "en"
    return client


def kept(person: Person) -> tuple[str, str, bool]:
    person.refresh_from_db()
    return person.purchases_seen_by, person.words_seen_by, person.named_to_friends_of_friends


def test_what_one_buys_is_ones_own_until_one_says_otherwise(linwei):
    assert kept(linwei) == ("me", "friends", False)


def test_who_sees_what_is_chosen_on_one_page(lin, linwei):
    lin.post("/me/privacy", {**CHOICES, "named_to_friends_of_friends": "on"})
    assert kept(linwei) == ("everyone", "me", True)

    lin.post("/me/privacy", CHOICES)
    assert kept(linwei) == ("everyone", "me", False)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {**CHOICES, "words_seen_by": "nobody"},
        {**CHOICES, "purchases_seen_by": "\x00"},
        {**CHOICES, "purchases_seen_by": "9" * 40},
    ],
)
def test_what_is_no_choice_is_refused_beside_the_field(lin, linwei, sent):
    answer = lin.post("/me/privacy", sent)

    assert answer.status_code == 422
    assert kept(linwei) == ("me", "friends", False)


def test_a_code_is_a_sheet_that_any_reader_of_svg_opens(lin, linwei):
    Person.objects.filter(pk=linwei.pk).update(name='<b>&"林')

    answer = lin.get("/me/code.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    sheet = ElementTree.fromstring(answer.content)
    words = [text.text for text in sheet.iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == '<b>&"林'
    assert invitations.number_of(linwei) in words


def test_a_code_read_out_in_two_groups_finds_its_person(linwei):
    linwei.public_id = "ABCDE12345"

    for typed in ("ABCDE 12345", "abcde-12345", "ABCDE12345"):
        assert AddressField().clean(typed) == Address(public_id=linwei.public_id)
    assert invitations.number_of(linwei) == "ABCDE 12345"


@pytest.mark.proves("TRUST5")
def test_fifty_new_friends_are_enough_for_a_day(linwei, xiaoyu, chen, monkeypatch, noon):
    monkeypatch.setattr(friendships, "MOST_NEW_FRIENDS_A_DAY", 1)
    befriend(linwei, chen)
    asked = ask(sender=xiaoyu, receiver=linwei)

    with pytest.raises(EnoughNewFriends):
        accept(request_id=asked.pk, receiver=linwei)
    with pytest.raises(EnoughNewFriends):
        ask(sender=linwei, receiver=xiaoyu)
    asked.refresh_from_db()
    assert (asked.state, Friendship.objects.count()) == (FriendRequest.State.OPEN, 1)

    with clock.stopped_at(noon + timedelta(days=1)):
        accept(request_id=asked.pk, receiver=linwei)
    assert Friendship.objects.count() == 2


def test_five_thousand_friends_are_enough_for_anybody(linwei, xiaoyu, chen, monkeypatch):
    befriend(linwei, chen)
    monkeypatch.setattr(friendships, "MOST_FRIENDS", 1)
    asked = ask(sender=linwei, receiver=xiaoyu)

    with pytest.raises(EnoughNewFriends):
        accept(request_id=asked.pk, receiver=xiaoyu)
    assert Friendship.objects.count() == 1


def test_a_page_says_that_the_rest_must_wait_until_tomorrow(lin, linwei, xiaoyu, chen, monkeypatch):
    befriend(linwei, chen)
    ask(sender=xiaoyu, receiver=linwei)
    monkeypatch.setattr(friendships, "MOST_NEW_FRIENDS_A_DAY", 1)

    for act in ("accept", "ask"):
        answer = lin.post(f"/u/{xiaoyu.public_id}/{act}")
        assert (answer.status_code, answer["Retry-After"]) == (429, "86400")
        assert "Enough for today" in answer.content.decode()
    assert Friendship.objects.count() == 1
