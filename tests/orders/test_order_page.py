"""The order's own page: what it says in each state, and who may do what there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Notice
from orders import fulfilment, paying, refunds
from orders.links import signed_path
from orders.models import Order
from people import friendships
from people.models import Block, FriendRequest
from tests.orders.conftest import buy, pay, pay_at, the_order


@pytest.fixture(autouse=True)
def _in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def guests(jar, provider) -> Order:
    """A guest's paid order of two jars."""
    checkout = buy(jar)
    pay(checkout, provider)
    return the_order(checkout)


def read(client, order) -> str:
    answer = client.get(signed_path(order))
    assert answer.status_code == 200
    page: str = answer.content.decode()
    return page


def test_each_state_has_its_sentence(client, noon, placed, provider, chen):
    assert "<h1>Waiting for your payment</h1>" in read(client, placed)
    assert "until 22 Nov, 12:30" in read(client, placed)

    pay(placed.checkout, provider)
    page = read(client, placed)
    assert "<h1>Paid: the shop has until 24 Nov, 12:00 to send it</h1>" in page
    assert "Your money is protected" in page

    placed.refresh_from_db()
    fulfilment.dispatch(order=placed, carrier="SF", number="SF1398", by=chen)
    page = read(client, placed)
    assert "<h1>On its way</h1>" in page
    assert "counts as received on 2 Dec, 12:00" in page
    assert 'value="SF1398"' in page

    fulfilment.confirm(order=placed)
    page = read(client, placed)
    assert "<h1>Received</h1>" in page
    assert f"/p/{placed.lines.get().product.public_id}/endorse" in page


def test_an_order_closed_unpaid_says_that_nothing_was_charged(client, noon, placed, provider):
    paying.close_unpaid(noon + timedelta(minutes=30))

    assert "<h1>Closed without payment</h1>" in read(client, placed)


def test_a_refund_and_a_late_payment_say_why(client, placed, provider):
    pay_at(placed.checkout, provider)
    paying._cancel(placed.checkout.charge)  # it closed while nobody could know of the payment
    paying.refresh(placed.checkout.charge_id)

    page = read(client, placed)
    assert "<h1>Your money is on its way back</h1>" in page
    assert "came after this order had closed" in page

    Order.objects.filter(pk=placed.pk).update(state="refunded")
    assert "<h1>Refunded</h1>" in read(client, placed)


def test_the_friend_who_brought_it_is_named_unless_blocked(client, shipped, linwei, xiaoyu):
    fulfilment.confirm(order=shipped)
    client.force_login(xiaoyu)
    assert "Tell 林薇 whether you like it?" in read(client, shipped)

    Block.objects.create(blocker=linwei, blocked=xiaoyu)
    page = read(client, shipped)
    assert "林薇" not in page
    assert "Would you tell your friends?" in page


def test_a_stranger_with_a_bent_link_finds_nothing(client, placed):
    path = signed_path(placed)

    for bent in (path[:-1], path + "A", "/o/" + "A" * 26, "/o/" + "x" * 5000, "/o/💐"):
        assert client.get(bent).status_code == 404
        assert client.post(f"{bent}/confirm").status_code == 404


def test_the_page_is_not_for_search_engines_nor_shared_caches(client, placed):
    answer = client.get(signed_path(placed))

    assert answer["X-Robots-Tag"] == "noindex"
    assert "private" in answer["Cache-Control"]


def test_a_guest_confirms_by_the_link_alone(client, guests, chen):
    fulfilment.dispatch(order=guests, carrier="SF", number="SF1398", by=chen)

    answer = client.post(f"{signed_path(guests)}/confirm")

    assert answer["Location"] == signed_path(guests)
    guests.refresh_from_db()
    assert guests.state == "completed"
    # A second tap finds it done, and says so by showing it.
    assert client.post(f"{signed_path(guests)}/confirm").status_code == 302


@pytest.mark.parametrize("act", ["confirm", "extend", "refund"])
def test_only_the_buyer_acts_on_an_order_bought_with_an_account(client, shipped, linwei, act):
    path = f"{signed_path(shipped)}/{act}"

    anonymous = client.post(path)
    assert anonymous["Location"].startswith("/accounts/login/?next=/o/")
    client.force_login(linwei)
    assert client.post(path).status_code == 404

    shipped.refresh_from_db()
    assert (shipped.state, shipped.extended_at) == ("shipped", None)


def test_whom_it_goes_to_is_shown_to_the_buyer_alone(client, shipped, xiaoyu):
    page = read(client, shipped)
    assert "科技路" not in page
    assert "13800138000" not in page
    assert "Sign in to confirm it" in page

    client.force_login(xiaoyu)
    assert "科技路 10 号" in read(client, shipped)


def test_the_buyer_waits_longer_once_and_then_has_it(client, shipped, xiaoyu):
    client.force_login(xiaoyu)
    assert "Wait 7 more days" in read(client, shipped)

    assert client.post(f"{signed_path(shipped)}/extend").status_code == 302
    assert "Wait 7 more days" not in read(client, shipped)
    assert client.post(f"{signed_path(shipped)}/extend").status_code == 409


def test_the_buyer_has_the_money_back_until_it_is_sent(client, guests, chen):
    assert client.post(f"{signed_path(guests)}/refund").status_code == 302
    guests.refresh_from_db()
    assert guests.state == "refunding"
    assert client.post(f"{signed_path(guests)}/refund").status_code == 409


def test_what_the_state_does_not_allow_is_a_409(client, guests, placed, xiaoyu):
    assert client.post(f"{signed_path(guests)}/confirm").status_code == 409
    assert client.post(f"{signed_path(guests)}/extend").status_code == 409
    client.force_login(xiaoyu)
    assert client.post(f"{signed_path(placed)}/refund").status_code == 409


def test_pay_now_leads_to_the_provider_and_a_paid_order_to_itself(client, placed, provider):
    answer = client.post(f"{signed_path(placed)}/pay")
    assert answer["Location"].startswith(f"http://testserver:{provider.port}/pay/")

    pay(placed.checkout, provider)
    assert client.post(f"{signed_path(placed)}/pay")["Location"] == signed_path(placed)


def test_pay_now_says_when_the_provider_is_away(client, placed, nobody_answers):
    answer = client.post(f"{signed_path(placed)}/pay", follow=True)

    assert "cannot be reached right now" in answer.content.decode()


def test_doors_open_to_their_own_methods_only(client, placed):
    path = signed_path(placed)

    assert client.post(path).status_code == 405
    for act in ("pay", "confirm", "extend", "refund"):
        assert client.get(f"{path}/{act}").status_code == 405


def test_bought_once_bought_again(client, guests, chen, jar):
    refunds.before_dispatch(order=guests, by=None)
    Order.objects.update(state="refunded")

    page = read(client, guests)

    assert "Buy 秦岭野花土蜂蜜 again" in page
    assert f'name="variant" value="{jar.pk}"' in page


def test_my_orders_are_mine_alone(client, placed, xiaoyu, linwei):
    assert client.get("/me/orders")["Location"].startswith("/accounts/login/")

    client.force_login(xiaoyu)
    assert signed_path(placed) in client.get("/me/orders").content.decode()

    client.force_login(linwei)
    page = client.get("/me/orders?page=9999999999999999999999").content.decode()
    assert signed_path(placed) not in page
    assert "No orders yet" in page


def test_the_order_page_takes_few_questions(client, shipped):
    with CaptureQueriesContext(connection) as asked:
        read(client, shipped)

    # The order with its shop, the lines, what was paid together, and what went back.
    assert len(asked) == 4


def test_the_list_takes_few_questions_however_long_it_is(client, jar, xiaoyu, honey):
    client.force_login(xiaoyu)
    buy(jar, buyer=xiaoyu, quantity=1)
    with CaptureQueriesContext(connection) as few:
        client.get("/me/orders")
    for _ in range(4):
        buy(jar, buyer=xiaoyu, quantity=1)
    with CaptureQueriesContext(connection) as many:
        client.get("/me/orders")

    assert len(few) == len(many)


def test_who_came_by_a_link_is_offered_its_sharer_and_nobody_is_asked(paid, linwei, xiaoyu):
    client = Client()
    client.force_login(xiaoyu)
    add = f"/u/{linwei.public_id}/add"
    assert add in client.get(signed_path(paid)).content.decode()
    assert not FriendRequest.objects.exists()
    assert not Notice.objects.filter(person=linwei, kind="friend_request").exists()

    friendships.ask(sender=xiaoyu, receiver=linwei)
    assert add not in client.get(signed_path(paid)).content.decode()


def test_nobody_else_is_offered_a_friend_and_nobody_blocked_is(paid, linwei, xiaoyu, chen):
    add = f"/u/{linwei.public_id}/add"
    for person in (None, chen):
        client = Client()
        if person:
            client.force_login(person)
        assert add not in client.get(signed_path(paid)).content.decode()

    friendships.block(blocker=linwei, blocked=xiaoyu)
    client = Client()
    client.force_login(xiaoyu)
    assert add not in client.get(signed_path(paid)).content.decode()
