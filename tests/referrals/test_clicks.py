"""Clicks: noted whatever is down, stored once whatever dies, and nobody recognisable."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from kit import clock
from kit.invariants import check
from referrals import clicks, draining, salts, storing, stream, tasks
from referrals.invariants import INVARIANTS
from referrals.models import Click, ClickHour, Salt
from referrals.storing import Opening
from tests.conftest import NOON
from tests.races import all_at_once
from tests.referrals.conftest import BROWSER, in_stream

Kind = Click.Kind


def note(link, *, kind=Kind.HUMAN, at=None, visitor="v"):
    return clicks.note(link_id=link.pk, kind=kind, visitor=visitor, at=at or clock.now())


def hours():
    return list(ClickHour.objects.order_by("hour").values_list("humans", "others"))


def pending() -> int:
    return int(stream.client().xpending(stream.key(), stream.GROUP)["pending"])


def add_raw(**fields: Any) -> None:
    stream.client().execute_command("XADD", stream.key(), "*", *sum(fields.items(), ()))


def test_noted_clicks_are_stored_and_counted_by_the_hour(noon, link):
    ids = [note(link), note(link), note(link, kind=Kind.BOT)]
    later = note(link, at=NOON + timedelta(hours=1))

    assert not Click.objects.exists()
    assert clicks.drain(5) == 4

    assert set(Click.objects.values_list("pk", flat=True)) == {*ids, later}
    assert Click.objects.get(pk=later).at == NOON + timedelta(hours=1)
    assert hours() == [(2, 1), (1, 0)]
    assert (in_stream(), pending()) == (0, 0)
    assert not [finding for finding in check(INVARIANTS) if finding.broken]


def test_the_task_of_the_timetable_drains(link):
    note(link)

    assert tasks.drain_clicks() == 1
    assert tasks.drain_clicks() == 0


def test_a_batch_that_comes_twice_adds_nothing(noon, link):
    opening = Opening(uuid7(), link.pk, NOON, "human", "v")

    assert storing.store([opening, opening]) == 1
    assert storing.store([opening]) == 0
    assert hours() == [(1, 0)]


def test_a_drain_killed_after_storing_and_before_saying_so_counts_once(noon, link, monkeypatch):
    note(link)
    client = draining._patient_client()
    draining._make_group(client)
    taken = draining._fresh(client, "a drain that dies")
    storing.store(list(draining._readable(taken)))
    assert (Click.objects.count(), pending()) == (1, 1)

    monkeypatch.setattr(draining, "ORPHANED_AFTER_MS", 0)
    assert clicks.drain(5) == 0

    assert (Click.objects.count(), pending(), in_stream()) == (1, 0, 0)
    assert hours() == [(1, 0)]


def test_a_drain_killed_before_storing_loses_nothing(noon, link, monkeypatch):
    note(link)
    client = draining._patient_client()
    draining._make_group(client)
    draining._fresh(client, "a drain that dies")
    assert clicks.drain(5) == 0  # a minute has not passed: the other may still be at it

    monkeypatch.setattr(draining, "ORPHANED_AFTER_MS", 0)
    assert clicks.drain(5) == 1
    assert (pending(), in_stream()) == (0, 0)


def test_nonsense_in_the_stream_stops_nobody(noon, link):
    good = {"i": uuid7().bytes, "l": link.pk, "t": 1_790_000_000_000, "k": "human", "v": ""}
    for wrong in (
        {"i": b"short"},
        {"l": "x"},
        {"l": 2**70},
        {"t": "noon"},
        {"t": 10**20},
        {"k": "ghost"},
        {"k": b"\xff"},
        {"v": "v" * 17},
        {"v": "\x00"},
    ):
        add_raw(**(good | wrong))
    add_raw(other="fields")
    add_raw(**(good | {"l": link.pk + 999, "i": uuid7().bytes}))  # of another database's life
    add_raw(**good)

    assert clicks.drain(5) == 1
    assert (in_stream(), pending()) == (0, 0)


def test_no_drain_leaves_its_name_behind(link):
    for _ in range(3):
        note(link)
        clicks.drain(5)

    assert stream.client().xinfo_consumers(stream.key(), stream.GROUP) == []


@pytest.mark.django_db(transaction=True)
def test_four_drains_at_once_count_each_click_once(link, monkeypatch):
    monkeypatch.setattr(draining, "BATCH", 25)
    for number in range(400):
        note(link, kind=Kind.HUMAN if number % 4 else Kind.BOT)

    outcomes = all_at_once(lambda: clicks.drain(10), times=4)

    assert sum(outcomes) == 400
    assert Click.objects.count() == 400
    assert [sum(column) for column in zip(*hours(), strict=True)] == [300, 100]
    assert (in_stream(), pending()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_without_the_group_and_the_conflict_clause_four_drains_count_double(link):
    """The race above is a real one: the same work unguarded counts clicks again."""
    for _ in range(100):
        note(link)
    all_have_read = threading.Barrier(4)

    def drain_unguarded():
        messages: Any = stream.client().xrange(stream.key())
        all_have_read.wait(timeout=20)
        for opening in draining._readable(messages):
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO referrals_clickhour (link_id, hour, humans, others)"
                    " VALUES (%s, date_trunc('hour', %s), 1, 0) ON CONFLICT (link_id, hour)"
                    " DO UPDATE SET humans = referrals_clickhour.humans + 1",
                    [opening.link_id, opening.at],
                )

    outcomes = all_at_once(drain_unguarded, times=4)

    assert outcomes == [None] * 4
    assert sum(humans for humans, _ in hours()) == 400


# What STORE would be if it counted what came instead of what was new.
COUNTED_AS_IT_CAME = "FROM (SELECT link_id, date_trunc('hour', at, 'UTC') AS hour, kind FROM batch)"


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


def visitor(*, address="203.0.113.7", agent="Phone", host="shop.test", now=NOON) -> str:
    return salts.visitor(address=address, agent=agent, host=host, now=now)


def test_a_visitor_is_the_same_all_day_and_another_tomorrow(db):
    salts._today.clear()
    today = visitor()

    assert today == visitor()
    assert len(today) == 16
    assert today != visitor(address="203.0.113.8")
    assert today != visitor(agent="Other")
    assert today != visitor(host="other.test")
    assert today != visitor(now=NOON + timedelta(days=1))


def test_two_processes_share_the_salt_of_a_day(db):
    salts._today.clear()
    first = visitor()
    salts._today.clear()

    assert visitor() == first
    assert Salt.objects.count() == 1


def test_salts_are_destroyed_after_forty_eight_hours(db):
    for days in range(4):
        Salt.objects.create(day=(NOON - timedelta(days=days)).date(), value=os.urandom(16))
    with clock.stopped_at(NOON):
        assert tasks.destroy_old_salts() == 2

    assert [salt.day.day for salt in Salt.objects.order_by("day")] == [21, 22]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "10.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1"),
        (1, "", ""),
    ],
)
def test_only_our_own_proxies_say_whose_address_it_is(settings, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    environ = {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": "10.0.0.1"}

    assert salts.address_in(environ) == address


def test_no_address_is_kept_anywhere(client, link):
    client.get(f"/s/{link.code}", REMOTE_ADDR="203.0.113.77", **BROWSER)
    entries = stream.client().xrange(stream.key())
    clicks.drain(5)

    assert entries
    assert b"203.0.113" not in repr(entries).encode()
    assert "203.0.113" not in repr(list(Click.objects.values()))
