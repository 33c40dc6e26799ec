"""Draining: every click once, whatever dies, comes twice, comes late or cannot be read."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import IntegrityError, connection, connections
from uuid_utils.compat import uuid7

from kit import clock
from kit.invariants import check
from referrals import (
    click_ids,
    clicks,
    draining,
    journal,
    partitions,
    poison,
    storing,
    stream,
    tasks,
)
from referrals.invariants import INVARIANTS
from referrals.models import Click, ClickHour, PoisonEntry
from tests.conftest import NOON
from tests.races import all_at_once, together
from tests.referrals.conftest import in_stream
from tests.referrals.stream_of_clicks import add_raw, entry, hours, note, pending
from tests.valkeys import own_valkey

Kind = Click.Kind


@pytest.fixture(autouse=True)
def _a_stream_that_is_drained(patience):
    """The stream's group is there, as it is while Valkey forgets nothing."""
    draining._make_group(stream.client())


def broken() -> list[str]:
    return [finding.name for finding in check(INVARIANTS) if finding.broken]


def test_noted_clicks_are_stored_and_counted_by_the_hour(noon, link):
    ids = [note(link), note(link), note(link, kind=Kind.BOT)]
    later = note(link, at=NOON + timedelta(hours=1), channel="wechat")

    assert not Click.objects.exists()
    assert clicks.drain(5) == 4

    assert set(Click.objects.values_list("pk", flat=True)) == {*ids, later}
    click = Click.objects.get(pk=later)
    assert (click.at, click.channel) == (NOON + timedelta(hours=1), "wechat")
    assert hours() == [(2, 1), (1, 0)]
    assert (in_stream(), pending()) == (0, 0)
    assert broken() == []


def test_the_task_of_the_timetable_drains(link):
    note(link)

    assert tasks.drain_clicks() == 1
    assert tasks.drain_clicks() == 0


def test_no_drain_leaves_its_name_behind(link):
    for _ in range(3):
        note(link)
        clicks.drain(5)

    assert stream.client().xinfo_consumers(stream.key(), stream.GROUP) == []


def test_the_name_of_a_drain_that_died_goes_unless_it_left_entries(link, monkeypatch):
    client = stream.client()
    client.xgroup_createconsumer(stream.key(), stream.GROUP, "dead")
    note(link)
    client.xreadgroup(stream.GROUP, "left one", {stream.key(): ">"}, count=1)

    def names():
        return {one["name"] for one in client.xinfo_consumers(stream.key(), stream.GROUP)}

    clicks.drain(5)
    assert names() == {b"dead", b"left one"}
    monkeypatch.setattr(draining, "DEAD_AFTER_MS", -1)
    clicks.drain(5)

    assert (names(), in_stream(), pending()) == ({b"left one"}, 1, 1)


def test_entries_from_before_clicks_had_a_channel_are_clicks(noon, link):
    before = entry(link, NOON)
    del before["c"]
    add_raw(**before)

    assert clicks.drain(5) == 1
    assert Click.objects.get().channel == ""


# Where a drain may be killed, and whether its batch was committed by then.
MOMENTS = {"before commit": False, "after commit": True, "after saying so": True}


def _die(*args: Any, **kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _done_and_die(pipeline: redis.client.Pipeline) -> None:
    _execute(pipeline)
    _die()


_execute = redis.client.Pipeline.execute


def _drain_and_die(moment: str) -> None:
    """Drain in a child process that is killed at ``moment``."""
    connections.close_all()  # a fork shares its parent's sockets
    child = os.fork()
    if child == 0:
        try:
            # Where a browser's loop runs in this thread, the parent's `connections` are others
            # than the child's: close_all missed the child's, and its death would end nothing.
            connection.connect()
            if moment == "before commit":
                poison.set_aside = _die  # type: ignore[assignment]  # within the transaction
            elif moment == "after commit":
                redis.Redis.pipeline = _die  # type: ignore[method-assign,assignment]
            else:
                redis.client.Pipeline.execute = _done_and_die  # type: ignore[method-assign,assignment]
            clicks.drain(5)
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.proves("T1")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_drain_killed_anywhere_loses_nothing_and_counts_nothing_twice(link, monkeypatch, moment):
    sent = {note(link, kind=Kind.HUMAN if number % 3 else Kind.BOT) for number in range(60)}
    _drain_and_die(moment)
    assert Click.objects.count() == (60 if MOMENTS[moment] else 0)
    assert (in_stream(), pending()) == ((0, 0) if moment == "after saying so" else (60, 60))

    assert clicks.drain(5) == 0  # a minute has not passed: the other may still be at it
    monkeypatch.setattr(draining, "ORPHANED_AFTER_MS", 0)
    clicks.drain(5)

    assert set(Click.objects.values_list("pk", flat=True)) == sent
    assert [sum(column) for column in zip(*hours(), strict=True)] == [40, 20]
    assert (in_stream(), pending()) == (0, 0)
    assert broken() == []


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot(), pg_stat_get_db_deadlocks(oid)"
                       " FROM pg_database WHERE datname = current_database()")  # fmt: skip
        return cursor.fetchone()[1]


@pytest.mark.proves("T2")
@pytest.mark.django_db(transaction=True)
def test_four_drains_at_once_and_the_beat_five_times_count_each_click_once(link, monkeypatch):
    monkeypatch.setattr(draining, "BATCH", 25)
    before = deadlocks()
    sent = {
        note(
            link,
            kind=Kind.HUMAN if number % 4 else Kind.BOT,
            at=clock.now() - timedelta(hours=number % 7),
            channel=("", "wechat", "poster")[number % 3],
        )
        for number in range(600)
    }

    outcomes = together(
        *[lambda: clicks.drain(10)] * 4, *[tasks.drain_clicks] * 5, tasks.count_visitors
    )

    assert sum(outcomes[:9]) == 600
    assert isinstance(outcomes[9], int)
    assert set(Click.objects.values_list("pk", flat=True)) == sent
    assert [sum(column) for column in zip(*hours(), strict=True)] == [450, 150]
    assert (in_stream(), pending()) == (0, 0)
    assert deadlocks() == before
    tasks.count_visitors()
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_group_and_the_conflict_clause_four_drains_count_double(link):
    """The race above is a real one: the same work unguarded counts clicks again."""
    for _ in range(100):
        note(link)
    all_have_read = threading.Barrier(4)

    def drain_unguarded():
        messages: Any = stream.client().xrange(stream.key())
        all_have_read.wait(timeout=20)
        for _, opening in draining._read(messages)[0]:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO referrals_clickhour (link_id, hour, humans, others)"
                    " VALUES (%s, date_trunc('hour', %s), 1, 0)"
                    " ON CONFLICT (link_id, hour, channel)"
                    " DO UPDATE SET humans = referrals_clickhour.humans + 1",
                    [opening.link_id, opening.at],
                )

    outcomes = all_at_once(drain_unguarded, times=4)

    assert outcomes == [None] * 4
    assert sum(humans for humans, _ in hours()) == 400


@pytest.mark.proves("T5")
@pytest.mark.parametrize("fsync", ["everysec", "always"])
def test_a_valkey_killed_between_noting_and_draining_loses_nothing(link, settings, fsync):
    with own_valkey(fsync=fsync) as valkey:
        settings.VALKEY_URL = valkey.url
        draining._make_group(stream.client())
        sent = {note(link) for _ in range(500)}
        valkey.kill()
        valkey.start()

        assert clicks.drain(10) == 500
        with suppress(redis.ConnectionError):  # this thread still holds the wire that was cut
            in_stream()
        assert (in_stream(), pending()) == (0, 0)
    assert set(Click.objects.values_list("pk", flat=True)) == sent
    assert hours() == [(500, 0)]


@pytest.mark.proves("T5")
@pytest.mark.parametrize(("with_journals", "kept"), [(True, 300), (False, 199)])
def test_a_lost_tail_of_the_file_loses_at_most_the_clicks_in_it(
    link, settings, with_journals, kept
):
    """What a power cut does: the newest second of the append-only file never reached the disk.

    Where it took the web's machine as well, its journals may be gone too.
    """
    with own_valkey() as valkey:
        settings.VALKEY_URL = valkey.url
        draining._make_group(stream.client())
        sent = [note(link) for _ in range(300)]
        valkey.kill()
        whole = valkey.file().read_bytes()
        valkey.file().write_bytes(whole[: whole.rindex(sent[199].bytes) - 20])  # within its entry
        valkey.start()
        for path in () if with_journals else settings.CLICK_SPOOL.glob(journal.NAMES):
            path.unlink()

        assert clicks.drain(10) == kept
    assert set(Click.objects.values_list("pk", flat=True)) == set(sent[:kept])
    assert hours() == [(kept, 0)]


NONSENSE: list[dict[str, Any]] = [
    {"i": b"short"},
    {"l": "x"},
    {"l": 2**70},
    {"l": 0},
    {"t": "noon"},
    {"t": 10**20},
    {"t": 253_402_300_799_999},  # a millisecond before the year 10000
    {"t": 1_000},  # long before what is kept
    {"k": "ghost"},
    {"k": b"\xff"},
    {"v": "v" * 17},
    {"v": "\x00"},
]


@pytest.mark.proves("T7")
def test_nonsense_in_the_stream_stops_nobody_and_is_set_aside(noon, link, caplog):
    for wrong in NONSENSE:
        add_raw(**entry(link, NOON, **wrong))
    add_raw(other="fields")
    lost = entry(link, NOON, l=link.pk + 999)  # of another database's life
    add_raw(**lost)
    add_raw(**entry(link, NOON))

    assert clicks.drain(5) == 1
    assert (in_stream(), pending()) == (0, 0)
    assert PoisonEntry.objects.count() == len(NONSENSE) + 2
    assert "14 entries of the click stream were set aside" in caplog.text
    row = PoisonEntry.objects.get(why="of no link there is")
    assert json.loads(row.body)["i"].encode("latin-1") == lost["i"]
    assert row.at == NOON
    assert hours() == [(1, 0)]


@pytest.mark.proves("T7")
def test_what_is_set_aside_twice_is_kept_once_and_not_for_ever(noon, link, monkeypatch):
    add_raw(other="fields")
    monkeypatch.setattr(redis.client.Pipeline, "execute", lambda self: None)
    clicks.drain(5)
    monkeypatch.undo()
    assert (PoisonEntry.objects.count(), pending()) == (1, 1)

    monkeypatch.setattr(draining, "ORPHANED_AFTER_MS", 0)
    clicks.drain(5)
    assert (PoisonEntry.objects.count(), pending()) == (1, 0)
    with clock.stopped_at(NOON + timedelta(days=92)):
        tasks.keep_click_partitions()
    assert PoisonEntry.objects.count() == 0


@pytest.mark.proves("T7")
def test_a_click_the_database_refuses_is_found_and_stops_no_other(noon, link, monkeypatch):
    refused = {note(link) for _ in range(3)}
    taken = {note(link) for _ in range(60)}
    store = storing.store_batch

    def with_a_grudge(openings):
        if refused & {opening.click_id for opening in openings}:
            raise IntegrityError("not this one")
        return store(openings)

    monkeypatch.setattr(storing, "store_batch", with_a_grudge)

    assert clicks.drain(5) == 60
    assert set(Click.objects.values_list("pk", flat=True)) == taken
    assert set(PoisonEntry.objects.values_list("why", flat=True)) == {"refused: not this one"}
    assert PoisonEntry.objects.count() == 3
    assert (in_stream(), pending()) == (0, 0)


@pytest.mark.proves("T7")
@pytest.mark.parametrize("seed", range(5))
def test_every_entry_is_accounted_for_however_it_comes(noon, link, seed):
    """Late, twice, in any order, from clocks two days off, and some of it poison."""
    dice = random.Random(seed)
    partitions.keep(NOON)
    off = [-timedelta(days=89), -timedelta(days=2), timedelta(), timedelta(days=2),
           timedelta(days=40), timedelta(days=400)]  # fmt: skip
    good = [entry(link, NOON + dice.choice(off)) for _ in range(60)]
    twice = dice.sample(good, 15)
    bad = [entry(link, NOON) | dice.choice(NONSENSE) for _ in range(10)]
    everything = [*good, *twice, *bad]
    dice.shuffle(everything)
    for fields in everything:
        add_raw(**fields)

    clicks.drain(10)
    partitions.keep(NOON)

    assert (in_stream(), pending()) == (0, 0)
    assert Click.objects.count() == 60
    assert PoisonEntry.objects.count() == 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM referrals_click_default")
        astray = cursor.fetchone()[0]
    ahead = click_ids.milliseconds(NOON + timedelta(days=8))
    assert astray == sum(fields["t"] > ahead for fields in good)
    assert [sum(column) for column in zip(*hours(), strict=True)] == [60, 0]
    assert broken() == []


def test_ids_of_other_clocks_are_stored_once_too(noon, link):
    add_raw(**entry(link, NOON, i=uuid7().bytes))
    twice = entry(link, NOON)
    add_raw(**twice)
    add_raw(**twice)

    assert clicks.drain(5) == 2
    assert ClickHour.objects.get().humans == 2
