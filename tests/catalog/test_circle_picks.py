"""A circle's shelf: members put things there, the host takes them away, strangers see no names."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from catalog import circle_picks, listing
from catalog.invariants import INVARIANTS
from catalog.models import CirclePick
from kit.invariants import check
from people import circle_places, circles
from people.models import Block
from tests.races import all_at_once

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def circle(linwei, xiaoyu):
    """Lin Wei's circle, which everyone here may see; Xiaoyu is in it."""
    opened = circles.open_circle(
        host=linwei, name="三楼邻居", words="", seen_by="everyone", may_ask=True
    )
    circle_places.join(circle=opened, code=opened.invite_code, person=xiaoyu)
    return opened


def broken():
    return sum(found.broken for found in check(INVARIANTS))


def put(circle, person, product, note="早饭就它"):
    return circle_picks.add(circle=circle, person=person, product=product, note=note)


def test_members_see_who_put_it_there_and_strangers_see_no_name(
    circle, linwei, xiaoyu, chen, honey
):
    put(circle, xiaoyu, honey)

    [seen] = circle_picks.shelf(circle, linwei)
    assert (seen.product, seen.note, seen.person, seen.price_minor, seen.may_go) == (
        honey,
        "早饭就它",
        xiaoyu,
        6800,
        True,
    )
    for outside in (chen, AnonymousUser()):
        [seen] = circle_picks.shelf(circle, outside)
        assert (seen.person, seen.may_go) == (None, False)
    assert broken() == 0


def test_who_is_not_in_it_puts_nothing_there(circle, chen, honey):
    with pytest.raises(circle_picks.NotAMember):
        put(circle, chen, honey)

    assert not CirclePick.objects.exists()


def test_nobody_puts_anything_into_a_closed_circle(circle, linwei, honey):
    circles.close(circle=circle, host=linwei)

    with pytest.raises(circle_picks.NotAMember):
        put(circle, linwei, honey)


def test_a_thing_stands_there_once(circle, linwei, xiaoyu, honey):
    put(circle, xiaoyu, honey)

    with pytest.raises(circle_picks.AlreadyThere):
        put(circle, linwei, honey)
    assert CirclePick.objects.get().person == xiaoyu


def test_a_full_shelf_takes_no_more(circle, linwei, honey, monkeypatch):
    monkeypatch.setattr(circle_picks, "MOST_PICKS", 0)

    with pytest.raises(circle_picks.ShelfFull):
        put(circle, linwei, honey)


def test_a_note_is_screened(circle, linwei, honey, rule):
    with pytest.raises(circle_picks.NotLikeThis, match="分装"):
        put(circle, linwei, honey, note="可分装")

    assert not CirclePick.objects.exists()


def test_what_is_taken_down_leaves_the_shelf_by_itself(circle, linwei, honey):
    put(circle, linwei, honey)
    listing.unlist(product=honey)

    assert circle_picks.shelf(circle, linwei) == []


@pytest.mark.parametrize("way", ["blocks", "is blocked"])
def test_who_is_blocked_is_seen_on_no_shelf(circle, linwei, xiaoyu, chen, honey, way):
    put(circle, xiaoyu, honey)
    pair = (linwei, xiaoyu) if way == "blocks" else (xiaoyu, linwei)
    Block.objects.create(blocker=pair[0], blocked=pair[1])

    assert circle_picks.shelf(circle, linwei) == []
    assert len(circle_picks.shelf(circle, chen)) == 1


def test_ten_things_take_no_more_statements_than_one(
    circle, linwei, honey, hill_shop, django_assert_max_num_queries
):
    put(circle, linwei, honey)
    with django_assert_max_num_queries(8):
        circle_picks.shelf(circle, linwei)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", ["on", "off"])
def test_five_members_put_the_same_there_and_it_stands_once(
    circle, linwei, honey, monkeypatch, guard
):
    """With the guard off the database still keeps one, and the others fall over."""
    if guard == "off":
        monkeypatch.setattr(circle_picks, "one_at_a_time", lambda *names: None)

    outcomes = all_at_once(lambda: put(circle, linwei, honey), times=5)

    names = {type(one).__name__ for one in outcomes}
    assert CirclePick.objects.count() == 1
    assert names <= {"CirclePick", "AlreadyThere", *(["IntegrityError"] * (guard == "off"))}


# --- pages -------------------------------------------------------------------------------------


def test_a_member_puts_it_there_from_its_page_and_takes_it_away(client, circle, xiaoyu, honey):
    client.force_login(xiaoyu)
    page = client.get(f"/p/{honey.public_id}/shelve")
    assert "三楼邻居" in page.text

    sent = {"circle": circle.public_id, "note": "早饭就它"}
    answer = client.post(f"/p/{honey.public_id}/shelve", sent)
    assert answer.url == f"/circles/{circle.public_id}/shelf"
    assert "早饭就它" in client.get(answer.url).text

    pick = CirclePick.objects.get()
    client.post(f"/me/picks/{pick.public_id}/remove")
    assert "货架还是空的" in client.get(answer.url).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"circle": ""},
        {"circle": "ZZZZZZZZZZ"},
        {"circle": "\x00"},
        {"note": "好" * 61},
        {"note": "x\x00"},
        {"note": "分装"},
    ],
    ids=repr,
)
def test_a_mistake_is_said_beside_its_field(client, circle, linwei, honey, rule, wrong):
    client.force_login(linwei)
    sent = {"circle": circle.public_id, "note": "好"} | wrong

    assert client.post(f"/p/{honey.public_id}/shelve", sent).status_code == 422
    assert not CirclePick.objects.exists()


def test_who_is_in_no_circle_is_led_to_them(client, chen, honey):
    client.force_login(chen)
    path = f"/p/{honey.public_id}/shelve"

    assert "/me/circles" in client.get(path).text
    assert client.post(path, {"circle": "x"}).status_code == 422


def test_strangers_take_nothing_away_and_see_no_members_circle(
    client, circle, linwei, xiaoyu, chen, honey
):
    pick = put(circle, xiaoyu, honey)
    client.force_login(chen)

    assert client.post(f"/me/picks/{pick.public_id}/remove").status_code == 404
    assert client.get(f"/circles/{circle.public_id}/shelf").status_code == 200
    circle.seen_by = "members"
    circle.save(update_fields=["seen_by"])
    assert client.get(f"/circles/{circle.public_id}/shelf").status_code == 404
    assert CirclePick.objects.count() == 1
