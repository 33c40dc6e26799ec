"""Storing clicks: each once, by its id, in the partition of its day, counted in its hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from referrals import click_ids, partitions, storing
from referrals.models import Click, ClickHour
from referrals.storing import Opening
from tests.conftest import NOON
from tests.races import all_at_once
from tests.referrals.stream_of_clicks import hours, opening

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def where(click_id):
    """Return the partition a click stands in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM referrals_click WHERE id = %s", [click_id]
        )
        return cursor.fetchone()[0]


def test_a_batch_that_comes_twice_adds_nothing(link):
    one = opening(link, NOON)

    assert storing.store([one, one]) == 1
    assert storing.store([one]) == 0
    assert hours() == [(1, 0)]


def test_an_id_is_stored_once_whatever_else_its_second_delivery_says(link):
    one = opening(link, NOON)
    changed = Opening(one.click_id, link.pk, NOON + timedelta(days=3), "bot", "w", "weibo")

    assert (storing.store([one]), storing.store([changed])) == (1, 0)
    assert Click.objects.get().at == NOON
    assert hours() == [(1, 0)]


def test_hours_are_counted_for_each_channel_alone(link):
    storing.store(
        [
            opening(link, NOON, channel="wechat"),
            opening(link, NOON, channel="wechat", kind="rate"),
            opening(link, NOON, channel="poster"),
            opening(link, NOON),
        ]
    )

    rows = ClickHour.objects.values_list("channel", "humans", "others")
    assert set(rows) == {("wechat", 1, 1), ("poster", 1, 0), ("", 1, 0)}


def test_a_batch_says_which_clicks_are_of_no_link_and_stores_the_others(link):
    lost = Opening(click_ids.new_at(NOON), link.pk + 999, NOON, "human", "v")

    stored = storing.store_batch([lost, opening(link, NOON)])

    assert (stored.new, set(stored.of_no_link)) == (1, {lost.click_id})
    assert Click.objects.count() == 1


def test_a_batch_is_one_statement(link, django_assert_num_queries):
    batch = [opening(link, NOON + timedelta(hours=number)) for number in range(50)]

    with django_assert_num_queries(1):
        storing.store(batch)


@pytest.mark.parametrize(
    "visitor", ["", "null", "NULL", "a,b", '"', "\\", '{"}', "a b", "'; --", "%s", "é蜂", "\t\n"]
)
def test_whatever_a_visitor_is_called_is_stored_as_it_is(link, visitor):
    storing.store([opening(link, NOON, visitor=visitor), opening(link, NOON)])

    assert visitor in set(Click.objects.values_list("visitor", flat=True))


@pytest.mark.proves("T8")
def test_the_last_millisecond_of_a_day_and_the_first_of_the_next_stand_apart(link):
    for day in (NOON.date(), MIDNIGHT.date()):
        assert partitions.make(day)
    last = opening(link, MIDNIGHT - timedelta(milliseconds=1))
    first = opening(link, MIDNIGHT)

    assert storing.store([last, first, last, first]) == 2
    assert storing.store([first, last]) == 0

    assert where(last.click_id) == "referrals_click_20261122"
    assert where(first.click_id) == "referrals_click_20261123"
    assert [hour.hour for hour in ClickHour.objects.order_by("hour")] == [
        MIDNIGHT - timedelta(hours=1),
        MIDNIGHT,
    ]


@pytest.mark.proves("T8")
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Asia/Shanghai"])
@pytest.mark.parametrize(
    "changes",
    [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)],
    ids=["summer begins", "summer ends"],
)
def test_hours_are_those_of_utc_when_a_zones_clocks_change(link, zone, changes):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
    half_hours = [changes + timedelta(minutes=30 * step) for step in range(-4, 4)]

    assert storing.store([opening(link, at) for at in half_hours]) == 8
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', 'UTC', true)")  # as Django reads it

    assert [hour.hour for hour in ClickHour.objects.order_by("hour")] == half_hours[::2]
    assert hours() == [(2, 0)] * 4


@pytest.mark.proves("T8")
def test_a_click_of_a_day_without_a_partitionition_is_stored_and_stored_once(link):
    far = opening(link, datetime(2031, 5, 1, tzinfo=UTC))

    assert storing.store([far]) == 1
    assert where(far.click_id) == "referrals_click_default"
    assert partitions.make(far.at.date())
    assert where(far.click_id) == "referrals_click_20310501"
    assert storing.store([far]) == 0
    assert hours() == [(1, 0)]


# What STORE would be if it counted what came instead of what was new.
COUNTED_AS_IT_CAME = (
    "FROM (SELECT link_id, date_trunc('hour', at, 'UTC') AS hour, channel, kind FROM batch)"
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("guarded", "humans"), [(True, 25), (False, 100)])
def test_one_batch_stored_by_four_at_once_counts_once(link, monkeypatch, guarded, humans):
    if not guarded:
        counting = f"{COUNTED_AS_IT_CAME} AS came GROUP BY"
        monkeypatch.setattr(
            storing, "STORE", storing.STORE.replace("FROM stored GROUP BY", counting)
        )
    batch = [Opening(uuid7(), link.pk, NOON, "human", "v") for _ in range(25)]

    outcomes = all_at_once(lambda: storing.store(batch), times=4)

    assert sum(outcomes) == Click.objects.count() == 25
    assert hours() == [(humans, 0)]
