"""Beside words stands why a reader may trust them, as far as everybody agreed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog import pages
from catalog.models import Endorsement, Product, Receipt
from kit import clock
from people import friendships
from people.models import Person
from tests.people.friends import befriend


@pytest.fixture
def speaks(honey):
    """Return a function that lets somebody new, with these friends, recommend the honey."""

    def speak(name: str, *friends: Person, agrees: bool = False) -> Person:
        person = Person.objects.create_user(
            name=name, email=f"{name}@example.test", named_to_friends_of_friends=agrees
        )
        for friend in friends:
            befriend(person, friend)
        now = clock.now()
        receipt = Receipt.objects.create(
            line_key=name,
            person=person,
            product=honey,
            variant=honey.variants.get(),
            quantity=1,
            net_paid_minor=6800,
            received_at=now,
            keeps_from=now,
        )
        Endorsement.objects.create(
            person=person, product=honey, receipt=receipt, verdict="yes", visibility="everyone"
        )
        return person

    return speak


def read(viewer: Person, product: Product) -> str:
    client = Client()
    client.force_login(viewer)
    client.cookies["django_language"] = "en"
    page = client.get(f"/p/{product.public_id}/endorsements").content.decode()
    whole = client.get(f"/p/{product.public_id}").content.decode()
    assert ("friend of your friend" in page) == ("friend of your friend" in whole)
    assert ("At least" in page) == ("At least" in whole)
    return page


def via(viewer: Person | None, product: Product) -> dict[str, str]:
    said = pages.product_page_data(product, viewer=viewer)["endorsements"]
    return {one.person.name: one.via for one in said}


def agrees(person: Person) -> Person:
    person.named_to_friends_of_friends = True
    person.save()
    return person


def test_a_friends_friend_is_named_by_way_of_whom(linwei, xiaoyu, honey, speaks):
    befriend(xiaoyu, agrees(linwei))
    speaks("wen", linwei, agrees=True)
    speaks("quiet", linwei)
    speaks("far", agrees=True)

    assert via(xiaoyu, honey) == {"wen": "林薇", "quiet": "", "far": ""}
    assert via(None, honey) == {"wen": "", "quiet": "", "far": ""}
    assert "friend of your friend 林薇" in read(xiaoyu, honey)


def test_who_wants_nothing_personal_reads_of_nobody(linwei, xiaoyu, honey, speaks):
    befriend(xiaoyu, agrees(linwei))
    speaks("wen", linwei, agrees=True)
    xiaoyu.personalised = False
    xiaoyu.save()

    assert via(xiaoyu, honey) == {"wen": ""}
    assert "friend of your friend" not in read(xiaoyu, honey)


def test_those_who_are_not_named_are_a_number_where_no_one_friend_makes_it(
    linwei, xiaoyu, chen, wulan, honey, speaks
):
    for friend in (linwei, wulan):
        befriend(xiaoyu, friend)
    for number in range(5):
        speaks(f"quiet{number}", (linwei, wulan)[number % 2])
    assert "friends of your friends" not in read(xiaoyu, honey)

    speaks("quiet5", wulan)  # three by way of each: without either, three are left
    assert "At least 3 of those who speak here are friends of your friends" in read(xiaoyu, honey)
    assert "friends of your friends" not in read(chen, honey)


def test_a_block_ends_the_way_to_somebody(linwei, xiaoyu, honey, speaks):
    befriend(xiaoyu, agrees(linwei))
    wen = speaks("wen", linwei, agrees=True)
    friendships.block(blocker=wen, blocked=linwei)

    assert via(xiaoyu, honey) == {"wen": ""}


def test_it_asks_the_same_for_one_and_for_many(linwei, xiaoyu, honey, speaks):
    befriend(xiaoyu, agrees(linwei))
    speaks("one", linwei, agrees=True)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            via(xiaoyu, honey)
        return len(asked)

    few = queries()
    for number in range(4):
        speaks(f"more{number}", linwei, agrees=True)
    assert queries() == few
