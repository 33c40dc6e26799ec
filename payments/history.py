"""A person's withdrawals as a table for a spreadsheet, line by line."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kit.money import Money
from payments.destinations import ending
from payments.models import Payout
from people.models import Person

BOM = "\ufeff"  # or a spreadsheet takes UTF-8 for something else
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What the csv module writes into: it hands the line straight back."""

    def write(self, line: str) -> str:
        return line


def lines_of(person: Person) -> Iterator[str]:
    """Yield the table of everything a person was, or is being, paid, newest first."""
    writer = csv.writer(_Line())
    header = [_("Date"), _("Number"), _("Amount"), _("Currency"), _("State"), _("To"), _("Note")]
    yield BOM + writer.writerow(header)
    for payout in Payout.objects.to(person).iterator(chunk_size=500):
        yield writer.writerow([_safe(cell) for cell in _cells(payout)])


def _cells(payout: Payout) -> list[str]:
    return [
        localtime(payout.created_at).strftime("%Y-%m-%d %H:%M"),
        payout.reference,
        Money(payout.amount_minor, payout.currency).plain(),
        payout.currency,
        payout.get_state_display(),
        ending(payout.destination),
        payout.why_returned,
    ]


def _safe(cell: str) -> str:
    """Keep a spreadsheet from running what somebody typed."""
    return f"'{cell}" if cell.startswith(BEGINS_A_FORMULA) else cell
