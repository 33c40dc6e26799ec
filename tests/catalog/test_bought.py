"""Purchases: each one's own until it is said otherwise, and then to whom it was said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog import bought, pages, receipts
from catalog.models import Product, Receipt, Variant
from kit import clock
from people import friendships
from people.models import Person
from tests.people.friends import befriend

LIST = "/me/bought"


@pytest.fixture
def bought_by():
    """Return a function that lets somebody receive a product."""

    def receive(person: Person | None, product: Product, *, key: str = "", **more) -> Receipt:
        now = clock.now()
        return receipts.receive(
            line_key=key or f"{person and person.pk}:{product.pk}",
            person=person,
            product_id=product.pk,
            variant_id=Variant.objects.get(product=product).pk,
            quantity=1,
            net_paid_minor=6800,
            received_at=now,
            keeps_from=now + timedelta(days=7),
            **more,
        )

    return receive


@pytest.fixture
def lin(linwei) -> Client:
    return signed_in(linwei)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def wishes(person: Person, seen_by: str) -> None:
    person.purchases_seen_by = seen_by
    person.save()


def known_to(viewer: Person | None, person: Person) -> list[Product]:
    return [receipt.product for receipt in bought.seen_of(viewer, person)]


def test_a_purchase_is_its_buyers_own(linwei, xiaoyu, honey, bought_by):
    befriend(linwei, xiaoyu)
    bought_by(linwei, honey)

    assert bought.friends_who_bought(xiaoyu, honey.pk) == []
    assert known_to(xiaoyu, linwei) == known_to(None, linwei) == []
    assert pages.product_page_data(honey, viewer=xiaoyu)["friends_bought_count"] == 0


@pytest.mark.parametrize(
    ("seen_by", "to_friend", "to_stranger"),
    [("me", 0, 0), ("friends", 1, 0), ("everyone", 1, 1)],
)
def test_it_is_known_to_whom_its_buyer_lets_know(
    linwei, xiaoyu, chen, honey, bought_by, seen_by, to_friend, to_stranger
):
    befriend(linwei, xiaoyu)
    wishes(linwei, seen_by)
    bought_by(linwei, honey)

    assert len(bought.friends_who_bought(xiaoyu, honey.pk)) == to_friend
    assert pages.product_page_data(honey, viewer=xiaoyu)["friends_bought_count"] == to_friend
    assert len(known_to(xiaoyu, linwei)) == to_friend
    assert len(known_to(chen, linwei)) == len(known_to(None, linwei)) == to_stranger
    assert bought.friends_who_bought(chen, honey.pk) == []
    assert bought.friends_who_bought(None, honey.pk) == []


@pytest.mark.parametrize("by_buyer", [True, False])
def test_a_block_hides_it_both_ways(linwei, xiaoyu, honey, bought_by, by_buyer):
    befriend(linwei, xiaoyu)
    wishes(linwei, "everyone")
    bought_by(linwei, honey)
    pair = (linwei, xiaoyu) if by_buyer else (xiaoyu, linwei)
    friendships.block(blocker=pair[0], blocked=pair[1])

    assert bought.friends_who_bought(xiaoyu, honey.pk) == []
    assert known_to(xiaoyu, linwei) == []
    assert signed_in(xiaoyu).get(f"/u/{linwei.public_id}/bought").status_code == 404


def test_what_went_back_and_what_was_given_is_nobodys_purchase(
    linwei, xiaoyu, chen, honey, bought_by
):
    befriend(linwei, xiaoyu)
    wishes(linwei, "everyone")
    bought_by(linwei, honey, key="gift", origin=receipts.Origin(given_by=chen))
    assert known_to(xiaoyu, linwei) == []

    bought_by(linwei, honey, key="own")
    assert known_to(xiaoyu, linwei) == [honey]
    receipts.took_back(line_key="own", at=clock.now())
    assert known_to(xiaoyu, linwei) == []
    assert bought.friends_who_bought(xiaoyu, honey.pk) == []


def test_the_same_thing_again_keeps_what_was_said_of_it(linwei, honey, bought_by):
    bought_by(linwei, honey, key="first")
    wishes(linwei, "everyone")

    assert bought_by(linwei, honey, key="second").seen_by == "me"
    bought.show(person=linwei, product_id=honey.pk, seen_by="friends")
    assert bought_by(linwei, honey, key="third").seen_by == "friends"
    assert set(Receipt.objects.values_list("seen_by", flat=True)) == {"friends"}


def test_what_a_guest_bought_becomes_what_its_person_wishes(linwei, honey, bought_by):
    wishes(linwei, "friends")
    guests = bought_by(None, honey, key="guest")
    assert guests.seen_by == "me"

    receipts.claim(line_keys=["guest"], person=linwei)

    guests.refresh_from_db()
    assert (guests.person, guests.seen_by) == (linwei, "friends")


def test_what_a_guest_bought_again_keeps_what_was_said_of_it(linwei, xiaoyu, honey, bought_by):
    befriend(linwei, xiaoyu)
    bought_by(linwei, honey, key="own")
    wishes(linwei, "everyone")
    bought_by(None, honey, key="guest")

    assert receipts.claim(line_keys=["guest"], person=linwei) == 1
    assert receipts.claim(line_keys=["guest"], person=xiaoyu) == 0

    assert set(Receipt.objects.values_list("person", "seen_by")) == {(linwei.pk, "me")}
    assert bought.friends_who_bought(xiaoyu, honey.pk) == []
    assert known_to(xiaoyu, linwei) == []


def test_each_purchase_is_said_on_one_page(lin, linwei, chen, honey, bought_by):
    bought_by(linwei, honey)
    assert honey.title in lin.get(LIST).content.decode()
    assert honey.title not in lin.get(f"/u/{linwei.public_id}/bought").content.decode()

    lin.post(LIST, {"product": honey.public_id, "seen_by": "everyone"})

    page = signed_in(chen).get(f"/u/{linwei.public_id}/bought").content.decode()
    assert honey.title in page


@pytest.mark.parametrize("sent", ["", "nobody", "\x00", "9" * 40, "a" * 10_000])
def test_what_is_no_choice_is_refused_in_its_row(lin, linwei, honey, bought_by, sent):
    bought_by(linwei, honey)

    answer = lin.post(LIST, {"product": honey.public_id, "seen_by": sent})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'href="#id_{honey.public_id}_seen_by"' in page
    assert f'id="id_{honey.public_id}_seen_by"' in page
    assert Receipt.objects.get().seen_by == "me"


@pytest.mark.parametrize("product", ["", "\x00", "x" * 300])
def test_what_is_no_product_is_refused_and_another_ones_is_not_there(
    lin, linwei, chen, honey, bought_by, product
):
    bought_by(chen, honey)

    answer = lin.post(LIST, {"product": product, "seen_by": "everyone"})
    assert answer.status_code == 422
    for foreign in (honey.public_id, "%s%d", "ZZZZZZZZZZ"):
        answer = lin.post(LIST, {"product": foreign, "seen_by": "everyone"})
        assert answer.status_code == 404
    assert lin.post(LIST, {"product": "%s%d", "seen_by": "x"}).status_code == 422
    assert Receipt.objects.get().seen_by == "me"


def test_lists_of_purchases_ask_the_same_for_one_and_for_many(
    lin, linwei, hill_shop, honey, bought_by
):
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert lin.get(path).status_code == 200
        return len(asked)

    paths = [LIST, f"/u/{linwei.public_id}/bought"]
    wishes(linwei, "everyone")
    bought_by(linwei, honey)
    few = [queries(path) for path in paths]
    for number in range(4):
        product = Product.objects.create(
            shop=hill_shop, title=f"p{number}", state="live", published_at=clock.now()
        )
        Variant.objects.create(product=product, price_minor=100, available=1)
        bought_by(linwei, product)
    assert [queries(path) for path in paths] == few
