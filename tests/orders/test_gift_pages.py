"""Gifts on their pages: at checkout, on the order, and in the shop's list."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.links import signed_path
from orders.models import Order
from referrals import giving
from referrals.models import Gives
from referrals.touches import COOKIE_NAME, cookie_with
from tests.orders.conftest import the_order
from tests.orders.gifts import buy_given
from tests.orders.test_checkout_page import TYPED


@pytest.fixture
def placed(jar, xiaoyu, given) -> Order:
    return the_order(buy_given(jar, xiaoyu, given))


@pytest.fixture
def browser(client, jar, given):
    """A guest's browser with Lin Wei's cookie and two jars in its bag."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.cookies[COOKIE_NAME] = cookie_with([], given[0])
    client.post("/bag", {"act": "buy", "variant": jar.pk, "quantity": 2})
    return client


def page_of(client, path: str) -> str:
    text = re.sub(r"<[^>]+>", " ", client.get(path).content.decode())
    return re.sub(r"\s+", " ", text)


def test_checkout_shows_the_gift_as_a_line_and_asks_for_the_rest(browser, jar, provider):
    page = page_of(browser, f"/checkout?only={jar.pk}")

    assert "From 林薇 −¥13.60" in page
    assert "Goods ¥136.00" in page
    assert "Pay ¥132.40" in page


def test_one_press_pays_what_the_button_said_and_the_order_shows_the_gift(browser, jar, provider):
    form = browser.get(f"/checkout?only={jar.pk}").content.decode()
    hidden = dict(re.findall(r'name="(key|seen_total|only)" value="([^"]+)"', form))
    assert hidden["seen_total"] == "13240"

    answer = browser.post("/checkout", TYPED | hidden)

    assert answer.status_code == 302
    order = Order.objects.get()
    assert order.total_minor == 13_240
    page = page_of(browser, signed_path(order))
    assert "From 林薇 −¥13.60" in page
    assert "Total ¥132.40" in page


def test_the_button_stops_when_the_gift_is_taken_back_meanwhile(browser, jar, gift_link, provider):
    form = browser.get(f"/checkout?only={jar.pk}").content.decode()
    hidden = dict(re.findall(r'name="(key|seen_total|only)" value="([^"]+)"', form))
    giving.choose(link=gift_link, gives=Gives.KEEP)

    answer = browser.post("/checkout", TYPED | hidden)

    assert answer.status_code == 409
    assert "¥146.00" in answer.content.decode()
    assert not Order.objects.exists()


def test_a_link_that_gives_nothing_adds_one_question_to_checkout(browser, jar, gift_link):
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get(f"/checkout?only={jar.pk}")
        return len(asked)

    browser.get(f"/checkout?only={jar.pk}")
    giving.choose(link=gift_link, gives=Gives.KEEP)
    kept = questions()
    del browser.cookies[COOKIE_NAME]
    assert kept == questions() + 1


def test_the_shop_sees_what_was_given_and_not_by_whom(placed, client, chen):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(chen)

    page = page_of(client, f"/shop/orders/{quote(placed.public_id)}")

    assert "From the sharer −¥13.60" in page
    assert "Total ¥132.40" in page
