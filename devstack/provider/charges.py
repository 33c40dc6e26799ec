"""Charges: asked for once per key, paid once, or closed."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from devstack.provider import inputs
from devstack.provider.book import Book, Refused, new_id, public
from devstack.provider.journal import Row


def start(book: Book, fields: dict[str, Any], *, key: str | None) -> Row:
    """Open a charge, or repeat the first answer given to this key.

    Raises:
        Refused: 422 for a bad field, 409 when the key was used for another request.
    """
    key = inputs.idempotency_key(key)
    asked = inputs.fingerprint(fields)
    with book.lock:
        before = book.get("answers", key)
        if before is not None:
            if before["asked"] != asked:
                raise Refused(409, "idempotency_key_reused", "This key was used for other words.")
            answer: Row = before["answer"]
            return answer
        charge = _read(fields)
        charge |= {"pay_path": f"/pay/{charge['id']}", "created": book.clock.now()}
        answer = public(charge)
        book.record("charges", charge, also={"id": key, "asked": asked, "answer": answer})
        return answer


def _read(fields: dict[str, Any]) -> Row:
    language = inputs.text(fields, "language", limit=20, default="en")
    return {
        "id": new_id("ch"),
        "status": "open",
        "reference": inputs.text(fields, "reference", limit=200),
        "amount_minor": inputs.amount(fields),
        "currency": inputs.currency(fields),
        "description": inputs.text(fields, "description", limit=500, default=""),
        "return_url": inputs.web_address(fields, "return_url"),
        "language": "zh-Hans" if language.lower().startswith("zh") else "en",
        "reason": "",
        "instrument": "",
        "paid": None,
        "closed": None,
        "_payer": inputs.text(fields, "payer", limit=200, default=""),
    }


def pay(book: Book, charge_id: str, *, secret: str) -> Row:
    """Pay an open charge; paying a paid one again changes nothing.

    Raises:
        Refused: 404, or 409 when it is closed.
    """
    with book.lock:
        charge = book.need("charges", charge_id)
        if charge["status"] == "closed":
            raise Refused(409, "closed", "This charge is closed.")
        if charge["status"] == "open":
            # The same payer pays with the same instrument; nobody can tell from it who that is.
            payer = charge["_payer"] or charge_id
            instrument = hmac.digest(secret.encode(), f"payer:{payer}".encode(), "sha256").hex()
            charge = {
                **charge,
                "status": "paid",
                "paid": book.clock.now(),
                "instrument": f"ins_{instrument[:20]}",
            }
            book.record("charges", charge, event="charge.paid")
        return public(charge)


def close(book: Book, charge_id: str, *, reason: str) -> Row:
    """Close an open charge; closing a closed one again changes nothing.

    Raises:
        Refused: 404, or 409 when it is paid.
    """
    with book.lock:
        charge = book.need("charges", charge_id)
        if charge["status"] == "paid":
            raise Refused(409, "paid", "This charge is paid.")
        if charge["status"] == "open":
            now = book.clock.now()
            charge = {**charge, "status": "closed", "closed": now, "reason": reason}
            book.record("charges", charge, event="charge.closed")
        return public(charge)


def return_address(charge: Row) -> str:
    """Return where the payer goes back to, with the charge's id in the query."""
    parts = urlsplit(charge["return_url"])
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("charge", charge["id"])]
    return urlunsplit(parts._replace(query=urlencode(query)))
