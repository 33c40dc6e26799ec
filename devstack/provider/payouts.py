"""Payouts: one per reference; with the script on, an amount's last two digits choose a failure."""

from __future__ import annotations

from typing import Any

from devstack.provider import inputs
from devstack.provider.book import Book, Refused, new_id, public
from devstack.provider.journal import Row

SLOW_SECONDS = 3


class Script:
    """What goes wrong, by the last two digits of ``amount_minor``, under ``Sandbox-Script: on``."""

    REJECTED = "rejected"
    UNANSWERED_BUT_PAID = "unanswered_but_paid"
    UNANSWERED_NOT_PAID = "unanswered_not_paid"
    RETURNED = "returned"
    SLOW = "slow"
    DUPLICATE = "duplicate"
    UNSEEN = "unseen"

    BY_LAST_DIGITS = {
        1: REJECTED,
        2: UNANSWERED_BUT_PAID,
        3: UNANSWERED_NOT_PAID,
        4: RETURNED,
        5: SLOW,
        6: DUPLICATE,
        7: UNSEEN,
    }


class Unanswered(Exception):
    """The connection is to be dropped without an answer, as a network failure would."""


def start(book: Book, fields: dict[str, Any], *, is_scripted: bool) -> tuple[Row, str]:
    """Begin a payout, or return the one this reference already began, and the script it plays.

    Raises:
        Refused: 422 for a bad field, 409 when the reference was used for another payout.
        Unanswered: the script says that nothing was heard, and nothing was done; a second
            try of the same reference is served.
    """
    reference = inputs.text(fields, "reference", limit=200)
    asked = inputs.fingerprint(fields)
    with book.lock:
        for before in book.find("payouts", reference=reference):
            if before["_asked"] != asked:
                raise Refused(409, "reference_reused", "This reference was used for other words.")
            return public(before), ""
        payout = _read(book, fields) | {"reference": reference, "_asked": asked}
        script = Script.BY_LAST_DIGITS.get(payout["amount_minor"] % 100, "") if is_scripted else ""
        if script == Script.UNANSWERED_NOT_PAID and book.get("scripts", reference) is None:
            book.record("scripts", {"id": reference})
            raise Unanswered
        if script == Script.REJECTED:
            payout |= {"status": "rejected", "reason": "account_closed"}
        payout |= {"_script": script}
        book.record("payouts", payout)
        return public(payout), script


def is_hidden(book: Book, reference: str, *, look_ups: int) -> bool:
    """Say whether the script hides this payout from one more look-up, of ``look_ups`` in all."""
    with book.lock:
        for payout in book.find("payouts", reference=reference):
            before = (book.get("scripts", reference) or {}).get("look_ups", 0)
            if payout["_script"] == Script.UNSEEN and before < look_ups:
                book.record("scripts", {"id": reference, "look_ups": before + 1})
                return True
        return False


def _read(book: Book, fields: dict[str, Any]) -> Row:
    return {
        "id": new_id("po"),
        "status": "pending",
        "amount_minor": inputs.amount(fields),
        "currency": inputs.currency(fields),
        "destination": inputs.destination(fields),
        "reason": "",
        "created": book.clock.now(),
        "settled": None,
        "returned": None,
    }


def finish(book: Book, payout_id: str) -> None:
    """Settle a pending payout, or return it where its script says so."""
    with book.lock:
        payout = book.need("payouts", payout_id)
        if payout["status"] != "pending":
            return
        status = "returned" if payout["_script"] == Script.RETURNED else "settled"
        reason = "account_closed" if status == "returned" else ""
        payout = {**payout, "status": status, "reason": reason, status: book.clock.now()}
        book.record("payouts", payout, event=f"payout.{status}")


def give_back(book: Book, payout_id: str) -> Row:
    """Return a payout that had arrived, as a bank may weeks later; once.

    Raises:
        Refused: 404, or 409 when it did not arrive.
    """
    with book.lock:
        payout = book.need("payouts", payout_id)
        if payout["settled"] is None:
            raise Refused(409, "not_settled", "This payout has not arrived.")
        if payout["status"] == "settled":
            now = book.clock.now()
            payout = {**payout, "status": "returned", "reason": "account_closed", "returned": now}
            book.record("payouts", payout, event="payout.returned")
        return public(payout)
