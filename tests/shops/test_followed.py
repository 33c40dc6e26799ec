"""The shops a person follows, in one list."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people import friendships
from shops import following, opening
from shops.models import Follow, Shop


@pytest.fixture
def lin(linwei) -> Client:
    client = Client()
    client.force_login(linwei)
    client.cookies["django_language"] = "en"
    return client


def test_what_i_follow_stands_in_one_list_and_can_be_left_there(lin, linwei, hill_shop):
    assert "You follow no shop yet" in lin.get("/me/shops").content.decode()
    lin.post(f"/shops/{hill_shop.handle}/follow", {"act": "follow"})

    assert hill_shop.name in lin.get("/me/shops").content.decode()
    answer = lin.post(f"/shops/{hill_shop.handle}/follow", {"act": "unfollow", "next": "/me/shops"})

    assert answer["Location"] == "/me/shops"
    assert not Follow.objects.exists()


def test_a_closed_shop_and_one_of_somebody_blocked_are_left_out(linwei, chen, hill_shop):
    following.follow(person=linwei, shop=hill_shop)
    assert list(following.followed_by(linwei)) == [hill_shop]

    friendships.block(blocker=chen, blocked=linwei)
    assert list(following.followed_by(linwei)) == []
    friendships.unblock(blocker=chen, blocked=linwei)
    Shop.objects.update(state=Shop.State.CLOSED)
    assert list(following.followed_by(linwei)) == []


def test_the_list_asks_the_same_for_one_and_for_many(lin, linwei, chen):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert lin.get("/me/shops").status_code == 200
        return len(asked)

    def followed(number: int) -> None:
        shop = opening.open_shop(owner=chen, name=f"s{number}", handle=f"s-{number}", theme="tea")
        following.follow(person=linwei, shop=shop)

    followed(0)
    few = queries()
    for number in range(1, 5):
        followed(number)
    assert queries() == few


def test_it_is_nobodys_but_ones_own(client):
    assert client.get("/me/shops")["Location"] == "/accounts/login/?next=/me/shops"
