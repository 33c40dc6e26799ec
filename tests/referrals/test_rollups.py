"""The counts of the hours: what they are after any history is what the clicks say."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import clock
from kit.invariants import check
from referrals import click_ids, partitions, rollups, storing, tasks
from referrals.invariants import INVARIANTS
from referrals.models import Click, ClickHour
from tests.conftest import NOON
from tests.races import together
from tests.referrals.stream_of_clicks import hours, opening


def table() -> bytes:
    """Return the whole table of hours as the server writes it out, ids and all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT h::text FROM referrals_clickhour h ORDER BY id")
        return "\n".join(row for (row,) in cursor.fetchall()).encode()


def rebuilt(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_rollups", *arguments, stdout=out)
    return out.getvalue()


def counted() -> list[tuple[int, int]]:
    return list(ClickHour.objects.order_by("hour", "channel").values_list("humans", "visitors"))


def test_visitors_are_counted_once_an_hour_however_often_they_click(noon, link):
    storing.store([opening(link, NOON, visitor=who) for who in ("a", "a", "b", "")])
    storing.store([opening(link, NOON, visitor="robot", kind="bot")])
    storing.store([opening(link, NOON + timedelta(hours=1), visitor="a")])
    assert counted() == [(4, 0), (1, 0)]

    assert tasks.count_visitors() == 2
    assert counted() == [(4, 2), (1, 1)]
    assert tasks.count_visitors() == 0


def test_an_hour_is_counted_again_when_somebody_comes_late(noon, link):
    storing.store([opening(link, NOON, visitor="a")])
    tasks.count_visitors()
    storing.store([opening(link, NOON, visitor="b")])
    assert counted() == [(2, 1)]

    assert tasks.count_visitors() == 1
    assert counted() == [(2, 2)]


def test_a_robot_alone_asks_for_no_count(noon, link):
    storing.store([opening(link, NOON, kind="bot")])

    assert tasks.count_visitors() == 0


def partitions_opened(statement: str) -> set[str]:
    """The partitions of the click table that a statement would read."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement)
        ((plan,),) = cursor.fetchall()
    return {name for name in re.findall(r"'Relation Name': '(\w+)'", str(plan))
            if name.startswith("referrals_click_")}  # fmt: skip


def test_visitors_of_an_hour_are_looked_for_in_its_own_days_clicks_alone(noon, link):
    partitions.keep(NOON)
    for ago in range(1, 20):
        partitions.make((NOON - timedelta(days=ago)).date())
    days = (timedelta(), timedelta(days=3))
    storing.store([opening(link, NOON - day, visitor=who) for day in days for who in "ab"])
    with CaptureQueriesContext(connection) as asked:
        assert rollups.count_visitors(NOON) == 2

    counts = [one["sql"] for one in asked if "count(DISTINCT visitor)" in one["sql"]]
    assert [partitions_opened(sql) for sql in counts] == [
        {"referrals_click_20261119"},
        {"referrals_click_20261122"},
    ]
    assert counted() == [(2, 2), (2, 2)]
    unbounded = re.sub(r"click\.id \S+ '[-0-9a-f]+'::uuid\s+AND ", "", counts[0])
    assert len(partitions_opened(unbounded)) == 28  # every day there is, and the catch-all


def pages_read(day: date) -> int:
    """How many pages of clicks a look at one day's reads, as PostgreSQL counts them."""
    start = datetime.combine(day, time.min, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON)"
            " SELECT count(*) FROM referrals_click WHERE at >= %s AND at < %s",
            [start, start + timedelta(days=1)],
        )
        ((plan,),) = cursor.fetchall()
    return sum(map(int, re.findall(r"'Lossy Heap Blocks': (\d+)", str(plan))))


def test_a_rebuild_reads_each_days_clicks_and_not_ninety_times_all_of_them(noon, link):
    """Much stored at once is in no summary yet: without one a look at a day reads every day."""
    days = [NOON - timedelta(days=ago) for ago in range(3)]
    with connection.cursor() as cursor:  # or it keeps the pages of what once was in it
        cursor.execute("TRUNCATE referrals_click_default")
    for day in days:
        partitions.make(day.date())
        storing.store([opening(link, day, visitor="v" * 16) for _ in range(13_000)])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_indexonlyscan = off")
        cursor.execute("SELECT pg_relation_size('referrals_click_20261122') / 8192")
        ((of_this_day,),) = cursor.fetchall()
    before = pages_read(NOON.date())

    assert rollups.rebuild(since=days[-1].date(), now=NOON) == 3  # their visitors
    after = pages_read(NOON.date())
    assert before > after
    assert after in {of_this_day, of_this_day + 1}  # the catch-all may have a page of its own


def test_visitors_of_a_day_without_a_partition_are_found_in_the_catch_all(noon, link):
    partitions.keep(NOON)
    ahead = NOON + timedelta(days=40)
    storing.store([opening(link, ahead, visitor=who) for who in "aab"])

    assert rollups.count_visitors(NOON) == 1
    assert counted() == [(3, 2)]


def test_more_hours_than_are_locked_at_once_are_all_counted(noon, link, monkeypatch):
    monkeypatch.setattr(rollups, "AT_ONCE", 3)
    storing.store([opening(link, NOON - timedelta(hours=ago)) for ago in range(7)])

    assert tasks.count_visitors() == 7


@pytest.mark.django_db(transaction=True)
def test_visitors_counted_beside_drains_are_all_there_in_the_end(link):
    batches = [[opening(link, NOON, visitor=f"{number}")] for number in range(60)]

    outcomes = together(
        lambda: sum(storing.store(batch) for batch in batches[:30]),
        lambda: sum(storing.store(batch) for batch in batches[30:]),
        lambda: [rollups.count_visitors(NOON) for _ in range(20)] and 0,
        lambda: [rollups.rebuild(since=NOON.date(), now=NOON) for _ in range(10)] and 0,
    )

    assert outcomes == [30, 30, 0, 0]
    rollups.count_visitors(NOON)
    assert counted() == [(60, 60)]
    before = table()
    assert rollups.rebuild(since=NOON.date(), now=NOON) == 0
    assert table() == before


MOMENTS = st.builds(
    lambda days, minutes: days * 24 * 60 + minutes,
    st.sampled_from([-88, -30, -1, 0, 2]),
    st.integers(min_value=-90, max_value=90),
)
CLICKS = st.tuples(
    MOMENTS,
    st.sampled_from(Click.Kind.values),
    st.sampled_from(["", "a", "b", "c"]),
    st.sampled_from(["", "wechat", "poster"]),
)
STEPS = st.one_of(
    st.lists(CLICKS, max_size=8).map(lambda batch: ("store", batch)),
    st.sampled_from([("again", None), ("count", None), ("partitions", None), ("rebuild", None)]),
)


@pytest.mark.proves("T6")
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, max_size=10))
def test_after_any_history_a_rebuild_changes_not_one_byte(noon, link, steps):
    Click.objects.all().delete()
    ClickHour.objects.all().delete()
    last = []
    for act, batch in steps:
        if act == "store":
            last = [
                opening(link, NOON + timedelta(minutes=at), kind=kind, visitor=who, channel=way)
                for at, kind, who, way in batch
            ]
        if act in {"store", "again"}:
            storing.store(last)
        elif act == "count":
            rollups.count_visitors(NOON)
        elif act == "partitions":
            partitions.keep(NOON)
        elif act == "rebuild":
            rollups.rebuild(since=NOON.date(), now=NOON)
    rollups.count_visitors(NOON)
    before = table()

    assert rollups.rebuild(since=date(2026, 1, 1), now=NOON) == 0
    assert table() == before
    assert not [finding.name for finding in check(INVARIANTS) if finding.broken]


@pytest.mark.proves("T6")
def test_a_damaged_table_is_mended_to_what_it_was(noon, link):
    storing.store([opening(link, NOON - timedelta(days=ago), visitor=f"{ago}") for ago in range(5)])
    storing.store([opening(link, NOON, channel="weibo", kind="rate")])
    rollups.count_visitors(NOON)
    right = set(ClickHour.objects.values_list("hour", "channel", "humans", "others", "visitors"))
    ghost = NOON - timedelta(days=3, hours=1)
    ClickHour.objects.create(link=link, hour=ghost, humans=9)
    ClickHour.objects.filter(channel="weibo").delete()
    ClickHour.objects.filter(hour=NOON - timedelta(days=1)).update(humans=70, visitors=8)

    assert rebuilt() == "3 hours since 2026-08-24 were wrong and are mended\n"

    now = ClickHour.objects.values_list("hour", "channel", "humans", "others", "visitors")
    assert set(now) == right


def test_only_what_was_asked_for_is_mended(noon, link):
    storing.store([opening(link, NOON - timedelta(days=ago)) for ago in (0, 5)])
    ClickHour.objects.update(humans=7)

    assert rebuilt("--since", "2026-11-20").startswith("1 hours since 2026-11-20")
    assert hours() == [(7, 0), (1, 0)]


def test_hours_of_a_clock_that_was_ahead_are_mended_too(noon, link):
    storing.store([opening(link, NOON + timedelta(days=4000))])
    ClickHour.objects.update(humans=7)

    assert rebuilt("--since", "2027-01-01").startswith("1 hours")
    assert hours() == [(1, 0)]


def test_hours_whose_clicks_were_dropped_stay_as_they_are(noon, link):
    storing.store([opening(link, NOON, visitor="a")])
    ClickHour.objects.create(link=link, hour=NOON - timedelta(days=200), humans=5, visitors=4)

    assert rebuilt("--since", "2020-01-01").startswith("1 hours since 2026-08-24")
    assert counted() == [(5, 4), (1, 1)]


def test_what_is_no_day_is_refused_in_words(db):
    with pytest.raises(CommandError, match="write it as 2026-11-22"):
        rebuilt("--since", "yesterday")


def test_an_id_tells_the_moment_it_was_minted_at(noon):
    first, later = click_ids.new_at(NOON), click_ids.new_at(NOON + timedelta(milliseconds=1))

    assert first.int >> 80 == click_ids.milliseconds(NOON) == 1_795_320_000_000
    assert first.version == later.version == 7
    assert click_ids.first_of(NOON.date()) < first < later
    assert later < click_ids.first_of(NOON.date() + timedelta(days=1))
    assert len({click_ids.new_at(clock.now()) for _ in range(1000)}) == 1000
