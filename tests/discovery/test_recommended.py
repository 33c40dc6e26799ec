"""What people of one's circles bought, what is like a product, and what is kept of a ranking."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as Away

from catalog.models import Category, Endorsement, Product, Receipt
from discovery import alike, near, stroll
from people.models import Block, Circle, CircleMember, Person
from tests.conftest import NOON
from tests.discovery.conftest import befriend, put_on_sale, receive, recommend


def titles_of(places):
    products = Product.objects.in_bulk()
    return [products[place.product_id].title for place in places]


@pytest.fixture
def neighbours(xiaoyu):
    """Six people in one circle with Xiaoyu."""
    circle = Circle.objects.create(host=xiaoyu, name="小区")
    people = [Person.objects.create_user(name=f"邻{n}", email=f"n{n}@x.test") for n in range(6)]
    for person in (xiaoyu, *people):
        CircleMember.objects.create(circle=circle, person=person, state="member")
    return people


@pytest.fixture
def scarf(scarf_shop):
    return put_on_sale(scarf_shop, "羊绒围巾")


def show(person, product):
    """Let somebody receive a product and their friends know of it."""
    receipt = receive(person, product)
    receipt.seen_by = "friends"
    receipt.save()


def test_what_three_of_six_kept_is_told_and_nobodys_name(client, xiaoyu, neighbours, scarf, noon):
    for person in neighbours[:2]:
        show(person, scarf)
    assert near.places(xiaoyu) == []
    show(neighbours[2], scarf)

    assert titles_of(near.places(xiaoyu)) == ["羊绒围巾"]
    client.force_login(xiaoyu)
    page = client.get("/friends").content.decode()
    assert "圈子里的人在买" in page
    assert "邻" not in page.replace("邻居", "")


def test_what_nearly_all_bought_is_not_told_for_it_would_name_them(xiaoyu, neighbours, scarf, noon):
    for person in neighbours[:4]:
        show(person, scarf)

    assert near.places(xiaoyu) == []  # only two did not: of the others it would be known


def test_what_went_back_or_is_long_ago_or_not_kept_yet_counts_for_nothing(
    xiaoyu, neighbours, scarf, noon
):
    for person in neighbours[:3]:
        show(person, scarf)
    last = Receipt.objects.filter(person=neighbours[2])
    for change in (
        {"returned_at": noon},
        {"returned_at": None, "received_at": noon - timedelta(days=181)},
        {"received_at": noon, "keeps_from": noon + timedelta(days=1)},
    ):
        last.update(**change)
        assert near.places(xiaoyu) == []
    last.update(keeps_from=noon)
    assert titles_of(near.places(xiaoyu)) == ["羊绒围巾"]


def test_blocked_people_and_those_who_left_are_not_near(xiaoyu, neighbours, scarf, noon):
    for person in neighbours[:3]:
        show(person, scarf)
    Block.objects.create(blocker=neighbours[0], blocked=xiaoyu)
    assert near.places(xiaoyu) == []
    Block.objects.all().delete()
    CircleMember.objects.filter(person=xiaoyu).update(state="left")
    assert near.places(xiaoyu) == []


def test_who_wants_nothing_personal_is_told_nothing_of_neighbours(xiaoyu, neighbours, scarf, noon):
    for person in neighbours[:3]:
        show(person, scarf)
    xiaoyu.personalised = False

    assert near.places(xiaoyu) == []


def test_a_purchase_kept_to_oneself_cannot_be_read_from_the_crowd(xiaoyu, neighbours, scarf, noon):
    for person in neighbours[:2]:
        show(person, scarf)
    receive(neighbours[2], scarf)
    assert near.places(xiaoyu) == []

    Receipt.objects.filter(person=neighbours[2]).update(seen_by="everyone")
    assert titles_of(near.places(xiaoyu)) == ["羊绒围巾"]


def test_like_a_product_is_what_shares_its_words_or_kind(
    client, linwei, xiaoyu, scarf_shop, old_hill_shop, scarf
):
    kind = Category.objects.create(slug="warm", name_zh="保暖", name_en="Warm")
    wool = put_on_sale(old_hill_shop, "羊毛围巾")
    gloves = put_on_sale(scarf_shop, "皮手套")
    put_on_sale(old_hill_shop, "绿茶")
    assert titles_of(alike.places(None, scarf)) == ["羊毛围巾"]

    Product.objects.filter(pk__in=[scarf.pk, gloves.pk]).update(category=kind)
    scarf.refresh_from_db()
    assert titles_of(alike.places(None, scarf)) == ["羊毛围巾", "皮手套"]
    befriend(linwei, xiaoyu)
    recommend(linwei, gloves)
    assert titles_of(alike.places(xiaoyu, scarf)) == ["皮手套", "羊毛围巾"]
    Block.objects.create(blocker=old_hill_shop.owner, blocked=xiaoyu)
    assert titles_of(alike.places(xiaoyu, scarf)) == ["皮手套"]

    page = client.get(f"/p/{scarf.public_id}/alike").content.decode()
    assert wool.title in page
    assert f"/p/{scarf.public_id}/alike" in client.get(f"/p/{scarf.public_id}").content.decode()


def test_nothing_is_like_what_has_no_words(old_hill_shop, client):
    odd = put_on_sale(old_hill_shop, "'")

    assert alike.places(None, odd) == []
    assert client.get(f"/p/{odd.public_id}/alike").status_code == 200
    assert client.get("/p/ZZZZZZZZZZ/alike").status_code == 404


def first_title(viewer):
    return titles_of(stroll.page(viewer, None))[0]


def test_a_kept_ranking_is_made_anew_when_a_friend_speaks_or_a_friendship_ends(
    linwei, xiaoyu, scarf_shop
):
    old = put_on_sale(scarf_shop, "围巾", hours_ago=50)
    put_on_sale(scarf_shop, "手套", hours_ago=1)
    befriend(linwei, xiaoyu)
    assert first_title(xiaoyu) == "手套"
    said = recommend(linwei, old)
    assert first_title(xiaoyu) == "围巾"
    Block.objects.create(blocker=linwei, blocked=xiaoyu)
    assert first_title(xiaoyu) == "手套"
    Block.objects.all().delete()
    assert first_title(xiaoyu) == "围巾"
    said.delete()
    assert first_title(xiaoyu) == "手套"


def test_what_is_taken_down_leaves_a_kept_street_at_once(client, scarf_shop):
    put_on_sale(scarf_shop, "手套", hours_ago=1)
    gone = put_on_sale(scarf_shop, "围巾", hours_ago=9)
    assert "围巾" in client.get("/").content.decode()

    Product.objects.filter(pk=gone.pk).update(state="unlisted")

    page = client.get("/").content.decode()
    assert "围巾" not in page
    assert "手套" in page


def test_with_the_cache_away_the_street_is_there(client, scarf_shop, monkeypatch):
    put_on_sale(scarf_shop, "手套")

    def away(*args, **kwargs):
        raise Away

    monkeypatch.setattr(cache, "get", away)
    monkeypatch.setattr(cache, "set", away)

    assert "手套" in client.get("/").content.decode()


@pytest.mark.parametrize(
    "change", [{"withdrawn_at": NOON}, {"visibility": "held"}, {"visibility": "friends"}]
)
def test_words_taken_back_or_hidden_leave_a_kept_street_at_once(
    client, linwei, scarf_shop, noon, change
):
    said = recommend(linwei, put_on_sale(scarf_shop, "围巾"), "像云一样", visibility="everyone")
    page = client.get("/").content.decode()
    assert "像云一样" in page
    assert "林薇" in page

    Endorsement.objects.filter(pk=said.pk).update(**change)

    page = client.get("/").content.decode()
    assert "围巾" in page
    assert "像云一样" not in page
    assert "林薇" not in page
