"""WeChat Pay's transfers to a person, who must confirm each within 24 hours.

Tested against contract fakes of our own, not live: the fake checks each request's shape and
signature as WeChat's documents describe them (transfer-bills, July 2025).
"""

from __future__ import annotations

import functools
import json
import os
import re
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from kit import clock
from payments.gateways.limits import refusal, rejected
from payments.gateways.news import Headers, News, NotNews, is_recent, object_in, payout_news
from payments.gateways.optional import library, needed, needed_text
from payments.gateways.port import (
    Absent,
    BadDestination,
    Capabilities,
    NoStatement,
    PayoutFact,
    PayoutStatus,
    PayoutWanted,
    Reason,
    StatementLine,
    Unknown,
)

# Seconds to connect and to wait for an answer; the library would wait for ever.
TIMEOUTS = (2, 8)

OPENID = re.compile(r"o[A-Za-z0-9_-]{27}")
BILL_NUMBER = re.compile(r"[A-Za-z0-9]{1,32}")
LONGEST_REMARK = 32

# From here on WeChat wants the payee's real name, encrypted.
NAME_NEEDED_MINOR = 200_000

# A bill can be asked about for 30 days; later "not found" says nothing.
LOOK_UP_LASTS = timedelta(days=29)
CONFIRMED_WITHIN = timedelta(hours=24)

STATUSES: dict[str, PayoutStatus] = {
    "ACCEPTED": "accepted",
    "PROCESSING": "accepted",
    "WAIT_USER_CONFIRM": "awaiting_payee",
    "TRANSFERING": "accepted",
    "SUCCESS": "settled",
    "FAIL": "rejected",
    "CANCELING": "accepted",
    "CANCELLED": "expired",
}

# Waiting for us: sent again under its number, a bill goes on, and says its package again.
GOES_ON_WHEN_SENT_AGAIN = frozenset({"ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM"})

# What it says of a request, or of a bill that failed; whatever else it says is a plain refusal.
REASONS: dict[str, Reason] = {
    "NOT_ENOUGH": "no_funds",
    "QUOTA_EXCEED": "limit",
    "TRANSFER_QUOTA_EXCEED": "limit",
    "DAY_RECEIVED_QUOTA_EXCEED": "limit",
    "MONTH_RECEIVED_QUOTA_EXCEED": "limit",
    "DAY_RECEIVED_COUNT_EXCEED": "limit",
    "ACCOUNT_FROZEN": "fix_destination",
    "ACCOUNT_NOT_EXIST": "fix_destination",
    "NAME_NOT_CORRECT": "fix_destination",
    "OPENID_INVALID": "fix_destination",
    "PAYEE_ACCOUNT_ABNORMAL": "fix_destination",
    "REAL_NAME_CHECK_FAIL": "compliance",
    "TRANSFER_REMARK_SET_FAIL": "refused",
    "TRANSFER_RISK": "compliance",
    "OVERDUE_CLOSE": "not_confirmed",
}

# Nothing was decided: our keys, too many calls, or the like.
NO_ANSWER = frozenset({401, 408, 409, 425, 429})

Row = dict[str, Any]


class WeChatPay:
    """Transfer bills; our reference is the bill's number and moves money once, for ever."""

    name = "wechatpay"
    capabilities = Capabilities(
        currencies=frozenset({"CNY"}),
        minimum_minor=30,  # a name cannot be checked below ¥0.30
        maximum_minor=2_000_000,
        payee_confirms=True,
        has_statement=False,
    )

    def check_destination(self, identifier: str, holder: str) -> str:
        """Return the payee's openid under our application. Raises BadDestination."""
        if not OPENID.fullmatch(identifier.strip()):
            raise BadDestination("openid")
        if not holder.strip():
            raise BadDestination("holder")
        return identifier.strip()

    def send_payout(self, wanted: PayoutWanted) -> PayoutFact | Unknown:
        """Ask for a transfer; a refusal for good is a fact with the status ``rejected``.

        A refused request says nothing about the bill: an earlier one may have made it. So
        it is looked up, and only a bill that is not there was refused.
        """
        refused_here = refusal(wanted, self.capabilities) or _refusal_of_name(wanted)
        if refused_here is not None:
            return refused_here
        status, row = _send(wanted)
        if status == 200:
            return _fact(row, wanted)
        if not 400 <= status < 500 or status in NO_ANSWER:
            return Unknown(_code(row) or str(status))
        found = self.payout(wanted)
        if isinstance(found, Absent):
            return rejected(wanted, REASONS.get(_code(row), "refused"))
        return found

    def payout(self, wanted: PayoutWanted) -> PayoutFact | Absent | Unknown:
        """Look the bill up by its number.

        A look-up does not say the package that the payee's phone needs; the same request
        sent again does, and can make no second bill.
        """
        status, row = _called("mch_transfer_bills_query", out_bill_no=wanted.reference)
        if status == 404 and _code(row) == "NOT_FOUND":
            return Absent() if _is_young(wanted) else Unknown("older than a look-up reaches")
        if status != 200:
            return Unknown(_code(row) or str(status))
        if row.get("state") in GOES_ON_WHEN_SENT_AGAIN:
            again, answer = _send(wanted)
            if again == 200:
                row = {**row, **answer}
        return _fact(row, wanted)

    def cancel(self, wanted: PayoutWanted) -> PayoutFact | Absent | Unknown:
        """Withdraw a transfer that nobody confirmed yet; return how it stands afterwards."""
        _called("mch_transfer_bills_cancel", out_bill_no=wanted.reference)
        status, row = _called("mch_transfer_bills_query", out_bill_no=wanted.reference)
        return _fact(row, wanted) if status == 200 else Unknown(_code(row) or str(status))

    def statement(self, day: date) -> list[StatementLine]:
        """Raise NoStatement: WeChat's fund bill is a file that a person downloads."""
        raise NoStatement(day.isoformat())


def news(body: bytes, headers: Headers) -> News:
    """Return what one of its notifications tells. Raises NotNews.

    It is kept as it came: what it says of the payee stays encrypted under our key.
    """
    is_by_their_key = headers.get("Wechatpay-Serial") == settings.WECHATPAY_PUBLIC_KEY_ID
    if not is_by_their_key or not is_recent(headers.get("Wechatpay-Timestamp", "")):
        raise NotNews
    try:
        told = _client().callback(headers, body)
    except Exception as broken:
        raise NotNews from broken
    bill = told.get("resource") if isinstance(told, dict) else None
    if not isinstance(bill, dict):
        raise NotNews
    event = object_in(body)
    return payout_news(
        event_id=event.get("id"),
        kind=event.get("event_type"),
        reference=bill.get("out_bill_no", ""),
        payload=event,
    )


def _refusal_of_name(wanted: PayoutWanted) -> PayoutFact | None:
    if not BILL_NUMBER.fullmatch(wanted.reference):
        return rejected(wanted, "refused")
    if wanted.amount_minor >= NAME_NEEDED_MINOR and not wanted.holder.strip():
        return rejected(wanted, "fix_destination")
    return None


def _is_young(wanted: PayoutWanted) -> bool:
    first = wanted.first_sent_at
    return first is None or clock.now() - first < LOOK_UP_LASTS


def _send(wanted: PayoutWanted) -> tuple[int, Row]:
    return _called(
        "mch_transfer_bills",
        out_bill_no=wanted.reference,
        transfer_scene_id=needed("WECHATPAY_SCENE_ID"),
        transfer_scene_report_infos=_report(),
        openid=wanted.destination,
        transfer_amount=wanted.amount_minor,
        transfer_remark=wanted.description[:LONGEST_REMARK] or wanted.reference,
        user_name=wanted.holder,
    )


def _report() -> list[dict[str, str]]:
    """Return what WeChat wants to read about the scene: ``type=content`` words of the settings."""
    pairs = [word.partition("=") for word in settings.WECHATPAY_SCENE_REPORT]
    return [{"info_type": kind, "info_content": content} for kind, _, content in pairs]


def _called(name: str, /, **words: Any) -> tuple[int, Row]:
    """Call the library and return the status and the JSON object; status 0 when nothing was heard.

    An answer whose signature is wrong was not heard.
    """
    client = _client()
    try:
        status, content = getattr(client, name)(**words)
        row = json.loads(content) if content else {}
    except Exception as broken:  # noqa: BLE001 -- the library raises bare ones
        return 0, {"code": type(broken).__name__}
    return (int(status), row) if isinstance(row, dict) else (0, {"code": "odd"})


def _client() -> Any:
    return _client_of(
        needed("WECHATPAY_MERCHANT_ID"),
        needed("WECHATPAY_KEY_FILE"),
        needed("WECHATPAY_PUBLIC_KEY_FILE"),
        settings.WECHATPAY_URL,
        os.getpid(),
    )


@functools.cache
def _client_of(
    merchant_id: str, _key_file: str, _public_key_file: str, url: str, _process_id: int
) -> Any:
    wechatpay = library("wechatpayv3", extra="wechatpay")
    client = wechatpay.WeChatPay(
        wechatpay_type=wechatpay.WeChatPayType.JSAPI,
        mchid=merchant_id,
        private_key=needed_text("WECHATPAY_KEY_FILE"),
        cert_serial_no=needed("WECHATPAY_KEY_SERIAL"),
        appid=needed("WECHATPAY_APP_ID"),
        apiv3_key=needed("WECHATPAY_API_KEY"),
        public_key=needed_text("WECHATPAY_PUBLIC_KEY_FILE"),
        public_key_id=needed("WECHATPAY_PUBLIC_KEY_ID"),
        timeout=TIMEOUTS,
    )
    client._core._gate_way = url  # the library has no parameter for it
    return client


def _fact(row: Row, wanted: PayoutWanted) -> PayoutFact | Unknown:
    state = STATUSES.get(str(row.get("state")))
    number, amount_minor = row.get("transfer_bill_no"), row.get("transfer_amount")
    if state is None or row.get("out_bill_no") != wanted.reference or not isinstance(number, str):
        return Unknown("an answer of another shape")
    reason: Reason = ""
    if row["state"] in ("FAIL", "CANCELLED"):
        reason = REASONS.get(str(row.get("fail_reason")), "refused")
        if state == "expired" or reason == "not_confirmed" or _was_not_confirmed(row):
            state, reason = "expired", "not_confirmed"
    return PayoutFact(
        status=state,
        provider_ref=number,
        # The answer to a request leaves the amount out: it is the request's.
        amount_minor=wanted.amount_minor if amount_minor is None else amount_minor,
        currency="CNY",
        reason=reason,
        confirm_token=str(row.get("package_info") or "") if state == "awaiting_payee" else "",
    )


def _was_not_confirmed(row: Row) -> bool:
    """Say whether a failed bill lived for the whole time it waits for its payee."""
    try:
        began, ended = (
            datetime.fromisoformat(str(row[name])) for name in ("create_time", "update_time")
        )
        return ended - began >= CONFIRMED_WITHIN
    except (KeyError, TypeError, ValueError):
        return False


def _code(row: Row) -> str:
    return str(row.get("code") or "")[:40]
