"""Days and moments in words, as short as people say them and the same on every page."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_datetime
from django.utils.timezone import localtime
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from kit import clock


def on_day(at: date | None) -> str:
    """Write a day: ``Wed 25 Nov``, and ``25 Nov 2025`` when that is another year."""
    if at is None:
        return ""
    return _written(at, _("EEE d MMM") if _this_year(at) else _("d MMM y"))


def at_time(at: datetime | None) -> str:
    """Write a moment to the minute: ``25 Nov, 14:37``, with the year when it is another."""
    if at is None:
        return ""
    return _written(at, _("d MMM, HH:mm") if _this_year(at) else _("d MMM y, HH:mm"))


def _this_year(at: date) -> bool:
    return at.year == localtime(clock.now()).year


def _written(at: date, pattern: str) -> str:
    """Fill the pattern that the reader's language chose; a moment stays in its own zone."""
    locale = to_locale(get_language() or "en")
    if isinstance(at, datetime):
        return str(format_datetime(at, pattern, tzinfo=at.tzinfo, locale=locale))
    return str(format_date(at, pattern, locale=locale))
