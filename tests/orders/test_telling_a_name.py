"""Letting the friend know who bought: a tick at checkout, and nothing without it."""

from __future__ import annotations

import re

import pytest

from orders.models import Order
from referrals.models import Attribution
from referrals.touches import COOKIE_NAME, cookie_with
from tests.orders.conftest import touches_of
from tests.orders.test_checkout_page import TYPED


@pytest.fixture(autouse=True)
def _in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def brought(client, honey, linwei) -> None:
    """This browser came by Lin Wei's link."""
    client.cookies[COOKIE_NAME] = cookie_with([], *touches_of(linwei, honey))


def filled_in(client, jar) -> tuple[str, dict[str, str]]:
    client.post("/bag", {"act": "buy", "variant": jar.pk, "quantity": 1})
    page = client.get(f"/checkout?only={jar.pk}").content.decode()
    hidden = dict(re.findall(r'name="(key|seen_total|only|named)" value="([^"]+)"', page))
    return page, TYPED | hidden


def tick_in(page: str) -> str:
    """Return the box itself."""
    (box,) = re.findall(r'<input[^>]*name="tells_name"[^>]*>', page)
    return str(box)


@pytest.mark.parametrize(("ticked", "tells"), [({"tells_name": "on"}, True), ({}, False)])
def test_who_ticks_it_is_named_and_who_does_not_is_not(
    client, jar, xiaoyu, brought, provider, ticked, tells
):
    client.force_login(xiaoyu)
    page, form = filled_in(client, jar)

    assert "Let 林薇 know it was me" in page
    assert 'name="tells_name"' in page
    assert "checked" not in tick_in(page)
    client.post("/checkout", form | ticked)
    assert Attribution.objects.get().tells_name is tells


def test_only_whom_the_box_named_learns_it(
    client, jar, honey, xiaoyu, linwei, wulan, brought, provider
):
    client.force_login(xiaoyu)
    page, form = filled_in(client, jar)
    assert "Let 林薇 know it was me" in page
    assert form["named"] == linwei.public_id

    # Before the press of *pay* another link was opened in another window.
    client.cookies[COOKIE_NAME] = cookie_with([], *touches_of(wulan, honey))
    client.post("/checkout", form | {"tells_name": "on"})

    brought_by_her = Attribution.objects.get()
    assert (brought_by_her.sharer, brought_by_her.tells_name) == (wulan, False)


@pytest.mark.parametrize("named", ["", "on", "\x00", "x" * 10**6, "0 1 2"])
def test_a_tick_that_names_nobody_tells_nobody(client, jar, xiaoyu, brought, provider, named):
    client.force_login(xiaoyu)
    _page, form = filled_in(client, jar)
    client.post("/checkout", form | {"tells_name": "on", "named": named})
    assert Attribution.objects.get().tells_name is False


def test_a_guest_is_not_asked_and_cannot_tell(client, jar, brought, provider):
    page, form = filled_in(client, jar)

    assert "tells_name" not in page
    client.post("/checkout", form | {"tells_name": "on"})
    assert Attribution.objects.get().tells_name is False


def test_who_came_by_nobody_is_not_asked(client, jar, xiaoyu, provider):
    client.force_login(xiaoyu)
    page, form = filled_in(client, jar)

    assert "tells_name" not in page
    client.post("/checkout", form | {"tells_name": "on"})
    assert Order.objects.get().attribution is None


def test_the_tick_survives_a_field_that_needs_mending_and_a_moved_price(
    client, jar, xiaoyu, brought, provider
):
    client.force_login(xiaoyu)
    _page, form = filled_in(client, jar)
    mended = client.post("/checkout", form | {"tells_name": "on", "name": ""})
    moved = client.post("/checkout", form | {"tells_name": "on", "seen_total": "1"})

    assert mended.status_code == 422
    assert "checked" in tick_in(mended.content.decode())
    assert moved.status_code == 409
    assert 'name="tells_name" value="on"' in moved.content.decode()
    assert not Order.objects.exists()


def test_whom_one_has_blocked_is_not_offered(client, jar, xiaoyu, linwei, brought):
    xiaoyu.blocks.create(blocked=linwei)
    client.force_login(xiaoyu)

    page, _form = filled_in(client, jar)
    assert "tells_name" not in page
