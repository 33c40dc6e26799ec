"""The statement of one day: every movement of money, to hold the shop's own ledger against."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from devstack.provider.book import Book, Refused
from devstack.provider.journal import Row

# Which field says when a row of a table moved money, and whether it came in (+) or went out (-).
MOVEMENTS = (
    ("charges", "charge", "paid", 1),
    ("refunds", "refund", "settled", -1),
    ("refunds", "refund", "returned", 1),
    ("payouts", "payout", "settled", -1),
    ("payouts", "payout", "returned", 1),
)


def of_day(book: Book, day: str) -> Row:
    """Return the movements of one UTC day in the order they happened, and their sum by currency.

    Raises:
        Refused: 422, the day is not YYYY-MM-DD.
    """
    try:
        begins = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
        ends = begins + timedelta(days=1)
    except (ValueError, OverflowError) as wrong:
        raise Refused(422, "invalid", "day must be YYYY-MM-DD.", field="day") from wrong
    lines = [
        {
            "id": row["id"],
            "type": kind,
            "reference": row["reference"],
            "amount_minor": sign * row["amount_minor"],
            "currency": row["currency"],
            "status": moved,
            "at": row[moved],
        }
        for table, kind, moved, sign in MOVEMENTS
        for row in book.all(table)
        if row.get(moved) is not None and begins.timestamp() <= row[moved] < ends.timestamp()
        if moved != "returned" or row["settled"] is not None  # else it had never left
    ]
    totals: dict[str, int] = {}
    for line in lines:
        totals[line["currency"]] = totals.get(line["currency"], 0) + line["amount_minor"]
    return {"day": day, "lines": sorted(lines, key=lambda line: line["at"]), "totals": totals}
