"""Tables as files: CSV that spreadsheets open and nobody can turn into a program."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

# A cell that begins with one of these is run as a formula by spreadsheets.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# A plain number cannot be run, whatever its sign.
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)

# Without it Excel reads Chinese in UTF-8 as noise.
BYTE_ORDER_MARK = "\ufeff"


class _Line:
    """What the writer writes to: it hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def harmless(cell: object) -> str:
    """Return a cell's text; text that a spreadsheet would run begins with an apostrophe."""
    text = str(cell)
    if NUMBER.fullmatch(text) or not text.lstrip(" ").startswith(FORMULA_STARTS):
        return text
    return f"'{text}"


def lines(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a CSV file line by line: a head and rows, however many, every cell harmless."""
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK
    for row in chain([head], rows):
        yield writer.writerow([harmless(cell) for cell in row])
