"""Checkout: from the bag to the provider's page and back, in one form."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import stock
from catalog.models import Variant
from orders import paying
from orders.links import signed_path, token_of
from orders.models import BagLine, Checkout, Order
from payments.models import Charge
from tests.orders.conftest import HOME, buy, pay_at

TYPED = {
    "name": "周晓雨",
    "phone": "138 0013 8000",
    "region": "陕西省 西安市 雁塔区",
    "address": "科技路 10 号",
    "email": "",
    "note": "",
    "pay": "sandbox",
}


@pytest.fixture(autouse=True)
def _in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def form(client, jar, honey) -> dict[str, str]:
    """A guest's checkout of two jars, filled in."""
    client.post("/bag", {"act": "buy", "variant": jar.pk, "quantity": 2})
    page = client.get(f"/checkout?only={jar.pk}").content.decode()
    hidden = dict(re.findall(r'name="(key|seen_total|only)" value="([^"]+)"', page))
    return TYPED | hidden


def test_the_page_says_what_it_costs(client, form):
    page = client.get(f"/checkout?only={form['only']}").content.decode()

    assert form["seen_total"] == "14600"
    assert "Pay ¥146.00" in page
    assert "¥136.00" in page
    assert "¥10.00" in page
    assert 'autocomplete="shipping tel"' in page


def test_one_press_places_the_order_and_leads_to_the_provider(client, form, provider):
    answer = client.post("/checkout", form)

    assert answer.status_code == 302
    charge = Charge.objects.get()
    assert answer["Location"] == f"http://testserver:{provider.port}/pay/{charge.provider_ref}"
    order = Order.objects.get()
    assert (order.phone, order.total_minor) == ("+8613800138000", 14_600)
    assert answer.cookies["bag_count"].value == ""


def test_five_presses_lead_to_one_page(client, form, provider):
    places = {client.post("/checkout", form)["Location"] for _ in range(5)}

    assert len(places) == 1
    assert Checkout.objects.count() == 1


def test_a_client_cannot_name_its_price(client, form):
    answer = client.post("/checkout", form | {"seen_total": "1", "total": "1", "shipping": "0"})

    assert answer.status_code == 409
    assert not Order.objects.exists()


def test_a_moved_price_shows_both_sums_and_goes_on_with_everything_kept(client, form, provider):
    Variant.objects.update(price_minor=7000)

    answer = client.post("/checkout", form)
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "¥146.00" in page
    assert "Go on and pay ¥150.00" in page
    kept = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page))
    kept.pop("csrfmiddlewaretoken", None)
    assert kept == form | {"seen_total": "15000"}
    assert client.post("/checkout", kept).status_code == 302
    assert Order.objects.get().total_minor == 15_000


def test_when_nothing_is_left_the_bag_says_so(client, form, jar):
    buy(jar, quantity=10, seen_total_minor=69_000)

    answer = client.post("/checkout", form)

    assert (answer.status_code, answer["Location"]) == (302, "/bag")
    assert "Sold out" in client.get("/bag").content.decode()
    assert Order.objects.count() == 1


def test_sold_out_between_reading_and_taking_names_the_product(client, form, jar, monkeypatch):
    def somebody_is_faster(**wanted):
        raise stock.OutOfStock(jar.pk)

    monkeypatch.setattr(stock, "reserve", somebody_is_faster)
    answer = client.post("/checkout", form)

    assert answer.status_code == 409
    assert "秦岭野花土蜂蜜 has just sold out" in answer.content.decode()
    assert not Order.objects.exists()
    assert BagLine.objects.get().quantity == 2


BAD = [
    ("name", ""), ("name", " \u200b "), ("name", "x" * 41), ("name", "a\x00b"),
    ("phone", ""), ("phone", "12"), ("phone", "💐"), ("phone", "1" * 10_000),
    ("region", ""), ("region", "x" * 81), ("address", ""), ("address", "x" * 1_000_000),
    ("email", "not an address"), ("email", "a@b\x00.example"), ("email", "a" * 300 + "@b.example"),
    ("note", "x" * 201), ("pay", "gold"), ("pay", ""), ("key", ""), ("key", "short"),
    ("key", "x" * 41), ("key", "\x00" * 32), ("seen_total", ""), ("seen_total", "-1"),
    ("seen_total", "1e4"), ("seen_total", "9" * 30),
]  # fmt: skip


@pytest.mark.parametrize(("field", "words"), BAD)
def test_what_needs_mending_is_said_and_everything_is_kept(client, form, field, words):
    answer = client.post("/checkout", form | {field: words})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert not Order.objects.exists()
    assert 'role="alert"' in page
    if field != "address":
        assert "科技路 10 号" in page


def test_the_error_stands_beside_its_field(client, form):
    page = client.post("/checkout", form | {"phone": "12"}).content.decode()

    assert 'aria-invalid="true"' in page
    assert "This does not look like a phone number" in page


@pytest.mark.parametrize("only", ["", "x", "0", "9" * 30, "1&only=2", "%F0%9F%92%90"])
def test_a_strange_choice_is_no_error(client, form, only):
    assert client.get(f"/checkout?only={only}").status_code in {200, 302}


def test_an_empty_bag_has_nothing_to_check_out(client, db):
    answer = client.get("/checkout")

    assert (answer.status_code, answer["Location"]) == (302, "/bag")
    assert client.post("/checkout", TYPED | {"key": "k" * 32, "seen_total": "1"}).status_code == 302
    assert client.delete("/checkout").status_code == 405


def test_what_a_person_typed_last_time_is_there(client, jar, honey, xiaoyu):
    buy(jar, buyer=xiaoyu, quantity=1)
    client.force_login(xiaoyu)
    client.post("/bag", {"act": "buy", "variant": jar.pk, "quantity": 1})

    page = client.get("/checkout").content.decode()

    assert HOME.address in page
    assert "138 0013 8000" in page


def test_while_the_provider_is_away_the_order_waits(client, form, nobody_answers):
    answer = client.post("/checkout", form)

    assert answer["Location"] == signed_path(Order.objects.get())
    assert "cannot be reached right now" in client.get(answer["Location"]).content.decode()


def test_coming_back_paid_shows_the_order(client, form, provider):
    client.post("/checkout", form)
    checkout = Checkout.objects.get()
    provider.ask("POST", f"/v1/charges/{checkout.charge.provider_ref}/pay")

    answer = client.get(f"/pay/back?charge={checkout.charge.provider_ref}")

    order = Order.objects.get()
    assert answer["Location"] == signed_path(order)
    assert order.state == "paid"
    assert "Paid: the shop has until" in client.get(answer["Location"]).content.decode()


def test_coming_back_without_paying_is_believed_to_nobody(client, form, provider):
    client.post("/checkout", form)
    checkout = Checkout.objects.get()

    answer = client.get(f"/pay/back?charge={checkout.charge.provider_ref}&status=success")

    assert answer["Location"] == signed_path(Order.objects.get())
    assert Order.objects.get().state == "placed"
    assert "Waiting for your payment" in client.get(answer["Location"]).content.decode()


def test_declining_leads_back_to_checkout_with_everything_kept(client, form, provider):
    client.post("/checkout", form)
    checkout = Checkout.objects.get()
    provider.ask("POST", f"/v1/charges/{checkout.charge.provider_ref}/close")

    answer = client.get(f"/pay/back?charge={checkout.charge.provider_ref}", follow=True)
    page = answer.content.decode()

    assert answer.redirect_chain[0][0].startswith(f"/checkout?only={form['only']}&again=")
    assert "The payment was not completed. Nothing was charged." in page
    assert "科技路 10 号" in page
    assert "Pay ¥146.00" in page
    again = form | dict(re.findall(r'name="(key|seen_total)" value="([^"]+)"', page))
    assert again["key"] != form["key"]
    assert client.post("/checkout", again)["Location"].startswith("http://testserver:")


def test_the_old_form_of_a_declined_payment_leads_to_a_fresh_one(client, form, provider):
    client.post("/checkout", form)
    checkout = Checkout.objects.get()
    provider.ask("POST", f"/v1/charges/{checkout.charge.provider_ref}/close")
    paying.refresh(checkout.charge_id)

    answer = client.post("/checkout", form)

    assert answer["Location"].startswith("/checkout?only=")
    assert Checkout.objects.count() == 1


def test_nobody_reads_the_address_of_anothers_order_by_its_link(client, placed, jar):
    client.post("/bag", {"act": "buy", "variant": jar.pk, "quantity": 1})

    page = client.get(f"/checkout?again={token_of(placed)}").content.decode()

    assert placed.address not in page


@pytest.mark.parametrize("charge", ["", "ch_unknown", "%00", "x" * 10_000, "%F0%9F%92%90"])
def test_coming_back_with_a_strange_charge_finds_nothing(client, db, charge):
    assert client.get(f"/pay/back?charge={charge}").status_code in {400, 404}


def test_coming_back_with_the_charge_of_another_finds_nothing(client, placed, linwei, provider):
    pay_at(placed.checkout, provider)
    client.force_login(linwei)

    answer = client.get(f"/pay/back?charge={placed.checkout.charge.provider_ref}")

    assert answer.status_code == 404


def test_the_page_takes_few_questions_however_full_the_bag_is(client, form, honey):
    with CaptureQueriesContext(connection) as few:
        client.get("/checkout")
    for number in range(5):
        variant = Variant.objects.create(
            product=honey, name=f"{number}", price_minor=100, available=5
        )
        client.post("/bag", {"act": "add", "variant": variant.pk, "quantity": 1})
    with CaptureQueriesContext(connection) as many:
        client.get("/checkout")

    # The bag, its lines with shop and terms, their photos.
    assert len(few) == len(many) == 3
