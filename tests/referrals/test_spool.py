"""The spool: clicks in a file, each stored once, whoever is killed in between."""

from __future__ import annotations

import fcntl
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, transaction
from uuid_utils.compat import uuid7

from referrals import clicks, journal, noting, spool, storing, tasks
from referrals.models import Click, ClickHour
from referrals.storing import Opening
from tests.conftest import NOON
from tests.races import all_at_once

Kind = Click.Kind


@pytest.fixture
def nobody_stores(monkeypatch, dead_valkey):
    """Valkey and PostgreSQL are both away; return a function that brings PostgreSQL back."""
    store = storing.store

    def away(openings):
        raise OperationalError("away")

    monkeypatch.setattr(storing, "store", away)
    return lambda: monkeypatch.setattr(storing, "store", store)


def opening(link, *, number=0) -> Opening:
    return Opening(uuid7(), link.pk, NOON + timedelta(minutes=number), "human", "ab", "poster")


def note(link):
    return clicks.note(link_id=link.pk, kind=Kind.HUMAN, visitor="v", at=NOON)


def test_with_both_servers_away_clicks_wait_in_the_file_and_are_stored_once(
    link, nobody_stores, settings
):
    ids = [note(link) for _ in range(3)]
    assert not Click.objects.exists()
    assert tasks.sweep_click_spool() == 0  # PostgreSQL is still away: nothing is lost by trying

    nobody_stores()
    assert tasks.sweep_click_spool() == 3
    assert tasks.sweep_click_spool() == 0

    assert set(Click.objects.values_list("id", flat=True)) == set(ids)
    assert ClickHour.objects.get().humans == 3
    left = {path.name for path in settings.CLICK_SPOOL.iterdir()}
    assert {name for name in left if not name.startswith("journal-")} == {"unrecorded"}


def test_what_comes_out_is_what_went_in(link):
    one = opening(link)
    spool.keep(one)
    spool.sweep()

    click = Click.objects.get()
    assert (click.id, click.link_id, click.at) == (one.click_id, one.link_id, one.at)
    assert (click.kind, click.visitor, click.channel) == ("human", "ab", "poster")


def test_a_sweep_killed_after_storing_stores_nothing_twice(link, monkeypatch):
    spool.keep(opening(link))
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    assert spool.sweep() == 1
    monkeypatch.undo()

    assert spool.sweep() == 0
    assert Click.objects.count() == 1


def test_a_sweep_killed_before_storing_loses_nothing(link):
    spool.keep(opening(link))
    spool._take()
    spool.keep(opening(link))

    assert spool.sweep() == 2


def test_a_sweep_waits_for_who_still_writes_to_a_file_that_another_took(link, settings):
    first, last = opening(link), opening(link)
    spool.keep(first)
    writer = os.open(settings.CLICK_SPOOL / spool.OPEN, os.O_WRONLY | os.O_APPEND)
    fcntl.flock(writer, fcntl.LOCK_EX)
    (settings.CLICK_SPOOL / spool.OPEN).rename(settings.CLICK_SPOOL / "taken-by-the-dead")

    def write_and_let_go():
        os.write(writer, spool.line_of(last))
        os.close(writer)

    threading.Timer(0.2, write_and_let_go).start()

    assert spool.sweep() == 2
    assert set(Click.objects.values_list("pk", flat=True)) == {first.click_id, last.click_id}
    assert [path.name for path in settings.CLICK_SPOOL.iterdir()] == ["unrecorded"]


def test_a_line_torn_by_a_kill_spoils_no_other(link, settings, caplog):
    spool.keep(opening(link))
    with (settings.CLICK_SPOOL / spool.OPEN).open("ab") as file:
        file.write(b'\n["0199torn')
    spool.keep(opening(link))
    for wrong in (b"null", b"[]", b'["x",1,2,"human","v",""]', b"\xff\xfe", b"{}"):
        with (settings.CLICK_SPOOL / spool.OPEN).open("ab") as file:
            file.write(b"\n" + wrong)
    good = spool.line_of(opening(link)).decode()
    for lie in (good.replace("human", "ghost"), good.replace('"ab"', f'"{"v" * 17}"')):
        with (settings.CLICK_SPOOL / spool.OPEN).open("ab") as file:
            file.write(lie.encode())

    assert spool.sweep() == 2
    assert caplog.text.count("could not be read") == 8


def test_a_full_spool_takes_no_more_and_counts_what_it_refused(link, nobody_stores, settings):
    settings.CLICK_SPOOL_MB = 0
    for _ in range(3):
        note(link)

    assert spool.unrecorded() == 3
    assert spool.sweep() == 0


def test_what_only_the_journal_took_is_not_lost_and_not_counted_so(
    link, nobody_stores, settings, monkeypatch
):
    monkeypatch.setattr(spool, "keep", full)
    ids = [note(link) for _ in range(2)]
    monkeypatch.undo()

    assert spool.unrecorded() == 0
    assert {path.name for path in settings.CLICK_SPOOL.glob("replay*")} == {journal.WANTED}
    assert tasks.sweep_click_spool() == 2
    assert set(Click.objects.values_list("id", flat=True)) == set(ids)
    assert not list(settings.CLICK_SPOOL.glob("replay*"))
    assert tasks.sweep_click_spool() == 0


def full(_opening):
    raise spool.Full("full")


def test_a_full_disk_tears_no_line(link, settings, monkeypatch):
    spool.keep(opening(link))
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[:7]))
    with pytest.raises(spool.Full):
        spool.keep(opening(link))
    monkeypatch.undo()
    spool.keep(opening(link))

    assert spool.sweep() == 2


def test_a_folder_nobody_may_write_to_raises_nothing_and_is_counted(
    link, nobody_stores, settings, tmp_path, caplog
):
    (tmp_path / "a file").touch()
    settings.CLICK_SPOOL = tmp_path / "a file" / "below"
    noting._Said.again_at = noting._Said.counted_again_at = 0.0
    before = spool._Here.unrecorded

    assert note(link) is not None
    assert spool._Here.unrecorded == before + 1
    assert "click_unrecorded" in caplog.text


def test_without_a_spool_there_is_nothing_to_sweep(db):
    assert spool.sweep() == 0
    assert spool.unrecorded() == 0


@pytest.mark.django_db(transaction=True)
def test_writers_and_sweeps_at_once_lose_and_double_nothing(link):
    def write_or_sweep():
        for number in range(50):
            spool.keep(opening(link, number=number % 3))
            if number % 10 == 0:
                spool.sweep()

    outcomes = all_at_once(write_or_sweep, times=6)
    spool.sweep()

    assert outcomes == [None] * 6
    assert Click.objects.count() == 300
    assert sum(ClickHour.objects.values_list("humans", flat=True)) == 300


@pytest.mark.parametrize(("guarded", "stored"), [(True, 3), (False, 2)])
def test_a_writer_whose_file_is_taken_under_its_hands_opens_the_next(
    link, monkeypatch, guarded, stored
):
    """Between a writer's open and its lock a sweep may take the file; one click, unnoticed."""
    lock = fcntl.flock
    if not guarded:
        monkeypatch.setattr(os.path, "samestat", lambda *_: True)

    def taken_in_between(file, how):
        monkeypatch.setattr(fcntl, "flock", lock)
        spool.sweep()
        spool.keep(opening(link))
        lock(file, how)

    spool.keep(opening(link))
    monkeypatch.setattr(fcntl, "flock", taken_in_between)
    spool.keep(opening(link))
    spool.sweep()

    assert Click.objects.count() == stored


def test_while_postgresql_is_left_alone_clicks_go_straight_to_the_file(
    link, nobody_stores, monkeypatch
):
    for _ in range(5):
        note(link)
    monkeypatch.setattr(transaction, "atomic", lambda: pytest.fail("asked PostgreSQL once more"))
    note(link)

    nobody_stores()
    monkeypatch.undo()
    assert spool.sweep() == 6
