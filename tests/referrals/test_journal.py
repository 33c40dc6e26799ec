"""The journal: a Valkey that forgets everything costs no click."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from kit import clock
from referrals import clicks, journal, stream, tasks
from referrals.models import Click, ClickHour
from referrals.storing import Opening
from tests.conftest import NOON
from tests.referrals.conftest import in_stream

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
    tasks.sweep_click_spool()
    assert path.exists()

    os.utime(path, (a_while_ago - 1, a_while_ago - 1))
    tasks.sweep_click_spool()
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
