"""Circle orders by their pages: from the host's question to the last tick."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from orders import circle_orders
from orders.links import signed_path
from orders.models import CircleOrder, Order
from people import circle_places
from people.models import Person
from referrals.models import Click
from tests.orders.conftest import GATE, pay
from tests.orders.together import broken, join

S = CircleOrder.State

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def her(client_of, xiaoyu):
    return client_of(xiaoyu)


@pytest.fixture
def host(client_of, linwei):
    return client_of(linwei)


@pytest.fixture
def vendor(client_of, chen):
    return client_of(chen)


@pytest.fixture
def client_of(client):
    def browser(person):
        fresh = type(client)(
            HTTP_ACCEPT_LANGUAGE="en", HTTP_USER_AGENT=PHONE, HTTP_ACCEPT="text/html"
        )
        fresh.force_login(person)
        fresh.cookies["django_language"] = "en"
        return fresh

    return browser


def checked_out(browser, path: str) -> str:
    """Fill in a checkout whose pickup point is given, press, and return its page."""
    form = browser.get(path).content.decode()
    hidden = dict(re.findall(r'name="(key|seen_total|only|together)" value="([^"]+)"', form))
    sent = {"name": "周晓雨", "phone": "13800138000", "pay": "sandbox", "email": "", "note": ""}
    assert browser.post("/checkout", sent | hidden).status_code == 302
    return str(form)


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


TYPED = {
    "words": "",
    "open_hours": "48",
    "region": GATE.region,
    "address": GATE.address,
    "pickup_words": GATE.words,
    "phone": "13900139000",
}


def test_from_the_question_to_the_last_tick_by_pages_alone(
    host, vendor, her, circle, honey, jar, provider, linwei
):
    there = f"/circles/{circle.public_id}/together"
    asked = host.post(f"{there}/new", TYPED | {"product": honey.pk})
    row = CircleOrder.objects.get()
    assert asked["Location"] == row.path
    at_shop = f"/shop/together/{row.public_id}"
    assert "139 0013 9000" in words(vendor.get(at_shop))
    assert vendor.post(f"{at_shop}/answer", {"act": "accept"}).status_code == 302

    page = words(her.get(row.path))
    assert "林薇 may earn ¥6.80 if you buy" in page
    assert "139" not in page
    assert honey.title in words(her.get(there))
    answer = her.post(f"{row.path}/join", {"variant": jar.pk, "quantity": 2})
    assert answer["Location"] == f"/checkout?only={jar.pk}&together={row.public_id}"
    form = checked_out(her, answer["Location"])
    assert ("小区东门" in form, 'name="address"' in form) == (True, False)
    order = Order.objects.get()
    assert order.attribution is not None
    assert (order.address, order.attribution.sharer) == (GATE.address, linwei)
    assert Click.objects.get().kind == "human"
    pay(order.checkout, provider)

    listed = words(host.get(row.path))
    assert ("周晓雨" in listed, "138" in listed) == (True, False)
    assert host.post(f"{row.path}/close").status_code == 302
    parcels = f"/shop/orders/{quote(order.public_id)}/dispatch"
    vendor.post(parcels, {"carrier": "SF", "number": "SF1398"})
    ticked = host.post(f"{row.path}/parcels/{order.public_id}", {"act": "handed"})
    assert ticked.status_code == 302
    row.refresh_from_db()
    assert row.state == S.HANDED_OUT
    assert broken() == []


def test_who_is_not_of_it_finds_nothing_and_no_member_is_host(
    client, client_of, opened, circle, hao, her, xiaoyu, jar
):
    stranger = client_of(hao)
    acts = ["join", "close", "cancel", f"parcels/{opened.public_id}"]
    for path in (opened.path, f"/circles/{circle.public_id}/together"):
        assert stranger.get(path).status_code == 404
    assert stranger.get(f"/shop/together/{opened.public_id}").status_code in {302, 404}
    for act in acts:
        assert stranger.post(f"{opened.path}/{act}", {"why": "x"}).status_code == 404
        assert her.get(f"{opened.path}/{act}").status_code == 405
    for act in acts[1:]:
        assert her.post(f"{opened.path}/{act}", {"why": "x"}).status_code == 404
    assert her.get(f"/circles/{circle.public_id}/together/new").status_code == 404
    assert her.get("/together/0000000000").status_code == 404
    opened.refresh_from_db()
    assert opened.state == S.OPEN


def test_the_order_leads_its_buyer_and_its_shop_to_what_it_is_part_of(
    her, host, vendor, opened, circle, xiaoyu, jar
):
    order = join(opened, xiaoyu, jar)
    own, sold = her.get(signed_path(order)), vendor.get(f"/shop/orders/{order.public_id}")

    assert (opened.path in own.text, GATE.words in own.text) == (True, True)
    assert f"/shop/together/{opened.public_id}" in sold.text
    assert opened.path not in host.get(signed_path(order)).text
    circle_places.leave(circle=circle, person=xiaoyu)
    assert opened.path not in her.get(signed_path(order)).text


def test_who_rings_at_shops_doors_all_day_is_asked_to_wait(host, circle, honey, monkeypatch):
    monkeypatch.setattr(circle_orders, "MOST_ASKED_A_DAY", 2)
    path, asks = f"/circles/{circle.public_id}/together/new", TYPED | {"product": honey.pk}
    for _time in range(2):
        asked = host.post(path, asks)["Location"]
        assert host.post(f"{asked}/cancel", {"why": "不要了"}).status_code == 302

    assert host.post(path, asks).status_code == 429
    assert CircleOrder.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"product": ""},
        {"product": "999999999999999999999"},
        {"product": "٣"},
        {"open_hours": "169"},
        {"open_hours": "x"},
        {"region": ""},
        {"address": "x" * 10**6},
        {"address": "\x00"},
        {"pickup_words": "\u200b"},
        {"phone": "12"},
        {"phone": "🍯"},
    ],
)
def test_what_cannot_be_asked_is_said_beside_the_field(host, circle, honey, wrong):
    sent = TYPED | {"product": honey.pk} | wrong

    answer = host.post(f"/circles/{circle.public_id}/together/new", sent)

    assert answer.status_code == 422
    assert not CircleOrder.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"variant": "0"}, {"variant": "x"}, {"quantity": "0"}, {"quantity": "100"}, {}]
)
def test_what_cannot_be_joined_is_said_beside_the_field(her, opened, jar, wrong):
    sent = {"variant": jar.pk, "quantity": 1} | wrong if wrong else {}

    assert her.post(f"{opened.path}/join", sent).status_code == 422


def test_odd_acts_are_422_and_late_ones_409(host, vendor, her, opened, xiaoyu, jar):
    at_shop = f"/shop/together/{opened.public_id}/answer"
    assert vendor.post(at_shop, {"act": "steal"}).status_code == 422
    assert vendor.post(at_shop, {"act": "refuse", "why": ""}).status_code == 422
    assert vendor.post(at_shop, {"act": "accept"}).status_code == 409
    assert host.post(f"{opened.path}/cancel", {"why": ""}).status_code == 422
    order = join(opened, xiaoyu, jar)
    tick = f"{opened.path}/parcels/{order.public_id}"
    assert host.post(tick, {"act": "eat"}).status_code == 422
    assert host.post(tick, {"act": "handed"}).status_code == 409
    assert host.post(f"{opened.path}/close").status_code == 302
    assert host.post(f"{opened.path}/close").status_code == 409
    assert host.post(f"{opened.path}/cancel", {"why": "雨"}).status_code == 409
    assert her.post(f"{opened.path}/join", {"variant": jar.pk, "quantity": 1}).status_code == 409
    for code in (opened.public_id, "0000000000", "\x00", "🍯", "x" * 10_000):
        assert her.get("/checkout", {"together": code}).status_code in {400, 409}


def test_pages_ask_as_much_for_one_parcel_as_for_six(
    host, opened, circle, jar, django_assert_max_num_queries
):
    people = [
        Person.objects.create_user(name=f"邻居{n}", email=f"n{n}@example.test") for n in range(6)
    ]
    type(jar).objects.update(available=99)
    for person in people:
        circle_places.join(circle=circle, code=circle.invite_code, person=person)
    join(opened, people[0], jar, key="a" * 32)
    host.get(opened.path)
    with django_assert_max_num_queries(16):
        host.get(opened.path)
    for number, person in enumerate(people[1:]):
        join(opened, person, jar, key=f"{number}" * 32)
    with django_assert_max_num_queries(16):
        assert words(host.get(opened.path)).count("× 2") == 6
