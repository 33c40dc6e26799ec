"""Noting clicks: whatever Valkey does, a page waits a moment at most and the click is stored."""

from __future__ import annotations

import socket
import time

import pytest

from kit.breaker import FAILURES, VALKEY
from referrals import stream
from referrals.models import Click
from tests.referrals.conftest import in_stream
from tests.referrals.stream_of_clicks import hours, note


def test_with_valkey_dead_a_click_goes_straight_to_the_database(noon, link, dead_valkey):
    click_id = note(link)

    assert Click.objects.get().pk == click_id
    assert hours() == [(1, 0)]


def test_a_dead_valkey_is_left_alone_after_a_few_tries(link, dead_valkey, monkeypatch):
    for _ in range(FAILURES):
        note(link)
    monkeypatch.setattr(stream, "client", lambda: pytest.fail("asked again at once"))
    note(link)

    assert Click.objects.count() == FAILURES + 1


def test_a_valkey_that_hangs_costs_a_twentieth_of_a_second(link, settings, tmp_path):
    silent = socket.socket(socket.AF_UNIX)
    silent.bind(str(tmp_path / "s"))
    silent.listen(5)
    settings.VALKEY_URL = f"unix://{tmp_path / 's'}"
    began = time.monotonic()
    note(link)

    assert time.monotonic() - began < 0.5
    assert Click.objects.count() == 1
    silent.close()


def test_a_stream_nobody_drains_is_not_filled_for_ever(link, monkeypatch):
    monkeypatch.setattr(stream, "LONGEST", 3)
    for _ in range(4):
        note(link)

    assert (in_stream(), Click.objects.count()) == (3, 1)


def test_after_valkey_came_back_clicks_stream_again(link):
    note(link)
    stream.client().client_kill_filter(skipme=False, _id=str(stream.client().client_id()))
    note(link)  # meets the dead wire: straight to the database
    VALKEY.forget()
    note(link)

    assert (in_stream(), Click.objects.count()) in {(2, 1), (3, 0)}
