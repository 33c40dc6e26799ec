"""Stripe Connect: a transfer from our balance to the account a payee has there.

A transfer arrives at once; what the payee's own bank does afterwards is between them and
Stripe. Its idempotency keys last a day, so an older try is looked up before it is sent.
"""

from __future__ import annotations

import functools
import hmac
import logging
import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from django.conf import settings

from kit import clock
from payments.gateways.limits import refusal, rejected
from payments.gateways.news import Headers, News, NotNews, is_recent, object_in, payout_news
from payments.gateways.optional import library, needed
from payments.gateways.port import (
    Absent,
    BadDestination,
    Capabilities,
    LineKind,
    PayoutFact,
    PayoutWanted,
    ProviderAway,
    ProviderRefused,
    Reason,
    StatementLine,
    Unknown,
)

log = logging.getLogger(__name__)

Result = TypeVar("Result")

# Seconds to connect and to wait for an answer; three tries end within half a minute.
TIMEOUTS = (1, 4)
RETRIES = 2

# Stripe may forget a key after 24 hours; one hour is left for clocks and slow calls.
KEYS_LIVE = timedelta(hours=23)

ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{6,58}")

REASONS: dict[str, Reason] = {
    "balance_insufficient": "no_funds",
    "insufficient_funds": "no_funds",
    "account_closed": "fix_destination",
    "account_invalid": "fix_destination",
    "no_account": "fix_destination",
    "insufficient_capabilities_for_transfer": "compliance",
    "payouts_not_allowed": "compliance",
    "transfers_not_allowed": "compliance",
    "amount_too_large": "limit",
    "amount_too_small": "limit",
}

KINDS: dict[str, LineKind] = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "transfer": "payout",
    "transfer_cancel": "payout",
    "transfer_failure": "payout",
    "transfer_refund": "payout",
    "application_fee": "fee",
    "network_cost": "fee",
    "stripe_fee": "fee",
}


class StripeConnect:
    """Transfers to connected accounts, through Stripe's own library."""

    name = "stripe"
    capabilities = Capabilities(
        currencies=frozenset(
            {"AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "JPY", "NZD", "SGD", "USD"}
        ),
        minimum_minor=1,
        maximum_minor=99_999_999,  # Stripe takes eight digits
        keys_live=KEYS_LIVE,
    )

    def check_destination(self, identifier: str, holder: str) -> str:  # noqa: ARG002 -- of the port
        """Return the account's id. Raises BadDestination."""
        if not ACCOUNT.fullmatch(identifier.strip()):
            raise BadDestination("stripe_account")
        return identifier.strip()

    def send_payout(self, wanted: PayoutWanted) -> PayoutFact | Unknown:
        """Send a transfer; a refusal for good is a fact with the status ``rejected``.

        While the key surely lives, the same attempt can only ever be one transfer. Later
        it is looked up first, and sent only when there is none.
        """
        refused_here = refusal(wanted, self.capabilities)
        if refused_here is not None:
            return refused_here
        if _may_be_forgotten(wanted):
            found = self.payout(wanted)
            if not isinstance(found, Absent):
                return found
        try:
            return _asked(
                lambda: _fact(_client().v1.transfers.create(_words(wanted), _key(wanted)))
            )
        except ProviderAway as away:
            return Unknown(str(away))
        except ProviderRefused as refused:
            return rejected(wanted, REASONS.get(refused.code, "refused"))

    def payout(self, wanted: PayoutWanted) -> PayoutFact | Absent | Unknown:
        """Look the transfer up in the list of its group, which knows it at once.

        Stripe's search would not do: it learns of a transfer up to a minute later.
        """
        asked = {"transfer_group": wanted.reference, "limit": 10}
        try:
            facts = _asked(lambda: [_fact(row) for row in _client().v1.transfers.list(asked).data])
        except (ProviderAway, ProviderRefused) as away:
            return Unknown(str(away))
        if len(facts) > 1:
            log.error("%s has %s transfers at Stripe", wanted.reference, len(facts))
            return Unknown("several transfers")
        return facts[0] if facts else Absent()

    def reverse(self, wanted: PayoutWanted, *, provider_ref: str) -> PayoutFact | Unknown:
        """Take a whole transfer back from the payee's Stripe balance, if it still holds it.

        Raises:
            ProviderRefused: it does not, or it was taken back before; nothing was moved.
        """
        words = {"metadata": {"reference": wanted.reference}}
        options = {"idempotency_key": f"wd-{wanted.reference}-back"}
        try:
            _asked(lambda: _client().v1.transfers.reversals.create(provider_ref, words, options))
            return _asked(lambda: _fact(_client().v1.transfers.retrieve(provider_ref)))
        except ProviderAway as away:
            return Unknown(str(away))

    def statement(self, day: date) -> list[StatementLine]:
        """Return what moved our balance on one day (UTC). Raises ProviderAway."""
        begins = int(datetime.combine(day, time(), UTC).timestamp())
        asked = {
            "created": {"gte": begins, "lt": begins + 86_400},
            "expand": ["data.source"],
            "limit": 100,
        }
        try:
            rows = _asked(
                lambda: list(_client().v1.balance_transactions.list(asked).auto_paging_iter())
            )
            return _asked(lambda: [line for row in rows for line in _lines(row)])
        except ProviderRefused as refused:
            raise ProviderAway(refused.code) from refused


def is_genuine(*, body: bytes, signature: str) -> bool:
    """Say whether a webhook was signed with our secret, within the last five minutes.

    Args:
        body: the raw bytes of the request.
        signature: its ``Stripe-Signature`` header.
    """
    secret = settings.STRIPE_WEBHOOK_SECRET
    parts = [part.partition("=")[::2] for part in signature.split(",")[:20]]
    moments = [value for name, value in parts if name.strip() == "t"]
    if not secret or len(moments) != 1:
        return False
    (moment,) = moments
    words = moment.encode(errors="replace") + b"." + body
    wanted = hmac.digest(secret.encode(), words, "sha256").hex().encode()
    given = [value.encode(errors="replace") for name, value in parts if name.strip() == "v1"]
    return any(hmac.compare_digest(wanted, value) for value in given) and is_recent(moment)


def news(body: bytes, headers: Headers) -> News:
    """Return what one of its webhooks tells. Raises NotNews."""
    if not is_genuine(body=body, signature=headers.get("Stripe-Signature", "")):
        raise NotNews
    event = object_in(body)
    return payout_news(
        event_id=event.get("id"),
        kind=event.get("type"),
        reference=reference_in(event),
        payload=event,
    )


def reference_in(event: dict[str, Any]) -> str:
    """Return which of our payouts an event speaks of; empty when it is about none.

    ``transfer.*`` events name it; ``account.*`` events say that a payee's account changed.
    """
    data = event.get("data")
    row = data.get("object") if isinstance(data, dict) else None
    if not isinstance(row, dict) or row.get("object") != "transfer":
        return ""
    reference = row.get("transfer_group")
    return reference if isinstance(reference, str) else ""


def _may_be_forgotten(wanted: PayoutWanted) -> bool:
    first = wanted.first_sent_at
    return first is not None and clock.now() - first >= KEYS_LIVE


def _words(wanted: PayoutWanted) -> dict[str, Any]:
    """Return the transfer's words: the same for every try of an attempt, or the key refuses."""
    return {
        "amount": wanted.amount_minor,
        "currency": wanted.currency.lower(),
        "destination": wanted.destination,
        "transfer_group": wanted.reference,
        "description": wanted.description,
        "metadata": {"reference": wanted.reference, "attempt": str(wanted.attempt)},
    }


def _key(wanted: PayoutWanted) -> dict[str, str]:
    return {"idempotency_key": f"wd-{wanted.reference}-{wanted.attempt}"}


def _client() -> Any:
    return _client_of(needed("STRIPE_SECRET_KEY"), settings.STRIPE_URL, os.getpid())


@functools.cache
def _client_of(secret: str, url: str, _process_id: int) -> Any:
    """Return this process's client: a fork must not share its parent's sockets."""
    stripe = library("stripe", extra="stripe")
    return stripe.StripeClient(
        secret,
        base_addresses={"api": url},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUTS),
    )


def _asked(call: Callable[[], Result]) -> Result:
    """Do one call, its failures in our words.

    A 4xx about the request itself means that nothing was done. All else (no connection, 5xx, a
    busy key, too many requests, a key used for other words, our own secret) leaves it open.

    Raises:
        ProviderAway: nothing can be said.
        ProviderRefused: Stripe said no for good.
    """
    stripe = library("stripe", extra="stripe")
    try:
        return call()
    except (stripe.InvalidRequestError, stripe.CardError, stripe.PermissionError) as refused:
        code = _code(refused)
        if isinstance(refused, stripe.PermissionError) and code not in REASONS:
            raise ProviderAway("PermissionError") from refused
        raise ProviderRefused(code) from refused
    except stripe.StripeError as away:
        raise ProviderAway(type(away).__name__) from away
    except (AttributeError, KeyError, TypeError, ValueError) as odd:
        raise ProviderAway("an answer of another shape") from odd


def _code(refused: Any) -> str:
    """Return Stripe's code; whatever is wrong with the destination is the payee's to mend."""
    code = str(getattr(refused.error, "code", None) or "refused")
    if code not in REASONS and getattr(refused.error, "param", None) == "destination":
        return "no_account"
    return code


def _fact(row: Any) -> PayoutFact:
    is_back = bool(row.reversed)
    return PayoutFact(
        status="returned" if is_back else "settled",
        provider_ref=row.id,
        amount_minor=row.amount,
        currency=row.currency.upper(),
        reason="refused" if is_back else "",
    )


def _lines(row: Any) -> list[StatementLine]:
    """Return a balance transaction as one line, and its fee as another."""
    source = row.source
    named = getattr(source, "transfer_group", None)  # of a transfer; a reversal has our metadata
    reference = named or getattr(getattr(source, "metadata", None), "reference", None)
    line = StatementLine(
        reference=reference or "",
        provider_ref=getattr(source, "transfer", None) or getattr(source, "id", None) or row.id,
        amount_minor=row.amount,
        currency=row.currency.upper(),
        kind=KINDS.get(row.type, "other"),
        status=row.status,
        at=datetime.fromtimestamp(row.created, UTC),
    )
    if not row.fee:
        return [line]
    fee = StatementLine(
        "", f"{row.id}-fee", -row.fee, line.currency, kind="fee", status=row.status, at=line.at
    )
    return [line, fee]
