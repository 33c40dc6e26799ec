"""The sandbox provider, spoken to over HTTP like any other; no real money."""

from __future__ import annotations

import functools
import hmac
import os
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings

from payments.gateways.limits import refusal, rejected
from payments.gateways.news import (
    LONGEST_ID,
    LONGEST_KIND,
    LONGEST_REFERENCE,
    Headers,
    News,
    NotNews,
    is_recent,
    object_in,
)
from payments.gateways.port import (
    Absent,
    BadDestination,
    Capabilities,
    ChargeFact,
    ChargeStatus,
    ChargeWanted,
    LineKind,
    PayoutFact,
    PayoutStatus,
    PayoutWanted,
    ProviderAway,
    ProviderRefused,
    Reason,
    RefundFact,
    RefundStatus,
    RefundWanted,
    StatementLine,
    Unknown,
)

# A buyer waits for these calls; what takes longer is looked up in the background.
TIMEOUTS = httpx.Timeout(connect=1, read=5, write=2, pool=1)

# Our own secret is wrong, or the provider is: neither says what became of the call.
NO_ANSWER = frozenset({401, 403, 408, 425, 429})

CHARGE_STATUS: dict[str, ChargeStatus] = {"open": "open", "paid": "paid", "closed": "closed"}
REFUND_STATUS: dict[str, RefundStatus] = {
    "pending": "pending",
    "settled": "settled",
    "returned": "failed",
}
PAYOUT_STATUS: dict[str, PayoutStatus] = {
    "pending": "accepted",
    "settled": "settled",
    "rejected": "rejected",
    "returned": "returned",
}
# What it says of a payout that went wrong; whatever else it says is a plain refusal.
REASONS: dict[str, Reason] = {
    "": "",
    "account_closed": "fix_destination",
    "bad_destination": "fix_destination",
}
KINDS: dict[str, LineKind] = {"charge": "charge", "refund": "refund", "payout": "payout"}

WALLET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{2,63}")

Row = dict[str, Any]


class Sandbox:
    """``devstack.provider``, or anything else that speaks as it does: charges and payouts."""

    name = "sandbox"
    capabilities = Capabilities(
        currencies=frozenset({"CNY", "EUR", "GBP", "HKD", "JPY", "SGD", "USD"}),
        minimum_minor=1,
        maximum_minor=10**12,
    )

    def open_charge(self, wanted: ChargeWanted) -> ChargeFact:
        """Ask for a payment. Raises ProviderAway, ProviderRefused."""
        words = {
            "reference": wanted.reference,
            "amount_minor": wanted.amount_minor,
            "currency": wanted.currency,
            "description": wanted.description,
            "language": wanted.language,
            "return_url": wanted.return_url,
        }
        try:
            return _charge(_ask("POST", "/v1/charges", words, key=wanted.reference))
        except ProviderRefused as refused:
            if refused.code != "idempotency_key_reused":
                raise
        # Opened before from another address of ours: the return URL differs, the charge is one.
        before = self.charge(wanted.reference)
        if isinstance(before, Absent):
            raise ProviderAway("a key is known and its charge is not")
        return before

    def charge(self, reference: str) -> ChargeFact | Absent:
        """Look a charge up by our reference. Raises ProviderAway."""
        found = _find("charges", reference)
        return _charge(found) if found else Absent()

    def close_charge(self, provider_ref: str) -> ChargeFact:
        """Close a charge, or find that it was paid or closed before. Raises ProviderAway."""
        path = f"/v1/charges/{quote(provider_ref, safe='')}"
        try:
            return _charge(_ask("POST", f"{path}/close"))
        except ProviderRefused:
            return _charge(_see(path))

    def pay_address(self, pay_url: str, *, base_url: str) -> str:
        """Return the pay page on the host the buyer already reaches, at the sandbox's port.

        A phone in the same network opens the shop by the machine's address, where
        ``localhost`` would be the phone itself.
        """
        host = urlsplit(base_url).hostname or "localhost"
        if ":" in host:
            host = f"[{host}]"
        return f"http://{host}:{settings.SANDBOX_PORT}{pay_url}"

    def send_refund(self, wanted: RefundWanted) -> RefundFact:
        """Ask for a refund. Raises ProviderAway, ProviderRefused."""
        words = {
            "charge": wanted.charge_ref,
            "reference": wanted.reference,
            "amount_minor": wanted.amount_minor,
        }
        return _refund(_ask("POST", "/v1/refunds", words))

    def refund(self, reference: str) -> RefundFact | Absent:
        """Look a refund up by our reference. Raises ProviderAway."""
        found = _find("refunds", reference)
        return _refund(found) if found else Absent()

    def check_destination(self, identifier: str, holder: str) -> str:  # noqa: ARG002 -- of the port
        """Return the wallet's name as it is. Raises BadDestination."""
        if not WALLET_NAME.fullmatch(identifier):
            raise BadDestination("wallet_name")
        return identifier

    def send_payout(self, wanted: PayoutWanted) -> PayoutFact | Unknown:
        """Ask for a payout; a refusal for good is a fact with the status ``rejected``."""
        refused_here = refusal(wanted, self.capabilities)
        if refused_here is not None:
            return refused_here
        words = {
            "reference": wanted.reference,
            "amount_minor": wanted.amount_minor,
            "currency": wanted.currency,
            "destination": wanted.destination,
        }
        try:
            return _payout(_ask("POST", "/v1/payouts", words))
        except ProviderAway as away:
            return Unknown(str(away))
        except ProviderRefused as refused:
            if refused.code == "reference_reused":
                return Unknown(refused.code)  # it has acted on this reference before: look it up
            return rejected(wanted, REASONS.get(refused.code, "refused"))

    def payout(self, wanted: PayoutWanted) -> PayoutFact | Absent | Unknown:
        """Look a payout up by our reference."""
        try:
            found = _find("payouts", wanted.reference)
            return _payout(found) if found else Absent()
        except ProviderAway as away:
            return Unknown(str(away))

    def statement(self, day: date) -> list[StatementLine]:
        """Return what moved on one day (UTC). Raises ProviderAway."""
        lines = _see(f"/v1/statement?day={day.isoformat()}").get("lines")
        if not isinstance(lines, list):
            raise ProviderAway("an answer of another shape")
        return [_line(line) for line in lines]


def is_genuine(*, body: bytes, timestamp: str, signature: str) -> bool:
    """Say whether a webhook was signed with our secret, within the last five minutes.

    The sandbox reads the same clock file as we do, so a demo's moved clock moves both.
    """
    if not settings.SANDBOX_SECRET:
        return False
    words = timestamp.encode(errors="replace") + b"." + body
    wanted = "v1=" + hmac.digest(settings.SANDBOX_SECRET.encode(), words, "sha256").hex()
    is_signed = hmac.compare_digest(wanted.encode(), signature.encode(errors="replace"))
    return is_signed and is_recent(timestamp)


def news(body: bytes, headers: Headers) -> News:
    """Return what one of its webhooks tells. Raises NotNews."""
    timestamp = headers.get("Weidian-Sandbox-Timestamp", "")
    signature = headers.get("Weidian-Sandbox-Signature", "")
    if not is_genuine(body=body, timestamp=timestamp, signature=signature):
        raise NotNews
    event = object_in(body)
    data = event.get("data")
    if not isinstance(data, dict):
        raise NotNews
    return News(
        _name(event.get("id"), LONGEST_ID),
        _name(event.get("type"), LONGEST_KIND),
        _name(data.get("reference"), LONGEST_REFERENCE),
        event,
    )


def _name(value: object, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise NotNews
    return value


@functools.cache
def _client(base_url: str, _process_id: int) -> httpx.Client:
    """Return this process's connections: a fork must not share its parent's sockets."""
    return httpx.Client(base_url=base_url, timeout=TIMEOUTS, trust_env=False)


def _ask(method: str, path: str, words: Row | None = None, *, key: str = "") -> Row:
    headers = {"Authorization": f"Bearer {settings.SANDBOX_SECRET}"}
    if key:
        headers["Idempotency-Key"] = key
    if settings.SANDBOX_SCRIPT:
        headers["Sandbox-Script"] = "on"
    client = _client(settings.SANDBOX_URL, os.getpid())
    try:
        answer = client.request(method, path, json=words, headers=headers)
        content = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as broken:
        raise ProviderAway(type(broken).__name__) from broken
    if not isinstance(content, dict):
        raise ProviderAway("an answer of another shape")
    if answer.is_success:
        return content
    if answer.is_server_error or answer.status_code in NO_ANSWER:
        raise ProviderAway(f"status {answer.status_code}")
    code = _code(content)
    if not code:
        raise ProviderAway(f"status {answer.status_code}")  # somebody in between said it
    raise ProviderRefused(code)


def _see(path: str) -> Row:
    """Read one thing; a refusal to show it says nothing about it."""
    try:
        return _ask("GET", path)
    except ProviderRefused as refused:
        raise ProviderAway(refused.code) from refused


def _find(table: str, reference: str) -> Row | None:
    rows = _see(f"/v1/{table}?reference={quote(reference, safe='')}").get(table)
    if not isinstance(rows, list):
        raise ProviderAway("an answer of another shape")
    return rows[0] if rows else None


def _code(content: Row) -> str:
    error = content.get("error")
    if isinstance(error, dict) and error.get("field") == "destination":
        return "bad_destination"
    code = error.get("code") if isinstance(error, dict) else None
    return code[:40] if isinstance(code, str) else ""


def _charge(row: Row) -> ChargeFact:
    try:
        return ChargeFact(
            status=CHARGE_STATUS[row["status"]],
            provider_ref=row["id"],
            amount_minor=row["amount_minor"],
            currency=row["currency"],
            pay_url=row["pay_path"],
        )
    except (KeyError, TypeError) as missing:
        raise ProviderAway("an answer of another shape") from missing


def _refund(row: Row) -> RefundFact:
    try:
        return RefundFact(REFUND_STATUS[row["status"]], row["id"], row["amount_minor"])
    except (KeyError, TypeError) as missing:
        raise ProviderAway("an answer of another shape") from missing


def _payout(row: Row) -> PayoutFact:
    try:
        return PayoutFact(
            status=PAYOUT_STATUS[row["status"]],
            provider_ref=row["id"],
            amount_minor=row["amount_minor"],
            currency=row["currency"],
            reason=REASONS.get(row["reason"], "refused"),
        )
    except (KeyError, TypeError) as missing:
        raise ProviderAway("an answer of another shape") from missing


def _line(row: Row) -> StatementLine:
    try:
        return StatementLine(
            reference=row["reference"],
            provider_ref=row["id"],
            amount_minor=row["amount_minor"],
            currency=row["currency"],
            kind=KINDS.get(row["type"], "other"),
            status=row["status"],
            at=datetime.fromtimestamp(row["at"], UTC),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as missing:
        raise ProviderAway("an answer of another shape") from missing
