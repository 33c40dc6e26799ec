"""The sandbox provider's charges, refunds and payouts, and the page people pay on."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected
from threading import Barrier

import pytest

from devstack.provider import pages
from devstack.provider.journal import Row
from tests.devstack.conftest import Provider, eventually

CHARGE = {
    "reference": "order-1",
    "amount_minor": 1250,
    "currency": "CNY",
    "return_url": "http://shop.test/back",
}


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def page(provider: Provider, charge: Row, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Open or post the hosted page; the status, and the page or where it sends to."""
    data = None if form is None else urllib.parse.urlencode(form).encode()
    opener = urllib.request.build_opener(NoRedirects)
    try:
        with opener.open(provider.url + charge["pay_path"], data) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as other:
        return other.code, other.headers.get("Location") or other.read().decode()


def token(provider: Provider, charge: Row) -> str:
    _, shown = page(provider, charge)
    (found,) = re.findall(r'name="token" value="([^"]+)"', shown)
    return str(found)


def test_a_key_opens_one_charge_and_repeats_its_answer(provider):
    first = provider.ask("POST", "/v1/charges", CHARGE, Idempotency_Key="one")
    again = provider.ask("POST", "/v1/charges", CHARGE, Idempotency_Key="one")

    assert first.status == again.status == 201
    assert first.body == again.body
    assert first.body["status"] == "open"
    assert first.body["pay_path"] == f"/pay/{first.body['id']}"
    assert len(provider.find("charges", "order-1")) == 1


def test_a_key_used_for_other_words_is_refused(provider):
    provider.ask("POST", "/v1/charges", CHARGE | {"reference": "order-2"}, Idempotency_Key="two")

    other = CHARGE | {"reference": "order-2", "amount_minor": 1251}
    answer = provider.ask("POST", "/v1/charges", other, Idempotency_Key="two")

    assert answer.status == 409
    assert answer.body["error"]["code"] == "idempotency_key_reused"
    assert [charge["amount_minor"] for charge in provider.find("charges", "order-2")] == [1250]


def test_five_at_once_with_one_key_open_one_charge(provider):
    together = Barrier(5)
    body = CHARGE | {"reference": "order-3"}

    def ask(_: int) -> object:
        together.wait()
        return provider.ask("POST", "/v1/charges", body, Idempotency_Key="three").body["id"]

    with ThreadPoolExecutor(5) as hands:
        assert len(set(hands.map(ask, range(5)))) == 1
    assert len(provider.find("charges", "order-3")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": -5}, "amount_minor"),
        ({"amount_minor": 12.5}, "amount_minor"),
        ({"amount_minor": True}, "amount_minor"),
        ({"amount_minor": "1250"}, "amount_minor"),
        ({"amount_minor": 10**30}, "amount_minor"),
        ({"currency": "cny"}, "currency"),
        ({"currency": None}, "currency"),
        ({"reference": ""}, "reference"),
        ({"reference": "a\0b"}, "reference"),
        ({"reference": "\ud800"}, "reference"),
        ({"reference": "x" * 201}, "reference"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"return_url": "http://[shop"}, "return_url"),
        ({"description": ["tea"]}, "description"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_opened(provider, change, field):
    answer = provider.ask("POST", "/v1/charges", CHARGE | change, Idempotency_Key="bad")

    assert (answer.status, answer.body["error"]["field"]) == (422, field)
    assert provider.ask("GET", "/v1/charges?reference=").body == {"charges": []}


def test_without_the_secret_nothing_is_told(provider):
    answer = provider.ask("GET", "/v1/charges?reference=order-1", Authorization="Bearer wrong")

    assert (answer.status, answer.body["error"]["code"]) == (401, "auth_required")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/charges/ch_none", 404),
        ("POST", "/v1/charges/ch_none/pay", 404),
        ("GET", "/nowhere", 404),
        ("DELETE", "/v1/charges", 405),
        ("POST", "/v1/charges", 400),
        ("GET", "/v1/statement?day=yesterday", 422),
        ("GET", "/v1/statement?day=9999-12-31", 422),
    ],
)
def test_what_is_not_there_or_not_meant_is_refused(provider, method, path, status):
    assert provider.ask(method, path).status == status


def test_a_double_tap_pays_once_and_goes_back_to_the_shop(provider):
    charge = provider.charge("order-4")
    form = {"token": token(provider, charge), "act": "pay"}

    with ThreadPoolExecutor(2) as hands:
        taps = list(hands.map(lambda _: page(provider, charge, form), range(2)))

    back = f"http://shop.test/back?order=7&charge={charge['id']}"
    assert taps == [(303, back), (303, back)]
    assert provider.find("charges", "order-4")[0]["status"] == "paid"
    assert provider.events("order-4") == ["charge.paid"]


def test_declining_closes_the_charge_and_paying_later_changes_nothing(provider):
    charge = provider.charge("order-5")
    form = {"token": token(provider, charge)}

    assert page(provider, charge, form | {"act": "decline"})[0] == 303
    assert page(provider, charge, form | {"act": "pay"})[0] == 303

    found = provider.find("charges", "order-5")[0]
    assert (found["status"], found["reason"], found["paid"]) == ("closed", "declined", None)
    assert provider.events("order-5") == ["charge.closed"]


def test_the_page_takes_no_form_that_it_did_not_show(provider):
    charge = provider.charge("order-6")

    assert page(provider, charge, {"token": "guessed", "act": "pay"})[0] == 403
    assert page(provider, charge, {"act": "pay"})[0] == 403

    assert provider.find("charges", "order-6")[0]["status"] == "open"


def test_the_page_speaks_the_payers_language_and_says_that_it_is_not_real(provider):
    words = {"description": "<b>龙井</b>", "language": "zh-hans"}
    _, chinese = page(provider, provider.charge("order-7", 123450, **words))
    _, english = page(provider, provider.charge("order-8", 123450))

    assert 'lang="zh-Hans"' in chinese
    assert "沙箱 · 不是真钱" in chinese
    assert "¥1,234.50" in chinese
    assert "&lt;b&gt;龙井&lt;/b&gt;" in chinese
    assert 'lang="en"' in english
    assert "Sandbox · no real money" in english


def test_an_amount_without_minor_units_is_written_whole():
    assert pages.money(1250, "JPY") == "¥1,250"
    assert pages.money(5, "CNY") == "¥0.05"


def test_a_paid_charge_cannot_be_closed_and_a_closed_one_not_paid(provider):
    paid, closed = provider.paid("order-9"), provider.charge("order-10")
    assert provider.ask("POST", f"/v1/charges/{closed['id']}/close").body["status"] == "closed"
    assert provider.ask("POST", f"/v1/charges/{closed['id']}/close").status == 200

    assert provider.ask("POST", f"/v1/charges/{paid['id']}/close").status == 409
    assert provider.ask("POST", f"/v1/charges/{closed['id']}/pay").status == 409


def test_one_payer_has_one_instrument(provider):
    for reference, payer in (("order-11", "ann"), ("order-12", "ann"), ("order-13", "bo")):
        charge = provider.charge(reference, payer=payer)
        provider.ask("POST", f"/v1/charges/{charge['id']}/pay")
    found = [provider.find("charges", f"order-{n}")[0] for n in (11, 12, 13)]

    assert found[0]["instrument"] == found[1]["instrument"] != found[2]["instrument"]
    assert not any("payer" in name for name in found[0])


def test_refunds_together_never_exceed_what_was_paid(provider):
    charge = provider.paid("order-14", 1000)

    def refund(reference: str, amount_minor: int) -> object:
        body = {"charge": charge["id"], "reference": reference, "amount_minor": amount_minor}
        return provider.ask("POST", "/v1/refunds", body).status

    assert refund("refund-1", 600) == 201
    assert refund("refund-1", 600) == 201  # the same one, told twice
    assert refund("refund-1", 601) == 409
    assert refund("refund-2", 401) == 409
    assert refund("refund-3", 400) == 201
    assert refund("refund-4", 1) == 409
    eventually(lambda: provider.find("refunds", "refund-3")[0]["status"] == "settled")
    assert [len(provider.find("refunds", f"refund-{n}")) for n in (1, 2, 3, 4)] == [1, 0, 1, 0]


def test_five_refunds_at_once_and_as_many_as_were_paid_for_go_through(provider):
    charge = provider.paid("order-15", 1000)
    together = Barrier(5)

    def refund(number: int) -> object:
        body = {"charge": charge["id"], "reference": f"race-{number}", "amount_minor": 400}
        together.wait()
        return provider.ask("POST", "/v1/refunds", body).status

    with ThreadPoolExecutor(5) as hands:
        assert sorted(hands.map(refund, range(5)), key=str) == [201, 201, 409, 409, 409]


def test_an_unpaid_charge_is_not_refunded(provider):
    charge = provider.charge("order-16")
    body = {"charge": charge["id"], "reference": "refund-5", "amount_minor": 1}

    assert provider.ask("POST", "/v1/refunds", body).status == 409
    assert provider.find("refunds", "refund-5") == []


def test_a_payout_is_made_once_per_reference_and_settles(provider):
    first, again = provider.payout("payout-1", 3001), provider.payout("payout-1", 3001)

    assert (first.status, first.body["status"]) == (201, "pending")
    assert again.body["id"] == first.body["id"]
    assert provider.payout("payout-1", 3002).status == 409
    eventually(lambda: provider.find("payouts", "payout-1")[0]["status"] == "settled")
    assert provider.events("payout-1") == ["payout.settled"]


def test_scripted_payouts_are_rejected_or_returned(provider):
    assert provider.payout("payout-2", 3001, script="on").body["status"] == "rejected"
    assert provider.payout("payout-3", 3004, script="on").body["status"] == "pending"

    eventually(lambda: provider.find("payouts", "payout-3")[0]["status"] == "returned")
    assert provider.events("payout-2") == []
    assert provider.events("payout-3") == ["payout.returned"]


def test_a_scripted_payout_goes_unheard_but_is_paid(provider):
    with pytest.raises(RemoteDisconnected):
        provider.payout("payout-4", 3002, script="on")

    assert len(provider.find("payouts", "payout-4")) == 1
    assert provider.payout("payout-4", 3002, script="on").status == 201
    assert len(provider.find("payouts", "payout-4")) == 1


def test_a_scripted_payout_goes_unheard_and_is_paid_only_when_asked_again(provider):
    with pytest.raises(RemoteDisconnected):
        provider.payout("payout-5", 3003, script="on")

    assert provider.find("payouts", "payout-5") == []
    assert provider.payout("payout-5", 3003, script="on").status == 201
    assert len(provider.find("payouts", "payout-5")) == 1


def test_the_statement_lists_a_days_movements_with_their_sign(provider):
    paid = provider.paid("order-17", 5000)["paid"]
    provider.payout("payout-6", 700)
    eventually(lambda: provider.find("payouts", "payout-6")[0]["status"] == "settled")
    day = datetime.fromtimestamp(paid, UTC).date()

    shown = provider.ask("GET", f"/v1/statement?day={day}").body
    before = provider.ask("GET", f"/v1/statement?day={day - timedelta(days=1)}").body

    lines = [line for line in shown["lines"] if line["reference"] in {"order-17", "payout-6"}]
    assert [line["amount_minor"] for line in lines] == [5000, -700]
    assert shown["totals"] == {"CNY": sum(line["amount_minor"] for line in shown["lines"])}
    assert before["lines"] == []
