"""Exporting: figures as a table that spreadsheets open and nobody can turn into a program."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

# A cell that begins with one of these is run as a formula by spreadsheets.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# Without it Excel reads Chinese in UTF-8 as noise.
BYTE_ORDER_MARK = "\ufeff"


def harmless(cell: object) -> str:
    """Return a cell's text; text that a spreadsheet would run begins with an apostrophe."""
    if isinstance(cell, int):
        return str(cell)
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV file's text: a head and rows, every cell harmless."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(cell) for cell in head])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + out.getvalue()
