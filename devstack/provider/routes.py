"""What each address of the provider does: requests in, answers out, no sockets here."""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from devstack.provider import charges, inputs, pages, payouts, refunds, statement
from devstack.provider.book import Book, Refused, public
from devstack.provider.payouts import Script, Unanswered
from devstack.provider.schedule import Schedule
from devstack.provider.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came, with the words that its path matched."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to send."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provider:
    """All that the addresses work with."""

    book: Book
    schedule: Schedule
    webhooks: Webhooks
    secret: str
    settle_seconds: float
    hidden_look_ups: int = 3


Act = Callable[[Provider, Request], Answer]


def answer(provider: Provider, request: Request) -> Answer:
    """Answer one request.

    Raises:
        Unanswered: on purpose, the connection is to be dropped.
    """
    try:
        act, words = _route(request)
        if act not in OPEN_TO_ALL:
            _authenticate(provider, request)
        with_words = Request(**{**_fields(request), "words": words})
        return act(provider, with_words)
    except Refused as refused:
        error = {"code": refused.code, "message": str(refused)}
        if refused.field:
            error["field"] = refused.field
        return _json(refused.status, {"error": error})


def resume(provider: Provider) -> None:
    """Take up the refunds and payouts that an earlier process left pending."""
    for table, finish in (("refunds", refunds.finish), ("payouts", payouts.finish)):
        for row in provider.book.all(table):
            if row["status"] == "pending":
                _later(provider, finish, row["id"])


def _route(request: Request) -> tuple[Act, tuple[str, ...]]:
    allowed = []
    for method, pattern, act in ROUTES:
        match = re.fullmatch(pattern, request.path)
        if match and method == request.method:
            return act, match.groups()
        if match:
            allowed.append(method)
    if allowed:
        raise Refused(405, "method_not_allowed", f"Use {' or '.join(allowed)} here.")
    raise Refused(404, "not_found", "There is nothing at this address.")


def _authenticate(provider: Provider, request: Request) -> None:
    given = request.headers.get("authorization", "").encode("latin-1", "replace")
    if not hmac.compare_digest(given, f"Bearer {provider.secret}".encode()):
        raise Refused(401, "auth_required", "Send Authorization: Bearer and the secret.")


def _fields(request: Request) -> dict[str, Any]:
    return {name: getattr(request, name) for name in Request.__slots__}


def _json(status: int, content: object) -> Answer:
    return Answer(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


def _html(status: int, page: str, policy: str) -> Answer:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(status, page.encode(), headers)


def _later(provider: Provider, finish: Callable[[Book, str], None], row_id: str) -> None:
    provider.schedule.after(provider.settle_seconds, lambda: finish(provider.book, row_id))


def _start_charge(provider: Provider, request: Request) -> Answer:
    key = request.headers.get("idempotency-key")
    return _json(201, charges.start(provider.book, inputs.body(request.body), key=key))


def _close_charge(provider: Provider, request: Request) -> Answer:
    return _json(200, charges.close(provider.book, request.words[0], reason="asked"))


def _pay_charge(provider: Provider, request: Request) -> Answer:
    return _json(200, charges.pay(provider.book, request.words[0], secret=provider.secret))


def _start_refund(provider: Provider, request: Request) -> Answer:
    refund = refunds.start(provider.book, inputs.body(request.body))
    if refund["status"] == "pending":
        _later(provider, refunds.finish, refund["id"])
    return _json(201, refund)


def _return_refund(provider: Provider, request: Request) -> Answer:
    return _json(200, refunds.give_back(provider.book, request.words[0]))


def _start_payout(provider: Provider, request: Request) -> Answer:
    is_scripted = request.headers.get("sandbox-script", "") == "on"
    fields = inputs.body(request.body)
    payout, script = payouts.start(provider.book, fields, is_scripted=is_scripted)
    if payout["status"] == "pending":
        _later(provider, payouts.finish, payout["id"])
    if script in (Script.UNANSWERED_BUT_PAID, Script.UNSEEN):
        raise Unanswered
    if script == Script.SLOW:
        time.sleep(payouts.SLOW_SECONDS)
    return _json(201, payout)


def _one_of(table: str) -> Act:
    def show(provider: Provider, request: Request) -> Answer:
        return _json(200, public(provider.book.need(table, request.words[0])))

    return show


def _those_of(table: str) -> Act:
    def show(provider: Provider, request: Request) -> Answer:
        reference = request.query.get("reference", "")
        with provider.book.lock:
            found = provider.book.find(table, reference=reference)
        return _json(200, {table: [public(row) for row in found]})

    return show


def _payouts_of(provider: Provider, request: Request) -> Answer:
    is_scripted = request.headers.get("sandbox-script", "") == "on"
    reference = request.query.get("reference", "")
    hidden = provider.hidden_look_ups
    if is_scripted and payouts.is_hidden(provider.book, reference, look_ups=hidden):
        raise Refused(503, "away", "Nothing can be said about this payout now.")
    return _those_of("payouts")(provider, request)


def _return_payout(provider: Provider, request: Request) -> Answer:
    return _json(200, payouts.give_back(provider.book, request.words[0]))


def _statement(provider: Provider, request: Request) -> Answer:
    return _json(200, statement.of_day(provider.book, request.query.get("day", "")))


def _events(provider: Provider, request: Request) -> Answer:
    reference = request.query.get("reference")
    told = []
    for event in provider.book.all("events"):
        if reference is None or event["data"]["reference"] == reference:
            body, headers = provider.webhooks.signed(event)
            told.append({**public(event), "body": body.decode(), "headers": headers})
    return _json(200, {"events": told})


def _set_webhook(provider: Provider, request: Request) -> Answer:
    fields = inputs.body(request.body)
    url = None if fields.get("url") is None else inputs.web_address(fields, "url")
    provider.book.webhook_url = url
    return _json(200, {"url": url})


def _health(_provider: Provider, _request: Request) -> Answer:
    return _json(200, {"ok": True})


def _show_page(provider: Provider, request: Request) -> Answer:
    charge = provider.book.get("charges", request.words[0])
    if charge is None:
        is_chinese = request.headers.get("accept-language", "").lower().startswith("zh")
        page = pages.not_found_page(language="zh-Hans" if is_chinese else "en")
        return _html(404, page, pages.policy(None))
    return _html(200, pages.charge_page(charge, secret=provider.secret), pages.policy(charge))


def _press_button(provider: Provider, request: Request) -> Answer:
    """Pay or decline, then send the payer back; whoever was first has decided."""
    charge = provider.book.get("charges", request.words[0])
    form = parse_qs(request.body.decode("utf-8", "replace"), max_num_fields=10)
    given = form.get("token", [""])[0].encode()
    if charge is None:
        return _show_page(provider, request)
    if not hmac.compare_digest(given, pages.token(charge["id"], secret=provider.secret).encode()):
        return _html(403, pages.charge_page(charge, secret=provider.secret), pages.policy(charge))
    try:
        if form.get("act", [""])[0] == "decline":
            charges.close(provider.book, charge["id"], reason="declined")
        else:
            charges.pay(provider.book, charge["id"], secret=provider.secret)
    except Refused:
        pass  # it was paid, or closed, a moment ago; the shop shows how it stands
    return Answer(HTTPStatus.SEE_OTHER, headers={"Location": charges.return_address(charge)})


ROUTES: tuple[tuple[str, str, Act], ...] = (
    ("GET", r"/healthz", _health),
    ("GET", r"/pay/([^/]+)", _show_page),
    ("POST", r"/pay/([^/]+)", _press_button),
    ("POST", r"/v1/charges", _start_charge),
    ("GET", r"/v1/charges", _those_of("charges")),
    ("GET", r"/v1/charges/([^/]+)", _one_of("charges")),
    ("POST", r"/v1/charges/([^/]+)/close", _close_charge),
    ("POST", r"/v1/charges/([^/]+)/pay", _pay_charge),
    ("POST", r"/v1/refunds", _start_refund),
    ("GET", r"/v1/refunds", _those_of("refunds")),
    ("GET", r"/v1/refunds/([^/]+)", _one_of("refunds")),
    ("POST", r"/v1/refunds/([^/]+)/return", _return_refund),
    ("POST", r"/v1/payouts", _start_payout),
    ("GET", r"/v1/payouts", _payouts_of),
    ("GET", r"/v1/payouts/([^/]+)", _one_of("payouts")),
    ("POST", r"/v1/payouts/([^/]+)/return", _return_payout),
    ("GET", r"/v1/statement", _statement),
    ("GET", r"/v1/events", _events),
    ("PUT", r"/v1/webhook", _set_webhook),
)
OPEN_TO_ALL = (_health, _show_page, _press_button)
