"""The journal: a Valkey that forgets everything costs no click."""

from __future__ import annotations

import os
import shutil
import signal
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from uuid_utils.compat import uuid7

from kit import clock
from referrals import click_ids, clicks, journal, noting, stream, tasks
from referrals.models import Click, ClickHour
from referrals.storing import Opening
from tests.conftest import NOON
from tests.referrals.conftest import in_stream
from tests.valkeys import own_valkey

Kind = Click.Kind


def note(link):
    return clicks.note(link_id=link.pk, kind=Kind.HUMAN, visitor="v", at=clock.now())


def forget_everything() -> None:
    stream.client().delete(stream.key())


def test_what_valkey_forgot_before_a_drain_came_is_stored_from_the_journal(noon, link):
    ids = [note(link) for _ in range(3)]
    forget_everything()
    ids.append(note(link))
    clicks.drain(5)

    assert set(Click.objects.values_list("id", flat=True)) == set(ids)
    assert ClickHour.objects.get().humans == 4
    assert in_stream() == 0


def test_what_was_drained_already_is_not_counted_again(noon, link):
    note(link)
    clicks.drain(5)
    forget_everything()
    note(link)
    clicks.drain(5)

    assert ClickHour.objects.get().humans == 2


def test_a_valkey_that_comes_back_older_is_told_again_what_it_forgot(link, settings, patience):
    """As after a restored copy of its data: the group is there, and so is an older stream."""
    with own_valkey() as valkey:
        settings.VALKEY_URL = valkey.url
        clicks.drain(5)
        ids = [note(link) for _ in range(2)]
        copy = valkey.folder / "copy"
        shutil.copytree(valkey.folder / "appendonlydir", copy)
        ids += [note(link) for _ in range(3)]
        clicks.drain(5)
        ids += [note(link) for _ in range(4)]
        valkey.kill()
        shutil.rmtree(valkey.folder / "appendonlydir")
        copy.rename(valkey.folder / "appendonlydir")
        valkey.start()
        assert Click.objects.count() == 5

        # The four it never heard of, and then the two it still had, which are there already.
        assert clicks.drain(5) == 4
        stream._thread.url = None
        assert in_stream() == 0

    assert set(Click.objects.values_list("id", flat=True)) == set(ids)
    assert sum(hour.humans for hour in ClickHour.objects.all()) == 9


def test_a_life_of_valkey_that_is_known_is_asked_about_once(link, settings, monkeypatch, patience):
    with own_valkey() as valkey:
        settings.VALKEY_URL = valkey.url
        clicks.drain(5)
        replays: list[int] = []

        def replay() -> int:
            replays.append(1)
            return 0

        monkeypatch.setattr(journal, "replay", replay)
        clicks.drain(5)
        assert replays == []

        valkey.kill()
        valkey.start()
        clicks.drain(5)
        clicks.drain(5)
        assert replays == [1]


def _note_and_die_before_valkey_hears_of_it(link) -> None:
    """Note a click in a process that is killed between writing it down and giving it away."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            stream.land = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
            note(link)
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


@pytest.mark.django_db(transaction=True)
def test_who_dies_between_journal_and_stream_leaves_a_click_that_can_be_found(link):
    _note_and_die_before_valkey_hears_of_it(link)
    assert in_stream() == 0

    assert journal.replay() == 1
    assert Click.objects.get().link_id == link.pk
    assert journal.replay() == 0


@pytest.mark.parametrize("many", [1, 2_000])
def test_what_valkey_called_one_too_many_is_that_in_the_journal_too(noon, link, many):
    """Two lines of one click: what it seemed to be, and far below it what Valkey called it."""
    first, *others = [
        Opening(click_ids.new_at(NOON), link.pk, NOON, "human", "v") for _ in range(many)
    ]
    for opening in (first, *others, replace(first, kind="rate")):
        journal.write(opening)

    assert journal.replay() == many
    assert Click.objects.get(pk=first.click_id).kind == "rate"
    hour = ClickHour.objects.get()
    assert (hour.humans, hour.others) == (many - 1, 1)


def test_a_click_beyond_what_people_make_is_written_down_as_such(noon, link, monkeypatch, patience):
    monkeypatch.setattr(stream, "MOST_OF_ONE_VISITOR", 1)
    for _ in range(2):
        noting.note_and_fetch(
            link_id=link.pk, kind=Kind.HUMAN, visitor="v", network="n", at=clock.now()
        )
    forget_everything()
    clicks.drain(5)

    assert sorted(Click.objects.values_list("kind", flat=True)) == ["human", "rate"]


def test_while_valkey_remembers_nobody_reads_the_journal(link, monkeypatch):
    note(link)
    clicks.drain(5)
    monkeypatch.setattr(journal, "replay", lambda: pytest.fail("read without need"))
    note(link)

    assert clicks.drain(5) == 1


def test_without_the_journal_those_clicks_would_be_gone(link, monkeypatch):
    """The loss above is a real one."""
    monkeypatch.setattr(journal, "replay", lambda: 0)
    note(link)
    forget_everything()
    clicks.drain(5)

    assert not Click.objects.exists()


def test_a_journal_is_kept_for_a_quarter_of_an_hour(link, settings):
    note(link)
    (path,) = settings.CLICK_SPOOL.glob(journal.NAMES)
    a_while_ago = time.time() - journal.KEPT_SECONDS
    os.utime(path, (a_while_ago + 60, a_while_ago + 60))
    tasks.drain_clicks()
    assert path.exists()

    os.utime(path, (a_while_ago - 1, a_while_ago - 1))
    tasks.drain_clicks()
    assert not path.exists()


def test_while_nobody_drains_a_journal_is_kept_for_as_long_as_it_takes(link, settings):
    """Workers were away for an hour, and Valkey began anew meanwhile."""
    note(link)
    (path,) = settings.CLICK_SPOOL.glob(journal.NAMES)
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))
    forget_everything()
    tasks.sweep_click_spool()

    assert tasks.drain_clicks() == 1
    assert not path.exists()


def test_a_new_page_begins_every_five_minutes(link, settings, monkeypatch):
    note(link)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + journal.SLOT_SECONDS)
    note(link)

    assert len(list(settings.CLICK_SPOOL.glob(journal.NAMES))) == 2


def test_a_process_that_was_forked_writes_in_a_journal_of_its_own(link, settings, monkeypatch):
    note(link)
    monkeypatch.setattr(os, "getpid", lambda: 4_000_000)
    note(link)

    assert len(list(settings.CLICK_SPOOL.glob(journal.NAMES))) == 2


def test_a_journal_grows_no_larger_than_it_may(link, settings):
    settings.CLICK_SPOOL_MB = 0
    note(link)

    (path,) = settings.CLICK_SPOOL.glob(journal.NAMES)
    assert path.stat().st_size == 0
    assert in_stream() == 1


def test_a_folder_nobody_may_write_to_costs_no_page(link, settings, tmp_path, caplog):
    (tmp_path / "a file").touch()
    settings.CLICK_SPOOL = tmp_path / "a file" / "below"
    note(link)

    assert in_stream() == 1
    assert "cannot be written" in caplog.text


def test_what_is_written_down_is_what_was_streamed(link, noon):
    opening = Opening(uuid7(), link.pk, NOON + timedelta(milliseconds=7), "rate", "ab", "poster")
    journal.write(opening)
    journal.replay()

    click = Click.objects.get()
    facts = (click.id, click.at, click.kind, click.visitor, click.channel)
    assert facts == (opening.click_id, opening.at, "rate", "ab", "poster")
