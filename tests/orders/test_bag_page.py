"""The bag's page: adding, changing, undoing, and every kind of nonsense."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, Variant
from orders import bags
from orders.models import Bag, BagLine
from tests.orders.conftest import buy

NONSENSE = [
    "1.5", "1e2", "0x10", "1_000", "١", "NaN", "Infinity", "1,000", "", "null", "true", "[1]",
    '{"$gt":0}', "-1", "0", "1000", "2147483648", "9" * 40, "\x00", "1\x00", "💐", "x" * 10_000,
]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def add(client, variant, quantity=1, act="add", **more):
    sent = {"act": act, "variant": variant.pk, "quantity": quantity, **more}
    return client.post("/bag", sent)


def test_adding_leads_back_to_the_page_with_a_cookie_and_a_count(client, jar):
    answer = client.post(
        "/bag",
        {"act": "add", "variant": jar.pk, "quantity": 2, "version": jar.product.version},
        HTTP_REFERER=f"http://testserver/p/{jar.product.public_id}",
    )

    assert (answer.status_code, answer["Location"]) == (
        302,
        f"http://testserver/p/{jar.product.public_id}",
    )
    assert answer.cookies["bag"]["httponly"]
    assert not answer.cookies["bag_count"]["httponly"]
    assert answer.cookies["bag_count"].value == "2"
    assert BagLine.objects.get().quantity == 2


def test_buying_sets_the_quantity_and_goes_to_checkout(client, jar):
    add(client, jar, 5)

    answer = add(client, jar, 1, act="buy")

    assert (answer.status_code, answer["Location"]) == (302, f"/checkout?only={jar.pk}")
    assert BagLine.objects.get().quantity == 1


def test_a_guest_keeps_one_bag_and_another_guest_has_another(client, jar, django_test_client):
    add(client, jar)
    add(client, jar)
    add(django_test_client, jar, 7)

    assert sorted(BagLine.objects.values_list("quantity", flat=True)) == [2, 7]


@pytest.fixture
def django_test_client(client):
    return type(client)()


def test_no_other_site_is_led_back_to(client, jar):
    answer = client.post(
        "/bag",
        {"act": "add", "variant": jar.pk, "quantity": 1, "next": "https://evil.example/"},
        HTTP_REFERER="https://evil.example/",
    )

    assert answer["Location"] == "/bag"


def test_a_page_older_than_the_price_is_told_so(client, jar):
    Product.objects.update(version=3)

    answer = add(client, jar, version=2)

    assert answer.status_code == 409
    assert "The price or the terms have changed" in answer.content.decode()
    assert not BagLine.objects.exists()


def test_what_sold_out_is_said_by_name(client, jar):
    Variant.objects.update(available=0)

    answer = add(client, jar)

    assert answer.status_code == 409
    assert "秦岭野花土蜂蜜 is sold out" in answer.content.decode()
    assert not Bag.objects.exists()


@pytest.mark.parametrize("variant_id", [0, 10**9, 10**17])
def test_what_is_not_for_sale_is_refused(client, db, variant_id):
    answer = client.post("/bag", {"act": "add", "variant": variant_id, "quantity": 1})

    assert answer.status_code == (409 if variant_id else 422)


def test_a_vendor_cannot_put_her_own_goods_in_a_bag(client, jar, chen):
    client.force_login(chen)

    answer = add(client, jar)

    assert answer.status_code == 409
    assert "This is your own shop" in answer.content.decode()


@pytest.mark.parametrize("field", ["quantity", "variant", "version", "act"])
@pytest.mark.parametrize("words", NONSENSE)
def test_nonsense_is_answered_beside_the_field(client, jar, field, words):
    sent = {"act": "add", "variant": jar.pk, "quantity": 1, "version": 1} | {field: words}
    answer = client.post("/bag", sent)

    fine = (field, words) in {("version", ""), ("version", "0")}
    too_old_or_unknown = {("variant", "1000"), ("variant", "2147483648")}
    newer = {("version", "1000"), ("version", "2147483648")}
    if fine or (field, words) in newer:
        assert answer.status_code == 302
    elif (field, words) in too_old_or_unknown:
        assert answer.status_code == 409
    else:
        assert answer.status_code == 422
        assert not BagLine.objects.exists()


def test_missing_fields_are_answered_and_only_known_methods_served(client, db):
    assert client.post("/bag", {}).status_code == 422
    assert client.post("/bag/change", {}).status_code == 422
    assert client.delete("/bag").status_code == 405
    assert client.get("/bag/change").status_code == 405
    assert client.get("/bag/put-back/1/1").status_code == 405


@pytest.mark.parametrize(
    ("act", "sent", "left"),
    [
        ("more", 2, 3),
        ("less", 2, 1),
        ("set", 7, 7),
        ("less", 1, 0),
        ("set", 0, 0),
        ("remove", 2, 0),
    ],
)
def test_the_stepper_changes_the_line(client, jar, act, sent, left):
    add(client, jar, 2)

    answer = client.post("/bag/change", {"act": act, "variant": jar.pk, "quantity": sent})

    assert (answer.status_code, answer["Location"]) == (302, "/bag")
    assert sum(BagLine.objects.values_list("quantity", flat=True)) == left
    assert answer.cookies["bag_count"].value == (str(left) if left else "")


def test_removing_offers_an_undo_that_puts_it_back(client, jar):
    add(client, jar, 2)
    client.post("/bag/change", {"act": "remove", "variant": jar.pk, "quantity": 2})
    page = client.get("/bag").content.decode()

    assert f'action="/bag/put-back/{jar.pk}/2"' in page
    client.post(f"/bag/put-back/{jar.pk}/2")
    assert BagLine.objects.get().quantity == 2


@pytest.mark.parametrize("words", NONSENSE)
def test_a_nonsense_quantity_changes_nothing(client, jar, words):
    add(client, jar, 2)

    answer = client.post("/bag/change", {"act": "set", "variant": jar.pk, "quantity": words})

    if words == "0":
        assert not BagLine.objects.exists()
    else:
        assert answer.status_code == 422
        assert BagLine.objects.get().quantity == 2


def test_an_absurd_undo_is_bounded(client, jar):
    assert client.post(f"/bag/put-back/{jar.pk}/{10**30}").status_code == 302
    assert BagLine.objects.get().quantity == 999
    assert client.post(f"/bag/put-back/{10**30}/1").status_code in {404, 409}


def test_the_page_says_what_changed(client, jar):
    add(client, jar, 5)
    Variant.objects.update(price_minor=6200, available=2)

    page = client.get("/bag").content.decode()

    assert "¥6.00 cheaper since you added it" in page
    assert "Only 2 left, so we count 2" in page
    assert "Check out (2)" in page


def test_an_order_that_waits_for_payment_is_offered_first(client, jar, xiaoyu):
    client.force_login(xiaoyu)
    bag = bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=bag, variant=jar, quantity=2)
    buy(jar, buyer=xiaoyu, bag=bag)

    page = client.get("/bag").content.decode()

    assert "Waiting for your payment" in page
    assert "Your bag is empty" in page


def test_the_page_takes_few_questions_however_full_it_is(client, jar, honey):
    add(client, jar)
    with CaptureQueriesContext(connection) as few:
        client.get("/bag")
    for number in range(5):
        variant = Variant.objects.create(
            product=honey, name=f"{number}", price_minor=100, available=5
        )
        add(client, variant)
    with CaptureQueriesContext(connection) as many:
        client.get("/bag")

    # The bag, its lines with shop and terms, their photos, the orders that wait.
    assert len(few) == len(many) == 4
