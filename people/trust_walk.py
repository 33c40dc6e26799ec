"""Everybody's weight by arithmetic on whole columns: what a large street needs.

A matrix of who is friends with whom, strongest friends first in each row, is multiplied a
few times with what reaches everybody. ``people.trust_sql`` does the same without NumPy.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import numpy as np
import numpy.typing as npt
from django.db import connection
from scipy import sparse

from people import trust_rules as rules
from people.trust_graph import FRIENDS, PEOPLE, Found, moments

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# How a row stands in COPY's binary form: the count of its fields, then each behind its length.
HEADER = 19
PERSON_ROW = np.dtype(
    [("n", ">i2"), ("l0", ">i4"), ("id", ">i8"), ("l1", ">i4"), ("young", "?"),
     ("l2", ">i4"), ("barred", "?")]
)  # fmt: skip
PAIR_ROW = np.dtype(
    [("n", ">i2"), ("l0", ">i4"), ("low", ">i8"), ("l1", ">i4"), ("high", ">i8"),
     ("l2", ">i4"), ("trades", ">i2")]
)  # fmt: skip
ROWS_AT_ONCE = 1 << 20
WEIGHT_ROW = np.dtype(
    [("n", ">i2"), ("l0", ">i4"), ("id", ">i8"), ("l1", ">i4"), ("g", ">f8"),
     ("l2", ">i4"), ("e", ">f8"), ("l3", ">i4"), ("t", ">f8")]
)  # fmt: skip
SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)


@dataclass(frozen=True, slots=True)
class People:
    """Who is here, in the order of their ids."""

    ids: Whole
    young: Flags
    barred: Flags


@dataclass(frozen=True, slots=True)
class Graph:
    """Who is friends with whom, both ways; a row holds a person's friends, strongest first.

    ``pairs`` are the same as sorted numbers, ``row * people + column``, lower one first.
    """

    starts: Whole
    friends: npt.NDArray[np.int32]
    weights: Floats
    pairs: Whole

    @property
    def people(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1


class _Rows(io.RawIOBase):
    """Takes what COPY writes, and gives its whole rows on as they come."""

    def __init__(self, row: np.dtype[np.void]) -> None:
        self.row, self.waiting, self.parts = row, bytearray(), []  # type: ignore[var-annotated]
        self.is_begun = False

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes, /) -> int:  # type: ignore[override]
        self.waiting += piece
        if len(self.waiting) > ROWS_AT_ONCE * self.row.itemsize:
            self._take()
        return len(piece)

    def _take(self) -> None:
        if not self.is_begun:
            del self.waiting[:HEADER]
            self.is_begun = True
        whole = len(self.waiting) // self.row.itemsize
        taken = np.frombuffer(self.waiting, self.row, whole)
        self.parts.append(self.narrow(taken))
        del taken
        del self.waiting[: whole * self.row.itemsize]

    def narrow(self, rows: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
        return rows.copy()

    def all(self) -> npt.NDArray[np.void]:
        """Return every row; the two bytes that close the stream are left over."""
        self._take()
        return np.concatenate(self.parts)
