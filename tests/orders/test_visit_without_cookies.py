"""A visit that may leave no cookie: what brought the buyer goes along with the bag."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from orders import bags
from orders.models import Bag
from referrals import consent, links
from referrals.models import Attribution
from referrals.touches import COOKIE_NAME, cookie_with
from tests.conftest import NOON
from tests.orders.conftest import touches_of
from tests.referrals.conftest import BROWSER


@pytest.fixture(autouse=True)
def strict(settings):
    settings.CONSENT = "strict"


@pytest.fixture
def phone():
    return Client(**BROWSER, HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def link(linwei, honey):
    return links.link_for(person=linwei, product=honey)


def hidden(page: str, name: str) -> str:
    """The value of a page's hidden field; the first of that name."""
    values: list[str] = re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return values[0]


def put_in_bag(client, page: str, jar, act="add"):
    form = {"variant": jar.pk, "quantity": 1, "version": 1, "act": act}
    return client.post("/bag", form | {"brought": hidden(page, "brought")})


def test_the_visit_counts_through_the_bag_to_the_order(phone, link, jar, strict, noon):
    page = phone.get(f"/s/{link.code}").content.decode()
    assert put_in_bag(phone, page, jar).status_code == 302

    bag = Bag.objects.get()
    (touch,) = consent.proven({}, bag.brought)
    assert (touch.link_id, touch.at) == (link.pk, NOON)
    assert COOKIE_NAME not in phone.cookies


def test_the_order_of_such_a_visit_names_the_sharer(phone, link, jar, strict, linwei, provider):
    page = phone.get(f"/s/{link.code}").content.decode()
    put_in_bag(phone, page, jar, act="buy")
    checkout = phone.get("/checkout").content.decode()
    form = {
        "key": hidden(checkout, "key"),
        "seen_total": hidden(checkout, "seen_total"),
        "name": "周晓雨",
        "phone": "13800138000",
        "region": "陕西省 西安市 雁塔区",
        "address": "科技路 10 号",
        "pay": "sandbox",
    }
    answer = phone.post("/checkout", form)

    assert answer.status_code == 302, answer.content.decode()
    assert Attribution.objects.get().sharer == linwei


def test_signing_in_pours_what_a_guests_bag_carries_into_ones_own(linwei, xiaoyu, honey, jar, noon):
    guest, own = bags.open_for(person=None, token=None), bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=guest, variant=jar, quantity=1)
    (touch,) = touches_of(linwei, honey)
    bags.carry(bag=guest, brought=cookie_with([], touch))
    bags.merge(person=xiaoyu, token=guest.token)

    own.refresh_from_db()
    (carried,) = consent.proven({}, own.brought)
    assert carried.click_id == touch.click_id


def test_who_takes_it_away_takes_it_out_of_the_bag_too(phone, link, jar):
    put_in_bag(phone, phone.get(f"/s/{link.code}").content.decode(), jar)
    page = phone.get("/about/cookies").content.decode()
    assert 'name="act" value="forget" formaction="/bag/forget-links"' in page
    phone.cookies[COOKIE_NAME] = "a note"

    answer = phone.post("/bag/forget-links", {"act": "forget"}, follow=True)

    assert answer.redirect_chain == [("/about/cookies", 307), ("/about/cookies", 302)]
    assert phone.cookies[COOKIE_NAME].value == ""
    bag = Bag.objects.get()
    assert (bag.brought, bag.lines.count()) == ("", 1)


def test_who_has_no_bag_takes_nothing_out_of_it(phone, db):
    assert phone.post("/bag/forget-links", {"act": "forget"}).status_code == 307
    assert phone.get("/bag/forget-links").status_code == 405
    assert not Bag.objects.exists()
