"""Noting a click: one trip to Valkey, and whatever is down, the click is somewhere."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest
from django.db import connection

from kit import clock
from kit.breaker import VALKEY
from referrals import clicks, noting, spool, stream
from referrals.models import Click, ClickHour
from tests.conftest import NOON
from tests.referrals.conftest import in_stream

Kind = Click.Kind


def note(link, *, kind=Kind.HUMAN, at=None, visitor="v"):
    return clicks.note(link_id=link.pk, kind=kind, visitor=visitor, at=at or clock.now())


def note_and_fetch(link, *, fetch=""):
    return noting.note_and_fetch(
        link_id=link.pk, kind=Kind.HUMAN, visitor="v", network="n", at=clock.now(), fetch=fetch
    )


def test_one_trip_notes_the_click_and_brings_what_the_page_lacks(link, monkeypatch):
    stream.client().set(f"{stream.key()}:page", b"\x80page")
    asked: list[str] = []
    wire = stream.client().connection
    assert wire is not None
    send = wire.send_command

    def counted(*words, **how):
        asked.append(words[0])
        return send(*words, **how)

    monkeypatch.setattr(wire, "send_command", counted)
    stream.client().script_flush()
    asked.clear()

    note_and_fetch(link)
    assert asked == ["EVALSHA", "EVAL"]  # the script itself goes along only when it is not known
    asked.clear()
    assert note_and_fetch(link, fetch=f"{stream.key()}:page").fetched == b"\x80page"
    assert note_and_fetch(link, fetch=f"{stream.key()}:nothing").fetched is None
    assert note_and_fetch(link).fetched is None
    assert asked == ["EVALSHA"] * 3
    assert in_stream() == 4


def test_a_moment_is_kept_to_the_millisecond_in_every_store(noon, link, dead_valkey):
    note(link, at=NOON + timedelta(microseconds=1999))

    assert Click.objects.get().at == NOON + timedelta(milliseconds=1)


def test_with_valkey_dead_a_click_goes_straight_to_the_database(noon, link, dead_valkey):
    click_id = note(link)

    assert Click.objects.get().id == click_id
    assert ClickHour.objects.get().humans == 1


def test_a_dead_valkey_is_left_alone_after_five_failures(link, dead_valkey, monkeypatch):
    for _ in range(5):
        note(link)
    monkeypatch.setattr(stream, "client", lambda: pytest.fail("asked again at once"))
    note(link)

    assert Click.objects.count() == 6


def test_a_valkey_that_hangs_costs_a_page_one_twentieth_of_a_second(link, settings, tmp_path):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen(5)
        settings.VALKEY_URL = f"unix://{tmp_path / 's'}"
        began = time.monotonic()
        for _ in range(10):
            note(link)
        took = time.monotonic() - began

    assert Click.objects.count() == 10
    assert VALKEY.is_open
    assert took < 1.0  # five times 0.05 s, then nobody asks


def test_with_everything_dead_noting_still_raises_nothing(link, dead_valkey, settings):
    ghost = type("Link", (), {"pk": 2**62})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE referrals_click RENAME TO elsewhere")

    assert note(ghost) is not None
    assert (settings.CLICK_SPOOL / spool.OPEN).stat().st_size > 0


def test_a_stream_nobody_drains_is_not_filled_for_ever(link, monkeypatch):
    monkeypatch.setattr(stream, "LONGEST", 2)
    for _ in range(4):
        note(link)

    assert (in_stream(), Click.objects.count()) == (2, 2)
    assert not VALKEY.is_open  # it answers: pages still come from it


def test_after_valkey_came_back_clicks_stream_again(link):
    note(link)
    stream.client().client_kill_filter(skipme=False, _id=str(stream.client().client_id()))
    note(link)  # meets the dead wire: straight to the database
    note(link)

    assert (in_stream(), Click.objects.count()) == (2, 1)
