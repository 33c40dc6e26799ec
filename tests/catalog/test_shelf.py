"""The vendor's shelf: every listing with its state, and nobody else's hands on it."""

from __future__ import annotations

import pytest

from catalog import listing, screening
from catalog.models import Photo
from shops.models import Membership
from tests.catalog.editing import NEW, sent


@pytest.mark.parametrize(
    "path", [NEW, "/shop/products", "/shop/products/photos", "/shop/products/{id}",
             "/shop/products/{id}/takedown", "/shop/products/{id}/putback"],
)  # fmt: skip
@pytest.mark.parametrize("who", ["anonymous", "without a shop", "packer", "another vendor"])
def test_strangers_write_nothing(client, honey, linwei, packer, wulan, path, who):
    path = path.format(id=honey.public_id)
    if who == "another vendor":
        mine = honey.shop.__class__.objects.create(owner=wulan, handle="wulan", name="W")
        Membership.objects.create(shop=mine, person=wulan, role="owner")
        if honey.public_id not in path:
            return  # their own desk
    person = {"without a shop": linwei, "packer": packer, "another vendor": wulan}.get(who)
    if person:
        client.force_login(person)

    answer = client.post(path, sent())

    honey.refresh_from_db()
    expected = {"anonymous": 302, "without a shop": 302, "packer": 404, "another vendor": 404}
    assert answer.status_code == expected[who]
    assert (honey.title, honey.state) == ("秦岭野花土蜂蜜", "live")
    assert not Photo.objects.exists()


def test_anonymous_is_brought_back_after_signing_in(client, db):
    answer = client.get(NEW)

    assert answer.url == f"/accounts/login/?next={NEW}"


def test_without_a_shop_one_is_shown_how_to_open_it(client, linwei):
    client.force_login(linwei)

    assert client.get(NEW).url == "/open"


@pytest.mark.parametrize("path", ["/shop/products/photos", "/shop/products/{id}/takedown"])
def test_what_changes_something_is_never_a_link(desk, honey, path):
    assert desk.get(path.format(id=honey.public_id)).status_code == 405


def test_the_shelf_lists_every_state_and_why_one_came_back(desk, honey, chen, rule):
    desk.post(NEW, sent(title="口红分装", act="publish"))

    page = desk.get("/shop/products").text

    assert "秦岭野花土蜂蜜" in page
    assert "口红分装" in page
    assert "不能分装" in page


def test_taken_down_with_a_way_back(desk, honey):
    path = f"/shop/products/{honey.public_id}"

    page = desk.post(f"{path}/takedown", follow=True)
    honey.refresh_from_db()
    assert honey.state == "unlisted"
    assert f'action="{path}/putback"' in page.text

    desk.post(f"{path}/putback")
    honey.refresh_from_db()
    assert honey.state == "live"


def test_taking_down_twice_is_told_so(desk, honey):
    path = f"/shop/products/{honey.public_id}/takedown"
    desk.post(path)

    assert desk.post(path).status_code == 409


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 50, ""])
def test_a_page_that_is_not_there_is_the_nearest_one(desk, honey, page):
    assert desk.get("/shop/products", {"page": page}).status_code == 200


def test_what_was_sent_back_and_waits_again_says_so(desk, honey, chen):
    screening.send_back(hold=screening.hold(product=honey, cause="new_shop"), reason="请换图")
    listing.publish(product=honey, by=chen)

    page = desk.get("/shop/products").text

    assert "之前退回过" in page
    assert "新店的首批商品" not in page
