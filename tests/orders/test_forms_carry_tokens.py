"""Every form of the orders pages carries the token without which its press is refused."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from orders import bags, fulfilment
from orders.links import signed_path


def assert_tokens(client, path: str, *, at_least: int) -> None:
    page = client.get(path).content.decode()
    # The footer's switches of language and look change nothing that needs a token.
    content = page[page.index("<main") : page.index("</main>")]
    forms = re.findall(r'<form[^>]*method="post".*?</form>', content, flags=re.DOTALL)
    assert len(forms) >= at_least
    for form in forms:
        assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', form), form


@pytest.fixture
def buyer(xiaoyu) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(xiaoyu)
    return client


@pytest.fixture
def vendor(chen) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(chen)
    return client


def test_the_bag_and_checkout(buyer, jar, xiaoyu):
    bags.add(bag=bags.open_for(person=xiaoyu, token=None), variant=jar, quantity=2)

    assert_tokens(buyer, "/bag", at_least=1)
    assert_tokens(buyer, "/checkout", at_least=1)


def test_the_buyers_page_in_every_state(buyer, placed, provider, chen, request):
    assert_tokens(buyer, signed_path(placed), at_least=1)
    request.getfixturevalue("paid")
    assert_tokens(buyer, signed_path(placed), at_least=1)
    order = request.getfixturevalue("shipped")
    assert_tokens(buyer, signed_path(order), at_least=2)
    fulfilment.confirm(order=order)
    assert_tokens(buyer, signed_path(order), at_least=1)


def test_the_vendors_pages(vendor, paid):
    assert_tokens(vendor, "/shop/orders", at_least=1)
    assert_tokens(vendor, f"/shop/orders/{paid.public_id}", at_least=2)


def test_a_press_without_the_token_is_refused(buyer, paid):
    assert buyer.post(f"{signed_path(paid)}/refund").status_code == 403
    paid.refresh_from_db()
    assert paid.state == "paid"
