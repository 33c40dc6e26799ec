"""Alipay's transfer to one account, in certificate mode.

Tested against contract fakes of our own, not live: the fake checks each request's shape and
signature as Alipay's documents describe them (alipay.fund.trans.uni.transfer and its query).
"""

from __future__ import annotations

import functools
import os
import re
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings

from kit.money import Money, NotAnAmount, read_amount
from payments.gateways.limits import refusal, rejected
from payments.gateways.news import Headers, News, NotNews, object_in, payout_news
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

TIMEOUT_SECONDS = 8
MOST_FIELDS = 100

USER_ID = re.compile(r"2088[0-9]{12}")
PHONE = re.compile(r"1[3-9][0-9]{9}")
MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,40}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

# What kind of transfer it is; a look-up must name the same.
PRODUCT = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}

STATUSES: dict[str, PayoutStatus] = {
    "SUCCESS": "settled",
    "INIT": "accepted",
    "WAIT_PAY": "accepted",
    "DEALING": "accepted",
    "REFUND": "returned",
    "CLOSED": "rejected",
    "FAIL": "rejected",
}

# A sub_code after which Alipay itself wants a look-up and then the same request again; any
# other answer with the code 40004 is a decision.
UNDECIDED = frozenset({"SYSTEM_ERROR", "UNKNOWN", "REMIT_IN_PROCESSING", "REQUEST_PROCESSING"})
DECIDED = "40004"
NOT_THERE = frozenset({"ORDER_NOT_EXIST"})

REASONS: dict[str, Reason] = {
    "PAYER_BALANCE_NOT_ENOUGH": "no_funds",
    "BALANCE_IS_NOT_ENOUGH": "no_funds",
    "PAYEE_NOT_EXIST": "fix_destination",
    "PAYEE_USER_INFO_ERROR": "fix_destination",
    "PAYEE_ACC_OCUPIED": "fix_destination",
    "PAYEE_ACCOUNT_STATUS_ERROR": "fix_destination",
    "PAYEE_USERINFO_STATUS_ERROR": "fix_destination",
    "PAYEE_NOT_RELNAME_CERTIFY": "compliance",
    "PAYEE_TRUSTEESHIP_ACC_OVER_LIMIT": "limit",
    "PERM_AML_NOT_REALNAME_REV": "compliance",
    "SECURITY_CHECK_FAILED": "compliance",
    "EXCEED_LIMIT_SM_AMOUNT": "limit",
    "EXCEED_LIMIT_DM_AMOUNT": "limit",
    "EXCEED_LIMIT_MM_AMOUNT": "limit",
    "EXCEED_LIMIT_SM_MIN_AMOUNT": "limit",
}

Row = dict[str, Any]


class Alipay:
    """Transfers to Alipay accounts; our reference moves money once, for ever."""

    name = "alipay"
    capabilities = Capabilities(
        currencies=frozenset({"CNY"}),
        minimum_minor=10,
        maximum_minor=5_000_000,  # ¥50,000 to a person
        has_statement=False,
    )

    def check_destination(self, identifier: str, holder: str) -> str:
        """Return the login or user id. Raises BadDestination."""
        bare = identifier.strip()
        if not any(kind.fullmatch(bare) for kind in (USER_ID, PHONE, MAIL)):
            raise BadDestination("alipay_account")
        if not holder.strip():
            raise BadDestination("holder")
        return bare

    def send_payout(self, wanted: PayoutWanted) -> PayoutFact | Unknown:
        """Ask for a transfer; a refusal for good is a fact with the status ``rejected``.

        After silence, a 20000 or a SYSTEM_ERROR the outcome is unknown: it is looked up,
        and what is not there is asked for again in the very same words.
        """
        refused_here = refusal(wanted, self.capabilities)
        if refused_here is not None:
            return refused_here
        is_user_id = USER_ID.fullmatch(wanted.destination)
        row = _called(
            "api_alipay_fund_trans_uni_transfer",
            out_biz_no=wanted.reference,
            identity_type="ALIPAY_USER_ID" if is_user_id else "ALIPAY_LOGON_ID",
            identity=wanted.destination,
            trans_amount=Money(wanted.amount_minor, wanted.currency).plain(),
            name=wanted.holder,
            order_title=wanted.description,
        )
        if row.get("code") == DECIDED and row.get("sub_code") not in UNDECIDED:
            return rejected(wanted, REASONS.get(str(row.get("sub_code")), "refused"))
        return _fact(row, wanted)

    def payout(self, wanted: PayoutWanted) -> PayoutFact | Absent | Unknown:
        """Look the transfer up by our reference."""
        words = {"out_biz_no": wanted.reference, **PRODUCT}
        row = _called("server_api", "alipay.fund.trans.common.query", words)
        if row.get("code") == DECIDED and row.get("sub_code") in NOT_THERE:
            return Absent()
        return _fact(row, wanted)

    def statement(self, day: date) -> list[StatementLine]:
        """Raise NoStatement: Alipay's account bill is a file that a person downloads."""
        raise NoStatement(day.isoformat())


def news(body: bytes, headers: Headers) -> News:  # noqa: ARG001 -- all of it is in the form
    """Return what one of its notifications tells. Raises NotNews.

    It may come again for 25 hours with the time and signature it first had, so its age
    says nothing; its number is kept once.
    """
    form = _form_in(body)
    kind, content = form.get("msg_method") or form.get("notify_type"), form.get("biz_content")
    words = object_in(content.encode()) if content else form
    return payout_news(
        event_id=form.get("notify_id"),
        kind=kind,
        reference=words.get("out_biz_no", ""),
        payload=form,
    )


def _form_in(body: bytes) -> dict[str, str]:
    """Return the fields of a form that Alipay signed for our application."""
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
        form = dict(pairs)
        signed = {name: value for name, value in form.items() if name != "sign"}
        is_signed = _client().verify(signed, form["sign"])
    except Exception as broken:
        raise NotNews from broken
    is_ours = form.get("app_id") == settings.ALIPAY_APP_ID and len(form) == len(pairs)
    if not is_signed or not is_ours:
        raise NotNews
    return form


def _called(name: str, /, *words: Any, **named: Any) -> Row:
    """Call the library and return its answer; without one, or with a forged one, an empty row."""
    client = _client()
    try:
        row = getattr(client, name)(*words, **named)
    except Exception as broken:  # noqa: BLE001 -- the library raises bare ones, and urllib's
        return {"sub_code": type(broken).__name__}
    return row if isinstance(row, dict) else {}


def _client() -> Any:
    return _client_of(
        needed("ALIPAY_APP_ID"),
        needed("ALIPAY_KEY_FILE"),
        needed("ALIPAY_CERTIFICATE_FILE"),
        settings.ALIPAY_URL,
        os.getpid(),
    )


@functools.cache
def _client_of(
    app_id: str, _key_file: str, _certificate_file: str, url: str, _process_id: int
) -> Any:
    client = library("alipay", extra="alipay").DCAliPay(
        appid=app_id,
        app_private_key_string=needed_text("ALIPAY_KEY_FILE"),
        app_public_key_cert_string=needed_text("ALIPAY_APP_CERTIFICATE_FILE"),
        alipay_public_key_cert_string=needed_text("ALIPAY_CERTIFICATE_FILE"),
        alipay_root_cert_string=needed_text("ALIPAY_ROOT_CERTIFICATE_FILE"),
    )
    # In certificate mode the library has no parameter for either.
    client._gateway = url
    client._config.timeout = TIMEOUT_SECONDS
    return client


def _fact(row: Row, wanted: PayoutWanted) -> PayoutFact | Unknown:
    status = STATUSES.get(str(row.get("status")))
    number = row.get("order_id")
    is_ours = row.get("code") == "10000" and row.get("out_biz_no") == wanted.reference
    if status is None or not is_ours or not isinstance(number, str):
        return Unknown(str(row.get("sub_code") or row.get("code") or "no answer")[:40])
    try:
        amount_minor = _minor(row, wanted)
    except NotAnAmount:
        return Unknown("an answer of another shape")
    return PayoutFact(
        status=status,
        provider_ref=number,
        amount_minor=amount_minor,
        currency="CNY",
        reason=_reason(row, status),
    )


def _minor(row: Row, wanted: PayoutWanted) -> int:
    """Return the amount it says; the answer to a request leaves it out, it is the request's."""
    said = row.get("trans_amount")
    return wanted.amount_minor if said is None else read_amount(str(said), "CNY").minor


def _reason(row: Row, status: PayoutStatus) -> Reason:
    if status not in ("rejected", "returned"):
        return ""
    return REASONS.get(str(row.get("error_code")), "refused")
