"""Refunds by the house: the shop is not asked, everybody is told why, and one press is one."""

from __future__ import annotations

import re
import threading
import time

import pytest

from audit.models import AuditEvent
from ledger import accounts
from notifications.models import Notice
from orders import asking, forcing, fulfilment, links
from orders.models import Order, OrderLine, OrderRefund
from orders.sums import Back
from payments.models import Refund
from people.models import Person, StaffRole
from shops.models import Membership
from tests.orders import refunding as r
from tests.orders.refunding import ask, broken, through
from tests.passkeys import sign_in_twice
from tests.races import all_at_once, together


@pytest.fixture
def mei(db):
    """She answers for the house's money."""
    person = Person.objects.create_user(name="梅姐", email="mei@example.test")
    StaffRole.objects.create(person=person, role=StaffRole.Role.FINANCE)
    return person


@pytest.fixture
def desk(client, mei):
    """Mei's browser, signed in twice a moment ago, in English."""
    sign_in_twice(client, mei)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def place(order: Order) -> str:
    return f"/desk/orders/{order.public_id}/refund"


def form_of(client, order: Order, **changes: str) -> dict[str, str]:
    page = client.get(place(order)).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)"', page))
    line = order.lines.get()
    return {**hidden, "act": "send", f"line_{line.pk}": "34", "why": "Never sent"} | changes


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def whole(order: Order) -> Back:
    return Back({order.lines.get().key: 13_600}, 1000)


def force(order: Order, by: Person, back: Back, *, key: str = "house") -> Refund:
    return forcing.force(order=order, back=back, by=by, why="Never sent", key=key)


def test_look_says_who_gives_what_and_writes_nothing(desk, completed):
    page = words(desk.post(place(completed), form_of(desk, completed, act="look")))

    for said in ("Send ¥34.00 back?", "¥30.26", "¥3.40", "¥0.34", "Never sent"):
        assert said in page
    assert "The house loses that" not in page
    assert not Refund.objects.exists()


def test_look_says_what_the_shop_cannot_bear(desk, completed):
    # The floor is −500.00: 490.00 below zero already, of 30.26 more 10.00 can be borne.
    r.take_out(accounts.shop(completed.shop_id, "CNY"), 13_104 + 49_000)

    page = words(desk.post(place(completed), form_of(desk, completed, act="look")))

    assert "The shop's balance cannot bear ¥20.26 of it. The house loses that." in page


def test_sent_it_goes_back_though_the_shop_cannot_bear_it(desk, completed, mei, provider):
    r.take_out(accounts.shop(completed.shop_id, "CNY"), 13_104 + 49_000)

    answer = desk.post(place(completed), form_of(desk, completed))

    assert (answer.status_code, answer["Location"]) == (302, "/desk/refunds")
    row = OrderRefund.objects.select_related("refund").get()
    assert (row.asker, row.asked_by, row.refund.amount_minor) == ("house", mei, 3400)
    through(row.refund, provider)
    assert (r.shop_of(completed), r.loss()) == (-50_000, -2026)
    page = words(desk.get("/desk/refunds"))
    for said in ("¥34.00", completed.public_id, "Never sent", "梅姐", "¥20.26 of it lost"):
        assert said in page
    assert broken(but="payments.") == []


def test_both_sides_are_told_why_and_the_audit_keeps_who(desk, completed, mei, xiaoyu, chen):
    desk.post(place(completed), form_of(desk, completed))

    told = dict(Notice.objects.filter(data__reason="Never sent").values_list("kind", "person"))
    assert told == {
        "order_refunded_by_house": xiaoyu.pk,
        "order_refunded_by_house_vendor": chen.pk,
    }
    assert not Notice.objects.filter(kind="order_refunded").exists()
    event = AuditEvent.objects.get(act="order.refund_asked")
    assert event.actor == f"person:{mei.pk}"
    assert (event.after["why"], event.after["amount_minor"]) == ("Never sent", 3400)
    desk.force_login(xiaoyu)
    assert "Asked by the house" in words(desk.get(links.signed_path(completed)))


def test_all_of_an_unsent_order_stops_it(paid, mei, chen, provider):
    through(force(paid, mei, whole(paid)), provider)

    paid.refresh_from_db()
    assert paid.state == Order.State.REFUNDED
    assert Notice.objects.get(kind="order_stopped_by_house").person == chen
    assert (r.escrow_of(paid), r.outside()) == (0, 0)
    assert broken() == []


def test_who_signed_in_a_while_ago_proves_it_again_and_keeps_what_they_typed(desk, completed):
    session = desk.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 10 * 3600
    session.save()

    answer = desk.post(place(completed), form_of(desk, completed))

    assert answer.status_code == 403
    assert "prove once more" in words(answer)
    assert not Refund.objects.exists()
    page = desk.get(place(completed)).content.decode()
    assert 'value="34.00"' in page
    assert "Never sent" in page


def test_a_second_tap_finds_what_the_first_did(desk, completed):
    sent = form_of(desk, completed)

    answers = [desk.post(place(completed), sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Refund.objects.get().amount_minor == 3400


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
        {"shipping": "10.01"},
        {"shipping": "-1"},
        {"shipping": "🍯"},
        {"shipping": "1e3"},
    ],
)
def test_odd_input_is_a_422_and_writes_nothing(desk, completed, changes):
    assert desk.post(place(completed), form_of(desk, completed, **changes)).status_code == 422
    assert not Refund.objects.exists()


def test_when_the_world_moved_the_answer_is_a_409(desk, completed):
    sent = form_of(desk, completed)
    ask(completed, 100)

    assert desk.post(place(completed), sent).status_code == 409
    assert Refund.objects.count() == 1


def test_what_was_never_paid_has_nothing_to_go_back(desk, placed):
    answer = desk.get(place(placed))

    assert answer.status_code == 409
    assert "Nothing can go back now" in words(answer)


@pytest.mark.parametrize("role", ["buyer", "staff"])
def test_nobody_decides_about_their_own_order(desk, completed, mei, role):
    sent = form_of(desk, completed)
    if role == "buyer":
        Order.objects.update(buyer=mei)
    else:
        Membership.objects.create(shop=completed.shop, person=mei, role="packer")

    assert desk.get(place(completed)).status_code == 409
    assert desk.post(place(completed), sent).status_code == 409
    with pytest.raises(forcing.OwnOrder):
        force(Order.objects.get(), mei, Back({completed.lines.get().key: 1}))
    assert not Refund.objects.exists()


def test_for_everybody_else_the_page_is_not_there(client, desk, completed, wulan, chen, xiaoyu):
    assert desk.get("/desk/orders/0000000000/refund").status_code == 404
    assert desk.put(place(completed)).status_code == 405
    assert desk.post("/desk/refunds").status_code == 405
    for person in (wulan, chen, xiaoyu):
        sign_in_twice(client, person)
        assert client.get(place(completed)).status_code == 404
        assert client.post(place(completed), {"act": "send"}).status_code == 404
        assert client.get("/desk/refunds").status_code == 404
    client.logout()
    assert client.get(place(completed)).status_code == 302
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("typed", "status"), [("", 422), ("0000000000", 422), ("🍯" * 10, 422), ("٣" * 10, 422)]
)
def test_a_number_that_is_no_orders_is_said_beside_the_field(desk, db, typed, status):
    answer = desk.get("/desk/refunds", {"order": typed})

    assert answer.status_code == status


def test_the_number_of_an_order_leads_to_it(desk, completed):
    answer = desk.get("/desk/refunds", {"order": completed.public_id.lower()})

    assert answer["Location"] == place(completed)


def test_the_list_asks_as_much_for_one_as_for_nine(
    desk, completed, mei, django_assert_max_num_queries
):
    key = completed.lines.get().key
    force(completed, mei, Back({key: 10}), key="first")
    desk.get("/desk/refunds")
    with django_assert_max_num_queries(8):
        desk.get("/desk/refunds")
    for number in range(8):
        force(completed, mei, Back({key: 10}), key=f"more-{number}")
    with django_assert_max_num_queries(8):
        assert words(desk.get("/desk/refunds")).count("Never sent") == 9


# --- the races ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_house_and_shop_at_the_same_moment_pay_it_back_once(completed, mei):
    outcomes = together(
        lambda: force(completed, mei, whole(completed)),
        lambda: ask(completed, 13_600, shipping_minor=1000),
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["MoreThanPaid", "Refund"]
    assert OrderRefund.objects.count() == 1
    assert OrderLine.objects.get().asked_minor == 13_600
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_and_the_guard_both_are_written(completed, mei, monkeypatch):
    both_have_looked = threading.Barrier(2)

    def careless(order, lines, back):
        both_have_looked.wait(timeout=20)
        for line in lines:
            minor = back.lines.get(line.key, 0)
            OrderLine.objects.filter(pk=line.pk).update(asked_minor=line.asked_minor + minor)

    monkeypatch.setattr(asking, "_count", careless)
    monkeypatch.setattr(asking, "_locked", lambda order: Order.objects.get(pk=order.pk))
    key = completed.lines.get().key
    outcomes = together(
        lambda: force(completed, mei, Back({key: 3400})), lambda: ask(completed, 5000)
    )

    asked = [one for one in outcomes if isinstance(one, Refund)]
    assert sum(one.amount_minor for one in asked) > OrderLine.objects.get().asked_minor
    assert "orders.what_went_back_of_a_line_is_the_sum_of_its_refunds" in broken()


@pytest.mark.django_db(transaction=True)
def test_the_house_and_a_receipt_at_once_never_both_have_the_escrow(shipped, mei, provider):
    outcomes = together(
        lambda: fulfilment.confirm(order=shipped), lambda: force(shipped, mei, whole(shipped))
    )

    assert isinstance(outcomes[1], Refund)
    through(outcomes[1], provider)
    assert r.escrow_of(shipped) == 0
    assert r.outside() == 0
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_eight_taps_at_once_are_one_refund(desk, completed, mei):
    sent = form_of(desk, completed)

    def tap() -> int:
        browser = type(desk)()
        sign_in_twice(browser, mei)
        return int(browser.post(place(completed), sent).status_code)

    assert all_at_once(tap, times=8) == [302] * 8
    assert OrderRefund.objects.count() == 1
