"""A sharer's links as files: what each brought by channel, and the sales of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kit.money import Money
from people.models import Person
from referrals import outcomes
from referrals.models import Attribution, ShareLink
from referrals.outcomes import ByChannel, Sale

ROWS_AT_ONCE = 200


def head_of_links() -> list[str]:
    """Return the names of the columns of ``rows_of_links``."""
    return [
        _("Link"),
        _("Product"),
        _("Shop"),
        _("Channel"),
        _("Clicks by people"),
        _("Not counted"),
        _("Orders"),
        _("Commission"),
        _("Currency"),
    ]


def rows_of_links(person: Person) -> Iterator[list[object]]:
    """Yield what each link brought by each channel, in the reader's language."""
    language = _language()
    for link, channel in outcomes.all_lines(person):
        with translation.override(language):
            yield _link_cells(link, channel)


def _link_cells(link: ShareLink, channel: ByChannel) -> list[object]:
    figures = channel.figures
    currency = link.shop.currency
    return [
        link.slug or link.code,
        link.product.title,
        link.shop.name,
        str(channel.name),
        figures.clicks,
        figures.others,
        figures.orders,
        Money(figures.earned_minor, currency).plain(),
        currency,
    ]


def head_of_sales() -> list[str]:
    """Return the names of the columns of ``rows_of_sales``."""
    return [
        _("Ordered"),
        _("Product"),
        _("Channel"),
        _("Paid for the goods"),
        _("Commission"),
        _("Taken back"),
        _("Left of it"),
        _("Currency"),
        _("Code"),
        _("Reason"),
    ]


def rows_of_sales(orders: QuerySet[Attribution]) -> Iterator[list[object]]:
    """Yield every line of these orders, in the reader's language and zone."""
    language, zone = _language(), get_current_timezone()
    start = 0
    while some := list(orders[start : start + ROWS_AT_ONCE]):
        with translation.override(language), timezone.override(zone):
            cells = [_sale_cells(sale) for sale in outcomes.sales_of(some)]
        yield from cells
        start += ROWS_AT_ONCE


def _sale_cells(sale: Sale) -> list[object]:
    if sale.row is None:
        goods: list[object] = ["", "", "", "", ""]
        title = ""
    else:
        one = sale.row.commission
        sums = (one.base_minor, one.amount_minor, one.reversed_minor, one.net_minor)
        goods = [*(Money(minor, one.currency).plain() for minor in sums), one.currency]
        title = one.product.title
    return [_moment(sale.at), title, str(sale.channel), *goods, sale.code, str(sale.words)]


def _moment(at: datetime) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M")


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
