"""A bank of the tortures' own: it pays what stands in a file, and says so in a statement."""

from __future__ import annotations

import csv
import hashlib

from kit import clock
from kit.money import Money, read_amount

REFERENCE, AMOUNT = "商户流水号", "金额"


class Bank:
    """What the bank was given and did; it never asks whether a reference was paid before.

    Two files with the same bytes are one order to it. Whatever else names a payout twice
    pays it twice, and ``money_moved`` shows it.
    """

    rail = "bank_csv"

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._moved: dict[str, int] = {}
        self._lines: list[str] = []

    def take(self, content: bytes) -> None:
        """Pay every line of a file."""
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 in self._taken:
            return
        self._taken.add(sha256)
        for row in csv.DictReader(content.decode("utf-8-sig").splitlines()):
            minor = read_amount(row[AMOUNT], "CNY").minor
            self._moved[row[REFERENCE]] = self._moved.get(row[REFERENCE], 0) - minor
            amount = Money(minor, "CNY").plain()
            self._lines.append(f"{clock.now():%Y-%m-%d},-{amount},{row[REFERENCE]}\n")

    def statement(self) -> bytes:
        """Return what has moved since the last statement; empty when nothing has."""
        lines, self._lines = self._lines, []
        return "".join(["date,amount,reference\n", *lines]).encode() if lines else b""

    def money_moved(self) -> dict[str, int]:
        """Return what each of our references moved, in minor units; money that left is below 0."""
        return dict(self._moved)


# There is one, as there is one Stripe: the ways hand it files, and the truth is its book.
BANK = Bank()
