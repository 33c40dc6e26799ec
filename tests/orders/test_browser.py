"""The pages around an order in a real browser, at the width of a phone, in both languages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Page

from orders import bags, paying, refunds
from orders.links import signed_path
from orders.models import Bag, Order
from payments import destinations
from payments.models import Charge, Refund
from tests.browser import overflow, small_targets, violations
from tests.orders.conftest import HOME, buy, pay, pay_at

pytestmark = pytest.mark.django_db(transaction=True)

# Sends a form by another name for one of its fields, as an old page or a strange browser does.
SEND = """([path, words]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const [name, value] of Object.entries({...words, csrfmiddlewaretoken: token})) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture(params=["zh-CN", "en"])
def visit(request, open_page, client, live_server):
    """Return a function that opens a page signed in as somebody."""

    def open_(person, path: str) -> Page:
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page: Page = open_page("/healthz", language=request.param)
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page.goto(live_server.url + path)
        return page

    return open_


def send(page: Page, path: str, **words: Any) -> int:
    with page.expect_navigation() as landed:
        page.evaluate(SEND, [path, {name: str(value) for name, value in words.items()}])
    return landed.value.status


def assert_good(page: Page) -> None:
    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page) == []


def in_the_bag(person, variant) -> Bag:
    bag = bags.open_for(person=person, token=None)
    bags.set_quantity(bag=bag, variant=variant, quantity=2)
    return bag


@pytest.mark.parametrize(
    ("path", "words", "status"),
    [
        ("/bag", {"act": "add", "quantity": 1000}, 422),
        ("/bag", {"act": "add", "quantity": 1, "version": 1}, 409),
        ("/bag/change", {"act": "set", "quantity": "²"}, 422),
        ("/checkout", {"name": ""}, 422),
        ("/checkout", {"seen_total": 14_500}, 409),
    ],
)
def test_what_went_wrong_is_said_on_a_good_page(visit, jar, xiaoyu, path, words, status):
    in_the_bag(xiaoyu, jar)
    type(jar.product).objects.update(version=2)
    page = visit(xiaoyu, "/bag")
    typed = {
        "key": uuid4().hex,
        "seen_total": 14_600,
        "name": "周晓雨",
        "phone": "13800138000",
        "region": "陕西省 西安市 雁塔区",
        "address": "科技路 10 号",
        "pay": "sandbox",
    }

    sent = {"variant": jar.pk} | (typed if path == "/checkout" else {}) | words
    assert send(page, path, **sent) == status
    assert_good(page)


def test_too_many_unpaid_orders_are_refused_on_a_good_page(visit, jar, xiaoyu):
    bag = in_the_bag(xiaoyu, jar)
    for _ in range(5):
        bags.set_quantity(bag=bag, variant=jar, quantity=1)
        buy(jar, quantity=1, buyer=xiaoyu, bag=bag)
    bags.set_quantity(bag=bag, variant=jar, quantity=1)
    page = visit(xiaoyu, "/checkout")
    words = {"name": "周晓雨", "phone": "13800138000", "region": HOME.region}
    words |= {"address": HOME.address, "pay": "sandbox", "key": uuid4().hex, "seen_total": "7800"}

    assert send(page, "/checkout", **words) == 409
    assert_good(page)
    page.get_by_role("main").get_by_role("link").click()
    assert_good(page)


def test_an_order_whose_money_will_not_go_back_yet(visit, placed, provider, xiaoyu, chen):
    pay_at(placed.checkout, provider)
    paying._cancel(placed.checkout.charge)
    paying.refresh(placed.checkout.charge_id)
    Charge.objects.update(provider_ref="ch_unknown")
    refunds.refresh(Refund.objects.get().pk)

    assert_good(visit(xiaoyu, signed_path(placed)))
    assert_good(visit(chen, f"/shop/orders/{placed.public_id}"))


@pytest.mark.parametrize("path", ["/me/orders", "/bag", "/checkout", "/me/wallet"])
def test_the_shoppers_pages(visit, jar, xiaoyu, provider, path):
    pay(buy(jar, quantity=1, buyer=xiaoyu), provider)
    in_the_bag(xiaoyu, jar)

    assert_good(visit(xiaoyu, path))


@pytest.mark.parametrize(
    "path", ["/shop/orders", "/shop/money", "/me/wallet", "/me/wallet/destination"]
)
def test_the_vendors_pages(visit, paid, chen, path):
    destinations.set_destination(person=chen, identifier="chen-wallet", holder="陈姐")
    Order.objects.update(note="请包好一点")

    assert_good(visit(chen, path))


def test_a_vendor_refunds_a_part_and_sees_first_who_gives_what(visit, shipped, chen):
    page = visit(chen, f"/shop/orders/{shipped.public_id}")
    page.click("a[href$='/refund-part']")
    assert (violations(page), small_targets(page), overflow(page)) == ([], [], 0)
    page.fill("[name^=line_]", "200")
    page.fill("[name=why]", "漏了一点")
    page.click("button[value=look]")
    assert page.locator("[role=alert]").is_visible()
    assert (violations(page), overflow(page)) == ([], 0)

    page.fill("[name^=line_]", "34")
    page.click("button[value=look]")
    assert "34.00" in page.inner_text("h1")
    assert "30.26" in page.inner_text("main")
    assert (violations(page), small_targets(page), overflow(page)) == ([], [], 0)
    page.click("button[value=send]")

    page.wait_for_url(f"**/shop/orders/{shipped.public_id}")
    assert Refund.objects.get().amount_minor == 3400
    assert "34.00" in page.inner_text("[aria-labelledby=refunds]")
    assert (violations(page), small_targets(page), overflow(page)) == ([], [], 0)
