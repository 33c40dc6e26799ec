"""A person's withdrawals as a table for a spreadsheet, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kit import tables
from kit.money import Money
from payments.destinations import ending
from payments.models import Payout
from people.models import Person


def lines_of(person: Person) -> Iterator[str]:
    """Yield the table of everything a person was, or is being, paid, newest first."""
    head = [_("Date"), _("Number"), _("Amount"), _("Currency"), _("State"), _("To"), _("Note")]
    rows = Payout.objects.to(person).iterator(chunk_size=500)
    return tables.lines(head, (_cells(payout) for payout in rows))


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
