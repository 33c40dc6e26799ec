"""Refunds: one per reference, together never more than was paid."""

from __future__ import annotations

from typing import Any

from devstack.provider import inputs
from devstack.provider.book import Book, Refused, new_id, public
from devstack.provider.journal import Row


def start(book: Book, fields: dict[str, Any]) -> Row:
    """Begin a refund, or return the one this reference already began.

    Raises:
        Refused: 422 for a bad field, 409 when the reference was used for another refund, the
            charge is not paid, or less than this is left of it.
    """
    reference = inputs.text(fields, "reference", limit=200)
    asked = inputs.fingerprint(fields)
    with book.lock:
        for before in book.find("refunds", reference=reference):
            if before["_asked"] != asked:
                raise Refused(409, "reference_reused", "This reference was used for other words.")
            return public(before)
        charge = book.need("charges", inputs.text(fields, "charge", limit=100))
        amount_minor = inputs.amount(fields)
        if charge["status"] != "paid":
            raise Refused(409, "not_paid", "This charge is not paid.")
        if amount_minor > charge["amount_minor"] - _refunded(book, charge["id"]):
            raise Refused(409, "too_much", "Less than this is left of the charge.")
        refund = {
            "id": new_id("re"),
            "status": "pending",
            "charge": charge["id"],
            "reference": reference,
            "amount_minor": amount_minor,
            "currency": charge["currency"],
            "created": book.clock.now(),
            "settled": None,
            "returned": None,
            "_asked": asked,
        }
        book.record("refunds", refund)
        return public(refund)


def _refunded(book: Book, charge_id: str) -> int:
    refunds = book.find("refunds", charge=charge_id)
    return sum(refund["amount_minor"] for refund in refunds if refund["status"] != "returned")


def finish(book: Book, refund_id: str) -> None:
    """Settle a pending refund."""
    with book.lock:
        refund = book.need("refunds", refund_id)
        if refund["status"] == "pending":
            refund = {**refund, "status": "settled", "settled": book.clock.now()}
            book.record("refunds", refund, event="refund.settled")


def give_back(book: Book, refund_id: str) -> Row:
    """Return a refund that had been paid, as the buyer's bank may days later; once.

    Raises:
        Refused: 404, or 409 when it was not paid.
    """
    with book.lock:
        refund = book.need("refunds", refund_id)
        if refund["settled"] is None:
            raise Refused(409, "not_settled", "This refund has not been paid.")
        if refund["status"] == "settled":
            refund = {**refund, "status": "returned", "returned": book.clock.now()}
            book.record("refunds", refund, event="refund.returned")
        return public(refund)
