"""The page that pays part of an order back, and where both sides see what became of it."""

from __future__ import annotations

import re

import pytest

from ledger import accounts
from orders import fulfilment, links
from orders.models import OrderLine, OrderRefund
from payments.models import Refund
from shops.models import Membership
from tests.orders import refunding as r
from tests.orders.refunding import ask, bounce, broken, through
from tests.races import all_at_once


@pytest.fixture(autouse=True)
def _in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def at_the_desk(client, chen):
    client.force_login(chen)
    return client


@pytest.fixture
def completed(noon, shipped):
    return fulfilment.confirm(order=shipped)


def place(order) -> str:
    return f"/shop/orders/{order.public_id}/refund-part"


def form_of(client, order, **changes: str) -> dict[str, str]:
    """What the page's form would send, with some fields typed into."""
    page = client.get(place(order)).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)"', page))
    line = order.lines.get()
    return {**hidden, "act": "look", f"line_{line.pk}": "34", "why": "A jar leaked"} | changes


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_before_it_is_sent_the_page_says_who_gives_what(at_the_desk, completed):
    answer = at_the_desk.post(place(completed), form_of(at_the_desk, completed))

    assert answer.status_code == 200
    page = words(answer)
    for said in ("Send ¥34.00 back?", "¥30.26", "¥3.40", "¥0.34"):
        assert said in page
    assert "Leaves your shop" in page
    assert not Refund.objects.exists()


def test_before_receipt_it_says_that_the_shop_is_paid_less(at_the_desk, shipped):
    page = words(at_the_desk.post(place(shipped), form_of(at_the_desk, shipped)))

    assert "Your shop is paid less by" in page


def test_sent_it_is_on_its_way_and_both_sides_see_it(at_the_desk, completed, xiaoyu, provider):
    sent = form_of(at_the_desk, completed, act="send", shipping="5")
    answer = at_the_desk.post(place(completed), sent)

    assert answer.status_code == 302
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.of_order.why) == (3900, "A jar leaked")
    own = words(at_the_desk.get(f"/shop/orders/{completed.public_id}"))
    assert "On its way back" in own
    through(refund, provider)
    at_the_desk.force_login(xiaoyu)
    page = words(at_the_desk.get(links.signed_path(completed)))
    for said in ("¥39.00", "Paid back", "A jar leaked", "Asked by the shop"):
        assert said in page
    bounce(refund, provider)
    assert "The bank sent it back" in words(at_the_desk.get(links.signed_path(completed)))
    assert broken() == []


def test_who_confirms_reads_what_is_left(client, shipped, xiaoyu, provider):
    through(ask(shipped, 3400), provider)
    client.force_login(xiaoyu)

    assert "the ¥112.00 we hold is paid out" in words(client.get(links.signed_path(shipped)))


def test_a_second_tap_finds_what_the_first_did(at_the_desk, completed):
    sent = form_of(at_the_desk, completed, act="send")

    answers = [at_the_desk.post(place(completed), sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Refund.objects.get().amount_minor == 3400


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("136.01", "The largest amount is 136.00."),
        ("", "Write how much goes back."),
        ("0", "Write how much goes back."),
        ("-1", "Write an amount"),
        ("1.234", "Write an amount"),
        ("٣", "Write an amount"),
        ("1" * 400, "at most 20 characters"),
        ("🍯", "Write an amount"),
        ("1e3", "Write an amount"),
    ],
)
@pytest.mark.parametrize("act", ["look", "send"])
def test_what_cannot_be_refunded_is_said_beside_the_field(at_the_desk, completed, typed, said, act):
    line = completed.lines.get()
    sent = form_of(at_the_desk, completed, **{f"line_{line.pk}": typed, "act": act})

    answer = at_the_desk.post(place(completed), sent)

    assert answer.status_code == 422
    assert said in words(answer)
    assert "A jar leaked" in words(answer)
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"why": ""},
        {"why": "\x00"},
        {"why": "x" * 10**6},
        {"key": "short"},
        {"key": "\x00" * 20},
        {"act": "steal"},
        {"seen": "٣"},
        {"seen": "9" * 400},
        {"seen": ""},
    ],
)
@pytest.mark.parametrize("act", ["look", "send"])
def test_odd_input_is_a_422_and_never_a_500(at_the_desk, completed, changes, act):
    sent = form_of(at_the_desk, completed, **{"act": act, **changes})
    answer = at_the_desk.post(place(completed), sent)

    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_nothing_sent_at_all_is_a_422(at_the_desk, completed):
    assert at_the_desk.post(place(completed)).status_code == 422


def test_an_amount_of_a_line_of_another_order_is_not_heard(at_the_desk, completed):
    sent = form_of(at_the_desk, completed, line_999999="5")
    del sent[f"line_{completed.lines.get().pk}"]

    assert at_the_desk.post(place(completed), sent).status_code == 422
    assert not Refund.objects.exists()


def test_when_the_world_moved_the_answer_is_a_409(at_the_desk, completed):
    sent = form_of(at_the_desk, completed, act="send")
    ask(completed, 100)

    answer = at_the_desk.post(place(completed), sent)

    assert answer.status_code == 409
    assert Refund.objects.count() == 1


def test_when_the_shop_cannot_bear_it_the_answer_says_by_how_much(at_the_desk, completed):
    r.take_out(accounts.shop(completed.shop_id, "CNY"), 13_104 + 49_000)

    answer = at_the_desk.post(place(completed), form_of(at_the_desk, completed, act="send"))

    assert answer.status_code == 409
    assert "¥20.26 short" in words(answer)
    assert not Refund.objects.exists()


def test_what_is_not_paid_has_nothing_to_go_back(at_the_desk, placed):
    assert at_the_desk.get(place(placed)).status_code == 409
    assert "refund-part" not in words(at_the_desk.get(f"/shop/orders/{placed.public_id}"))


def test_all_of_it_gone_back_nothing_is_left(at_the_desk, completed, provider):
    through(ask(completed, 13_600, shipping_minor=1000), provider)

    assert at_the_desk.get(place(completed)).status_code == 409


def test_whose_order_it_is_not_finds_no_page(client, completed, linwei, xiaoyu, chen):
    Membership.objects.create(shop=completed.shop, person=linwei, role="packer")
    for person in (xiaoyu, linwei):
        client.force_login(person)
        assert client.get(place(completed)).status_code in {302, 404}
        assert client.post(place(completed), {"act": "send"}).status_code in {302, 403, 404}
    client.force_login(chen)
    assert client.get("/shop/orders/0000000000/refund-part").status_code == 404
    assert client.put(place(completed)).status_code == 405
    assert not Refund.objects.exists()


def test_while_a_refund_is_open_confirming_is_refused_in_words(client, shipped, xiaoyu):
    ask(shipped, 3400)
    client.force_login(xiaoyu)

    answer = client.post(f"{links.signed_path(shipped)}/confirm")

    assert answer.status_code == 409
    assert "A refund is still on its way" in words(answer)
    shipped.refresh_from_db()
    assert shipped.state == "shipped"


@pytest.mark.django_db(transaction=True)
def test_eight_taps_at_once_are_one_refund(at_the_desk, completed, chen):
    sent = form_of(at_the_desk, completed, act="send")

    def tap():
        browser = type(at_the_desk)()
        browser.force_login(chen)
        return browser.post(place(completed), sent).status_code

    assert all_at_once(tap, times=8) == [302] * 8
    assert OrderRefund.objects.count() == 1
    assert OrderLine.objects.get().asked_minor == 3400


def test_the_money_file_has_every_sum_and_runs_nothing(at_the_desk, completed, provider, honey):
    OrderLine.objects.update(title="=HYPERLINK(1)")
    through(ask(completed, 3400), provider)

    answer = at_the_desk.get("/shop/money.csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()
    head, sold, back, *rest = text.removeprefix("\ufeff").splitlines()
    assert text.startswith("\ufeff")
    assert head == "Date,What,Order,Amount,Balance,Currency"
    assert sold.split(",")[2:] == [completed.public_id, "131.04", "131.04", "CNY"]
    assert back.split(",")[1:] == [
        "Refunded to a buyer", completed.public_id, "-30.26", "100.78", "CNY"
    ]  # fmt: skip
    assert rest == []
    chinese = at_the_desk.get("/shop/money.csv", HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert b"".join(chinese.streaming_content).decode().startswith("\ufeff日期,事项,订单")


def test_the_money_file_is_for_who_may_see_the_money(client, completed, linwei):
    Membership.objects.create(shop=completed.shop, person=linwei, role="packer")
    client.force_login(linwei)

    assert client.get("/shop/money.csv").status_code in {302, 404}
