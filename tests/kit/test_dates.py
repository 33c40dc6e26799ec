"""Days and moments read as people say them, in both languages."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.timezone import override as zone
from django.utils.translation import override

from kit import clock
from kit.dates import at_time, on_day

NOW = datetime(2026, 11, 25, 6, 37, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("language", "day", "moment", "old"),
    [
        ("en", "Wed 25 Nov", "25 Nov, 06:37", "9 Mar 2025"),
        ("zh-hans", "11月25日 周三", "11月25日 06:37", "2025年3月9日"),
    ],
)
def test_a_date_is_short_and_has_its_year_only_when_that_is_another(language, day, moment, old):
    with override(language):
        assert (on_day(NOW), on_day(NOW.date())) == (day, day)
        assert at_time(NOW) == moment
        assert on_day(date(2025, 3, 9)) == old


def test_another_year_stays_with_the_minutes_too():
    past = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)

    with override("zh-hans"):
        assert at_time(past) == "2025年12月31日 23:59"
    with override("en"):
        assert at_time(past) == "31 Dec 2025, 23:59"


def test_a_page_writes_a_moment_in_the_zone_of_its_reader():
    page = Template("{{ at|at_time }} {{ at|on_day }}")
    late = datetime(2026, 11, 24, 17, 5, tzinfo=UTC)

    with override("en"), zone(ZoneInfo("Asia/Shanghai")):
        assert page.render(Context({"at": late})) == "25 Nov, 01:05 Wed 25 Nov"


def test_a_day_that_has_not_come_is_nothing():
    assert (on_day(None), at_time(None)) == ("", "")
