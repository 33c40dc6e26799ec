"""The click table's partitions: made ahead, filled from the catch-all, dropped in the end."""

from __future__ import annotations

import io
import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from kit import clock
from kit.invariants import check
from referrals import partitions, storing, tasks
from referrals.invariants import INVARIANTS
from referrals.models import Click, ClickHour
from tests.conftest import NOON
from tests.races import all_at_once, together
from tests.referrals.stream_of_clicks import hours, opening

TODAY = NOON.date()


def in_catch_all():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM referrals_click_default")
        return cursor.fetchone()[0]


def test_a_fresh_table_has_the_catch_all_alone(db):
    assert partitions.days() == []


@pytest.mark.parametrize("backwards", [False, True])
def test_nobody_stores_a_click_while_the_table_changes_its_shape(db, backwards):
    told = io.StringIO()
    call_command("sqlmigrate", "referrals", "0002", backwards=backwards, stdout=told)
    sql = told.getvalue()
    lock = sql.index("LOCK TABLE referrals_click IN ACCESS EXCLUSIVE MODE;")

    assert sql.index("BEGIN;") < lock < sql.index("CREATE TEMPORARY TABLE clicks_so_far")


def test_today_and_a_week_ahead_have_partitions(db):
    kept = partitions.keep(NOON)

    assert kept.made == 8
    assert partitions.days() == [TODAY + timedelta(days=ahead) for ahead in range(8)]
    assert partitions.keep(NOON).made == 0
    assert partitions.keep(NOON + timedelta(days=1)).made == 1


def test_a_partition_has_the_tables_indexes_and_key(db):
    partitions.make(TODAY)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'referrals_click_20261122'"
        )
        indexes = sorted(definition.partition(" USING ")[2] for (definition,) in cursor)

    assert indexes == [
        "brin (at) WITH (autosummarize='on')",
        "btree (id)",
        "btree (link_id, at)",
    ]


def test_what_the_catch_all_held_of_a_day_moves_into_its_partition(link):
    days = [NOON, NOON + timedelta(days=3), NOON - timedelta(days=40)]
    storing.store([opening(link, at) for at in days])
    before = set(Click.objects.values_list("pk", "at"))
    assert in_catch_all() == 3

    kept = partitions.keep(NOON)

    assert (kept.made, kept.astray, in_catch_all()) == (9, 0, 0)
    assert date(2026, 10, 13) in partitions.days()
    assert set(Click.objects.values_list("pk", "at")) == before


def test_an_orders_look_at_its_candidates_opens_their_partitions_alone(link):
    for ago in range(30):
        partitions.make(TODAY - timedelta(days=ago))
    candidates = [opening(link, NOON - timedelta(days=ago)).click_id for ago in (0, 7)]

    plan = Click.objects.filter(pk__in=candidates).explain()

    opened = set(re.findall(r"referrals_click_(\d{8})\b", plan))
    assert opened == {"20261122", "20261115"}
    assert "referrals_click_default" not in plan


@pytest.mark.parametrize("years", [-40, 5, 900])
def test_clicks_of_a_wrong_clock_stay_and_are_told(link, years, caplog):
    at = NOON.replace(year=NOON.year + years)
    storing.store([opening(link, NOON), opening(link, at)])

    kept = partitions.keep(NOON)

    too_old = years < 0
    assert (kept.astray, Click.objects.count()) == ((0, 1) if too_old else (1, 2))
    assert ("a clock is, or was, wrong" in caplog.text) is not too_old
    assert len(hours()) == 2


def test_raw_clicks_go_after_ninety_days_and_their_counts_stay(link):
    with clock.stopped_at(NOON - timedelta(days=91)):
        tasks.keep_click_partitions()
        storing.store([opening(link, clock.now(), visitor="a"), opening(link, clock.now())])
        tasks.count_visitors()
    with clock.stopped_at(NOON - timedelta(days=89)):
        tasks.keep_click_partitions()
        storing.store([opening(link, clock.now())])
    with clock.stopped_at(NOON):
        tasks.keep_click_partitions()

        assert [click.at for click in Click.objects.all()] == [NOON - timedelta(days=89)]
        assert hours() == [(2, 0), (1, 0)]
        assert partitions.days()[0] == partitions.kept_from(NOON).date() == date(2026, 8, 24)
        assert ClickHour.objects.earliest("hour").visitors == 2
        call_command("rebuild_rollups", "--since", "2026-01-01")
        assert hours() == [(2, 0), (1, 0)]
        assert not [finding for finding in check(INVARIANTS) if finding.broken]


def test_a_click_is_kept_for_no_less_than_ninety_days(link):
    at = datetime(2026, 8, 24, 23, 59, tzinfo=UTC)
    storing.store([opening(link, at)])
    partitions.make(at.date())

    partitions.keep(at + timedelta(days=90) - timedelta(minutes=1))
    assert Click.objects.count() == 1
    partitions.keep(at + timedelta(days=90, minutes=1))
    assert Click.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_four_rounds_at_once_make_each_partition_once():
    try:
        outcomes = all_at_once(lambda: partitions.keep(NOON).made, times=4)

        assert sum(outcomes) == 8
        assert len(partitions.days()) == 8
    finally:
        drop_partitions()


@pytest.mark.django_db(transaction=True)
def test_making_partitions_beside_drains_loses_no_click_and_stops_nobody(link):
    batches = [
        [opening(link, NOON + timedelta(days=day, seconds=second)) for day in range(8)]
        for second in range(40)
    ]
    try:
        outcomes = together(
            lambda: sum(storing.store(batch) for batch in batches[:20]),
            lambda: sum(storing.store(batch) for batch in batches[20:]),
            lambda: sum(partitions.keep(NOON).made for _ in range(5)),
        )

        assert outcomes[:2] == [160, 160]
        assert isinstance(outcomes[2], int)
        partitions.keep(NOON)
        assert (Click.objects.count(), in_catch_all()) == (320, 0)
        assert [sum(column) for column in zip(*hours(), strict=True)] == [320, 0]
    finally:
        drop_partitions()


@pytest.mark.django_db(transaction=True)
def test_a_partition_somebody_reads_is_left_to_the_next_round(link, caplog):
    old = NOON - timedelta(days=100)
    partitions.make(old.date())
    storing.store([opening(link, old)])
    is_reading, may_go = threading.Event(), threading.Event()

    def read_on():
        with transaction.atomic():
            Click.objects.count()
            is_reading.set()
            may_go.wait(timeout=20)
        connections.close_all()

    reader = threading.Thread(target=read_on)
    reader.start()
    try:
        is_reading.wait(timeout=20)
        assert partitions.keep(NOON).dropped == 0
        assert "left to the next round" in caplog.text
        assert Click.objects.count() == 1
        may_go.set()
        reader.join(timeout=20)
        assert partitions.keep(NOON).dropped == 1
        assert Click.objects.count() == 0
    finally:
        may_go.set()
        reader.join(timeout=20)
        drop_partitions()


def drop_partitions() -> None:
    """Leave the table as a fresh database has it: the next test may count its partitions."""
    with connection.cursor() as cursor:
        for day in partitions.days():
            cursor.execute(f"DROP TABLE referrals_click_{day:%Y%m%d}")
