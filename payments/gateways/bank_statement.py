"""Reading what a bank gives back: a CSV of its statement, or of what became of our file.

Banks write it in their own encodings, separators, headers and numbers. What is not plain is
reported with its line, and never guessed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kit.money import LARGEST_MINOR, Money
from kit.public_ids import ALPHABET, LENGTH
from payments.gateways.bank_csv import tables
from payments.gateways.port import StatementLine

LARGEST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 10_000
LONGEST_PREAMBLE = 30  # rows about the account that stand above the header

SEPARATORS = (",", ";", "\t")
REFERENCE = re.compile(rf"(?<![0-9A-Z])[{ALPHABET}]{{{LENGTH}}}(?![0-9A-Z])")

Header = dict[str, int]  # which column holds a field
Rows = Iterator[tuple[int, list[str]]]  # each with its line in the file


class NotAStatement(Exception):
    """The file cannot be read at all; ``code`` says why, in ``payments.reasons``."""

    def __init__(self, code: str) -> None:
        """Take the code: too_large, too_many, encoding, unreadable or header."""
        super().__init__(code)
        self.code = code


class _Odd(Exception):
    """A line that cannot be understood, and which part of it."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out, by its number in the file; ``code``: amount, day or currency."""

    number: int
    code: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a file says: its lines in order, and those that could not be read."""

    lines: list[StatementLine]
    bad: list[BadLine]


def read(content: bytes, *, currency: str) -> Statement:
    """Read a bank's CSV: of its statement, or of what became of the payments in our file.

    On a statement money that left is below zero. In a list of payments, which is one with a
    column for their status, every amount is below zero and the status says which did leave.
    The same file read twice gives the same lines, each with the same ``provider_ref``.

    Args:
        content: UTF-8, UTF-16 with its mark, or GB18030, as the bank wrote it.
        currency: of the account; a line that names another is reported.

    Raises:
        NotAStatement: nothing of it can be read.
    """
    header, rows = _table(_decoded(content))
    lines: list[StatementLine] = []
    bad: list[BadLine] = []
    seen: Counter[StatementLine] = Counter()
    for number, cells in rows:
        if len(lines) + len(bad) >= MOST_ROWS:
            raise NotAStatement("too_many")
        try:
            line = _line(_fields(header, cells), currency)
        except _Odd as odd:
            bad.append(BadLine(number, str(odd)))
            continue
        seen[line] += 1
        lines.append(line if line.provider_ref else _named(line, times=seen[line]))
    return Statement(lines, bad)


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST_BYTES:
        raise NotAStatement("too_large")
    is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotAStatement("encoding")


def _table(text: str) -> tuple[Header, Rows]:
    """Find the header under the separator that makes one of it, and return the rows below."""
    for separator in SEPARATORS:
        rows = _rows(text, separator)
        for _, (_, cells) in zip(range(LONGEST_PREAMBLE), rows, strict=False):
            header = _header(cells)
            if header:
                return header, rows
    raise NotAStatement("header")


def _rows(text: str, separator: str) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as broken:
        raise NotAStatement("unreadable") from broken


def _header(cells: list[str]) -> Header | None:
    """Return where each field stands, or None when this row is no header."""
    titles = [_bare(cell) for cell in cells]
    found: Header = {}
    for field, names in tables()["headers"].items():
        places = [titles.index(name) for name in names if name in titles]
        if places:
            found[field] = places[0]
    says_who = "reference" in found or "text" in found
    says_how_much = "amount" in found or {"debit", "credit"} <= set(found)
    return found if says_who and says_how_much and "day" in found else None


def _bare(title: str) -> str:
    """Return a title as the table of headers writes it: ``Amount (EUR)`` becomes ``amount``."""
    narrow = re.sub(r"\(.*?\)", "", unicodedata.normalize("NFKC", title[:100]).casefold())
    return "".join(sign for sign in narrow if sign.isalnum())


def _fields(header: Header, cells: list[str]) -> dict[str, str]:
    return {
        field: unicodedata.normalize("NFKC", cells[place][:500]).strip()
        for field, place in header.items()
        if place < len(cells)
    }


def _line(row: dict[str, str], currency: str) -> StatementLine:
    named = row.get("currency", "")
    if named and tables()["currencies"].get(named.casefold(), named.upper()) != currency:
        raise _Odd("currency")
    amount_minor = _signed(row, currency)
    reference = _reference(row)
    return StatementLine(
        reference=reference,
        provider_ref=row.get("provider_ref", "")[:80],
        amount_minor=amount_minor,
        currency=currency,
        kind="payout" if reference else "other",
        status=_status(row, amount_minor),
        at=_day(row.get("day", "")),
    )


def _reference(row: dict[str, str]) -> str:
    """Return our reference, also where a bank moved it into the text about the payment."""
    for field in ("reference", "text"):
        found = REFERENCE.search(row.get(field, "").upper())
        if found:
            return found.group()
    return ""


def _status(row: dict[str, str], amount_minor: int) -> str:
    word = row.get("status", "").casefold()
    if not word:
        return "settled" if amount_minor < 0 else "returned"
    for status, names in tables()["statuses"].items():
        if word in names:
            return str(status)
    return word[:20]


def _signed(row: dict[str, str], currency: str) -> int:
    if "debit" in row and "credit" in row:
        out, back = (_minor(row[side], currency) for side in ("debit", "credit"))
        if bool(out) == bool(back):
            raise _Odd("amount")
        return back - abs(out)
    amount_minor = _minor(row.get("amount", ""), currency)
    if not amount_minor:
        raise _Odd("amount")
    return -abs(amount_minor) if "status" in row else amount_minor


def _minor(text: str, currency: str) -> int:
    """Read a bank's number as minor units; nothing is 0.

    ``1,234.56``, ``1.234,56``, ``-50``, ``(50.00)``, ``50.00-`` and ``¥50.5`` are plain;
    ``1,234`` may be one thousand or one, so it is not.
    """
    words = [*tables()["currencies"], currency.casefold()]
    bare = "".join(text.casefold().split()).replace("'", "").replace("−", "-").lstrip("+")
    for word in sorted(words, key=len, reverse=True):
        bare = bare.replace(word, "")
    digits = bare.strip("-") if bare[:1] != "(" else bare.strip("()")
    is_below = digits != bare
    if not digits:
        return 0
    minor = _whole_minor(digits, places=len(Money(0, currency).plain().partition(".")[2]))
    return -minor if is_below else minor


def _whole_minor(digits: str, *, places: int) -> int:
    decimals = rf"(?:(?P<point>[.,])(?P<part>[0-9]{{1,{places}}}))?" if places else ""
    found = re.fullmatch(
        rf"(?P<whole>[0-9]+|[0-9]{{1,3}}(?:(?P<group>[.,])[0-9]{{3}})+){decimals}", digits[:30]
    )
    parts = found.groupdict() if found else {}
    point, group = parts.get("point"), parts.get("group")
    is_unclear = bool(group) and (point == group or (places > 0 and not point))
    if found is None or is_unclear or len({sign for sign in parts["whole"] if sign in ".,"}) > 1:
        raise _Odd("amount")
    part = (parts.get("part") or "").ljust(places, "0")
    minor = int(re.sub("[.,]", "", parts["whole"]) + part)
    if minor > LARGEST_MINOR:
        raise _Odd("amount")
    return minor


def _day(text: str) -> datetime:
    """Return the day a bank names, at midnight UTC: year first, or day first with the year last."""
    numbers = re.findall(r"[0-9]+", text[:40])
    if numbers and len(numbers[0]) in (8, 14):
        numbers = [numbers[0][:4], numbers[0][4:6], numbers[0][6:8]]
    if len(numbers) < 3:
        raise _Odd("day")
    first, month, last = numbers[:3]
    year, day = (first, last) if len(first) == 4 else (last, first)
    if len(year) != 4:
        raise _Odd("day")
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except (ValueError, OverflowError) as wrong:
        raise _Odd("day") from wrong


def _named(line: StatementLine, *, times: int) -> StatementLine:
    """Give a line without a bank's own number one that a second reading gives it again."""
    words = f"{line.reference}|{line.amount_minor}|{line.status}|{line.at.date()}|{times}"
    return replace(line, provider_ref=f"row-{hashlib.sha256(words.encode()).hexdigest()[:32]}")
