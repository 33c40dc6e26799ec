"""The vendor's pages: sending, refunding, and the shop's money in plain words."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import accounts
from ledger.posting import post
from orders import fulfilment, statement
from shops.models import Membership, Shop, Terms
from tests.orders.conftest import buy, pay

LABEL = {"carrier": "SF Express", "number": "SF1398000111"}


@pytest.fixture(autouse=True)
def _in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def at_the_desk(client, chen):
    client.force_login(chen)
    return client


@pytest.fixture
def rival(linwei):
    """Lin Wei has a shop of her own."""
    shop = Shop.objects.create(owner=linwei, handle="tea-hill", name="云雾茶山")
    Membership.objects.create(shop=shop, person=linwei, role="owner")
    Terms.objects.create(shop=shop)
    return linwei


def page_of(order) -> str:
    return f"/shop/orders/{order.public_id}"


def test_what_is_paid_stands_first_with_its_form(at_the_desk, paid):
    page = at_the_desk.get("/shop/orders").content.decode()

    assert "周晓雨" in page
    assert f'action="{page_of(paid)}/dispatch"' in page
    assert "<b>1</b>" in page
    assert "科技路 10 号" in page


@pytest.mark.parametrize("show", ["sent", "received", "refunds", "unpaid", "nonsense", "", "\x00"])
def test_each_chip_has_its_own_orders(at_the_desk, paid, show):
    answer = at_the_desk.get("/shop/orders", {"show": show})

    if show == "\x00":
        assert answer.status_code == 400
    else:
        assert answer.status_code == 200
        assert (paid.public_id in answer.content.decode()) == (show in {"nonsense", ""})


def test_sending_tells_the_buyer_and_clears_the_shelf(at_the_desk, paid):
    answer = at_the_desk.post(f"{page_of(paid)}/dispatch", LABEL)

    assert answer["Location"] == "/shop/orders"
    paid.refresh_from_db()
    assert (paid.state, paid.carrier, paid.tracking_number) == (
        "shipped",
        "SF Express",
        "SF1398000111",
    )
    assert "Nothing here" in at_the_desk.get("/shop/orders").content.decode()
    assert at_the_desk.post(f"{page_of(paid)}/dispatch", LABEL).status_code == 409


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("carrier", ""), ("carrier", "x" * 41), ("carrier", "\x00"), ("carrier", " \u200b"),
        ("number", ""), ("number", "=cmd|'/c calc'!A0"), ("number", "<b>1</b>"), ("number", "1"),
        ("number", "x" * 500), ("number", "１２３４５"), ("number", "S 98"), ("number", "SF\x00"),
    ],
)  # fmt: skip
def test_a_label_nobody_can_read_is_mended_first(at_the_desk, paid, field, words):
    answer = at_the_desk.post(f"{page_of(paid)}/dispatch", LABEL | {field: words})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    paid.refresh_from_db()
    assert paid.state == "paid"


def test_the_vendor_gives_the_money_back(at_the_desk, paid):
    assert "Refund all of it" in at_the_desk.get(page_of(paid)).content.decode()

    assert at_the_desk.post(f"{page_of(paid)}/refund")["Location"] == page_of(paid)
    paid.refresh_from_db()
    assert paid.state == "refunding"
    assert at_the_desk.post(f"{page_of(paid)}/refund").status_code == 409


def test_what_is_sent_is_not_refunded_from_here(at_the_desk, shipped):
    assert "Refund all of it" not in at_the_desk.get(page_of(shipped)).content.decode()
    assert at_the_desk.post(f"{page_of(shipped)}/refund").status_code == 409


def test_another_shops_order_is_not_there(client, paid, rival):
    client.force_login(rival)

    assert client.get(page_of(paid)).status_code == 404
    assert client.post(f"{page_of(paid)}/dispatch", LABEL).status_code == 404
    assert client.post(f"{page_of(paid)}/refund").status_code == 404
    assert paid.public_id not in client.get("/shop/orders?show=all").content.decode()


def test_a_packer_sends_but_neither_refunds_nor_sees_the_money(client, paid, linwei, hill_shop):
    Membership.objects.create(shop=hill_shop, person=linwei, role="packer")
    client.force_login(linwei)

    assert "Refund all of it" not in client.get(page_of(paid)).content.decode()
    assert client.post(f"{page_of(paid)}/refund").status_code == 404
    assert client.get("/shop/money").status_code == 404
    assert client.post(f"{page_of(paid)}/dispatch", LABEL).status_code == 302


def test_strangers_sign_in_first_and_doors_have_their_methods(client, paid, chen):
    for path in ("/shop/orders", page_of(paid), "/shop/money"):
        assert client.get(path)["Location"].startswith("/accounts/login/")
    client.force_login(chen)
    assert client.get(f"{page_of(paid)}/dispatch").status_code == 405
    assert client.post("/shop/money").status_code == 405
    assert client.get("/shop/orders/0000000000").status_code == 404


def test_the_money_page_adds_up_by_hand(at_the_desk, shipped, jar, provider, linwei):
    fulfilment.confirm(order=shipped)
    other = buy(jar, quantity=1)
    pay(other, provider)

    page = at_the_desk.get("/shop/money").content.decode()

    # 146.00 less 13.60 and 1.36; one more jar at 68.00 and 10.00 is held.
    assert "¥131.04" in page
    assert "¥78.00 more is held" in page
    assert "Sold: 秦岭野花土蜂蜜 × 2" in page
    assert "+¥131.04" in page


def test_the_orders_page_takes_few_questions_however_many_there_are(at_the_desk, jar, provider):
    pay(buy(jar, quantity=1), provider)
    with CaptureQueriesContext(connection) as few:
        at_the_desk.get("/shop/orders")
    for _ in range(4):
        pay(buy(jar, quantity=1), provider)
    with CaptureQueriesContext(connection) as many:
        at_the_desk.get("/shop/orders")

    # Session, person, shop; counts for the chips, the page's length, orders, their lines.
    assert len(few) == len(many) == 7


def test_the_rows_and_what_was_before_them_add_up_to_the_balance(hill_shop):
    side, outside = accounts.shop(hill_shop.pk, "CNY"), accounts.outside("sandbox", "CNY")
    for number in range(1, 54):
        post(key=f"gift:{number}", legs={outside: -number, side: number})

    money = statement.of(hill_shop)

    # 1 + … + 53 = 1431; the three oldest, 1 + 2 + 3, stand on no row.
    assert (money.balance_minor, money.before_minor, len(money.rows)) == (1431, 6, 50)
    assert sum(row.amount_minor for row in money.rows) == 1425
