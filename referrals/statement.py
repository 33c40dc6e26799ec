"""A sharer's earnings as a file: every commission, with its sums and how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kit.money import Money
from people.models import Person
from referrals.earnings import Row, all_of
from referrals.models import Commission

ROWS_AT_ONCE = 500


def head() -> list[str]:
    """Return the names of the columns of ``rows_of``."""
    return [
        _("Ordered"),
        _("Product"),
        _("Shop"),
        _("Paid for the goods"),
        _("Rate, %"),
        _("Commission"),
        _("Taken back"),
        _("Left of it"),
        _("Currency"),
        _("How far it is"),
        _("Paid"),
        _("Received"),
        _("Held until"),
        _("Yours since"),
    ]


def rows_of(person: Person) -> Iterator[list[object]]:
    """Yield every commission of a person, newest first, in the reader's language and zone."""
    language, zone = get_language() or settings.LANGUAGE_CODE, get_current_timezone()
    with translation.override(language):
        stages = _stages()
    rows = Commission.objects.earned_by(person).select_related("product", "shop")
    for row in all_of(person, rows.iterator(chunk_size=ROWS_AT_ONCE)):
        with timezone.override(zone):
            yield _cells(row, stages)


def _cells(row: Row, stages: dict[str, str]) -> list[object]:
    one = row.commission
    whole, rest = divmod(one.rate_bp, 100)
    sums = (one.amount_minor, one.reversed_minor, one.net_minor)
    return [
        _moment(one.ordered_at),
        one.product.title,
        one.shop.name,
        Money(one.base_minor, one.currency).plain(),
        f"{whole}.{rest:02d}",
        *(Money(minor, one.currency).plain() for minor in sums),
        one.currency,
        stages[row.stage],
        *map(_moment, (one.paid_at, one.received_at, one.held_until, one.released_at)),
    ]


def _moment(at: datetime | None) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M") if at is not None else ""


def _stages() -> dict[str, str]:
    return {
        "expected": _("Ordered, not paid"),
        "pending": _("Paid, on its way"),
        "held": _("In the return window"),
        "released": pgettext("commission", "Yours"),
        "paid_out": _("Paid out"),
        "in_review": _("Being looked at"),
        "refused": _("Refused"),
        "given": _("Given to the buyer"),
        "donated": _("Given to a charity"),
        "void": _("Order cancelled"),
        "reversed": _("Refunded"),
    }
