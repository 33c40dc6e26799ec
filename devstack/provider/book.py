"""The provider's book: its tables in memory, each change first in the journal."""

from __future__ import annotations

import secrets
import threading
from collections import defaultdict
from collections.abc import Callable

from devstack.provider.clock import Clock
from devstack.provider.journal import Journal, Row

TABLES = ("charges", "refunds", "payouts", "events", "answers", "scripts")
INDEXED = ("reference", "charge")


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str, *, field: str = "") -> None:
        """Take the HTTP status, a code for programs, and a sentence for people."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field


class Book:
    """All rows, and the one lock under which they are read and changed."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        """Read the journal back."""
        self.lock = threading.RLock()
        self.clock = clock
        self.webhook_url: str | None = None
        self.on_event: Callable[[Row], None] = lambda _: None
        self._journal = journal
        self._tables: dict[str, dict[str, Row]] = {name: {} for name in TABLES}
        self._index: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for change in journal.replay():
            for table, row in change:
                self._apply(table, row)

    def get(self, table: str, row_id: str) -> Row | None:
        """Return the row of this id, or None."""
        return self._tables[table].get(row_id)

    def need(self, table: str, row_id: str) -> Row:
        """Return the row of this id.

        Raises:
            Refused: 404, there is none.
        """
        row = self.get(table, row_id)
        if row is None:
            raise Refused(404, "not_found", "There is nothing of this id.")
        return row

    def find(self, table: str, **by: str) -> list[Row]:
        """Return the rows whose indexed field has this value, oldest first."""
        ((field, value),) = by.items()
        return [self._tables[table][row_id] for row_id in self._index[table, field, value]]

    def all(self, table: str) -> list[Row]:
        """Return every row of a table, oldest first."""
        with self.lock:
            return list(self._tables[table].values())

    def record(self, table: str, row: Row, *, event: str = "", also: Row | None = None) -> None:
        """Write a row, with the event that tells of it and an ``answers`` row, as one change."""
        with self.lock:
            told = [self._event(event, row)] if event else []
            change = [(table, row), *(("events", told_row) for told_row in told)]
            if also is not None:
                change.append(("answers", also))
            self._journal.append(change)
            for name, changed in change:
                self._apply(name, changed)
        for told_row in told:
            self.on_event(told_row)

    def _event(self, name: str, row: Row) -> Row:
        return {
            "id": new_id("evt"),
            "type": name,
            "created": self.clock.now(),
            "data": public(row),
            "_url": self.webhook_url,
            "_is_delivered": False,
            "_copies": 3 if row.get("_script") == "duplicate" else 1,
        }

    def _apply(self, table: str, row: Row) -> None:
        if row["id"] not in self._tables[table]:
            for field in INDEXED:
                if field in row:
                    self._index[table, field, row[field]].append(row["id"])
        self._tables[table][row["id"]] = row


def public(row: Row) -> Row:
    """Return what the outside may see of a row."""
    return {name: value for name, value in row.items() if not name.startswith("_")}


def new_id(prefix: str) -> str:
    """Return a fresh random id such as ``ch_4f…``."""
    return f"{prefix}_{secrets.token_hex(10)}"
