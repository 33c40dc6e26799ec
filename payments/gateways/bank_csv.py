"""The bank's own way: a file that a person carries there, and its word carried back.

Nothing is sent from here and nothing can be asked, so nothing is ever guessed: what became
of a payout is unknown until a person says so, or a statement does (``bank_statement``).
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kit.money import Money
from payments.gateways import bank_numbers
from payments.gateways.limits import refusal
from payments.gateways.port import (
    Absent,
    BadDestination,
    Capabilities,
    NoStatement,
    PayoutFact,
    PayoutWanted,
    Reason,
    StatementLine,
    Unknown,
)

LAYOUTS = Path(__file__).with_name("bank_layouts.json")

# A cell that begins with one of these is a formula to a spreadsheet.
BEGINS_A_FORMULA = "=+-@|%\t\r\n＝＋－＠"
LONGEST_NAME = 70  # of SEPA; Chinese banks take 60 and more


class NotForThisFile(Exception):
    """A payout does not belong into the file; no file was made."""

    def __init__(self, reference: str, reason: Reason) -> None:
        """Take which one, and why."""
        super().__init__(f"{reference}: {reason}")
        self.reference = reference
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Layout:
    """How one kind of bank wants its file: the columns in order, each with what stands in it."""

    currency: str
    destination: str
    encoding: str
    separator: str
    maximum_minor: int
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BankFile:
    """The bytes to carry to the bank, and the digest that knows them again."""

    content: bytes
    sha256: str


class BankCsv:
    """Payouts by file, in the layout that ``BANK_LAYOUT`` names."""

    name = "bank_csv"

    @property
    def capabilities(self) -> Capabilities:
        """Return what a file in this layout can carry."""
        layout = layout_of(settings.BANK_LAYOUT)
        return Capabilities(
            currencies=frozenset({layout.currency}),
            minimum_minor=1,
            maximum_minor=layout.maximum_minor,
            by_file=True,
            looks_up=False,
            has_statement=False,
        )

    def check_destination(self, identifier: str, holder: str) -> str:
        """Return the card number or IBAN without spaces. Raises BadDestination."""
        layout = layout_of(settings.BANK_LAYOUT)
        if not plain(holder) or (layout.destination == "iban" and not _latin(holder)):
            raise BadDestination("holder")
        if layout.destination == "iban":
            return bank_numbers.iban(identifier)
        return bank_numbers.bank_card(identifier)

    def send_payout(self, wanted: PayoutWanted) -> PayoutFact | Unknown:
        """Send nothing: a person carries it; only what no file could carry is refused."""
        return refusal(wanted, self.capabilities) or Unknown("by_file")

    def payout(self, wanted: PayoutWanted) -> PayoutFact | Absent | Unknown:  # noqa: ARG002 -- of the port
        """Return that nobody knows: a bank cannot be asked."""
        return Unknown("by_file")

    def statement(self, day: date) -> list[StatementLine]:
        """Raise NoStatement: a person brings it, and ``bank_statement`` reads it."""
        raise NoStatement(day.isoformat())


def file_of(items: Sequence[PayoutWanted], *, paid_on: date, layout: str = "") -> BankFile:
    """Return the payment file of frozen payouts: the same payouts, the same bytes.

    Args:
        items: in any order; they stand in the file by reference.
        paid_on: the day the bank shall pay.
        layout: ``china`` or ``sepa``; the installation's own by default.

    Raises:
        NotForThisFile: one is in another currency, above the limit, or not fit to be
            paid; no file was made.
    """
    shape = layout_of(layout or settings.BANK_LAYOUT)
    rows = [_row(item, shape, paid_on) for item in sorted(items, key=lambda item: item.reference)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=shape.separator, lineterminator="\r\n")
    writer.writerow([title for title, _ in shape.columns])
    writer.writerows(rows)
    content = text.getvalue().encode(shape.encoding)
    return BankFile(content, hashlib.sha256(content).hexdigest())


def layout_of(name: str) -> Layout:
    """Return a layout by name.

    Raises:
        ImproperlyConfigured: there is none of this name.
    """
    found = tables()["files"].get(name)
    if found is None:
        raise ImproperlyConfigured(f"BANK_LAYOUT is {name!r}; there is china, sepa")
    columns = tuple((title, field) for title, field in found["columns"])
    return Layout(**{**found, "columns": columns})


@functools.cache
def tables() -> dict[str, Any]:
    """Return the words of the banks: columns to write, headers and states to read."""
    found: dict[str, Any] = json.loads(LAYOUTS.read_text(encoding="utf-8"))
    return found


def plain(text: str) -> str:
    """Return a cell without signs that a spreadsheet would run or a bank stumble over.

    A leading sign is left out, not quoted: to a bank a quote is part of the name.
    """
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split()).lstrip(BEGINS_A_FORMULA + " ")[:LONGEST_NAME]


def _row(item: PayoutWanted, shape: Layout, paid_on: date) -> list[str]:
    # One sum a reference: the limits of the file, not those of the day's settings.
    able = Capabilities(frozenset({shape.currency}), 1, shape.maximum_minor)
    refused = refusal(item, able)
    if refused is not None:
        raise NotForThisFile(item.reference, refused.reason)
    check = bank_numbers.iban if shape.destination == "iban" else bank_numbers.bank_card
    try:
        destination = check(item.destination)
    except BadDestination as wrong:
        raise NotForThisFile(item.reference, "fix_destination") from wrong
    holder = _latin(item.holder) if shape.destination == "iban" else plain(item.holder)
    if not holder:
        raise NotForThisFile(item.reference, "fix_destination")
    cells = {
        "destination": destination,
        "holder": holder,
        "amount": Money(item.amount_minor, item.currency).plain(),
        "currency": item.currency,
        "reference": item.reference,
        "day": paid_on.isoformat(),
    }
    return [cells[field] for _, field in shape.columns]


def _latin(name: str) -> str:
    """Return a name as SEPA carries it, without accents; empty when it has other letters."""
    bare = unicodedata.normalize("NFKD", plain(name))
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return letters if letters.isascii() else ""
