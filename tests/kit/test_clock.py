"""The clock: one source, stopped by a test, moved by a demo for every process."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from kit import clock

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_a_stopped_clock_shows_one_moment_and_then_goes_on():
    with clock.stopped_at(NOON):
        assert clock.now() == NOON
        with clock.stopped_at(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_moving_the_clock_moves_it_for_another_process_too(settings, tmp_path):
    settings.CLOCK_FILE = tmp_path / "clock"
    before = clock.now()

    clock.move(by=timedelta(days=10))
    clock.move(by=timedelta(hours=-1))

    assert clock.now() - before == pytest.approx(
        timedelta(days=10, hours=-1), abs=timedelta(seconds=5)
    )
    ask = (
        f"import django, os; os.environ['WEIDIAN_CLOCK_FILE'] = r'{settings.CLOCK_FILE}';"
        "django.setup(); from kit import clock; print(clock.now().isoformat())"
    )
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    elsewhere = datetime.fromisoformat(told.stdout.strip())
    assert elsewhere - clock.now() == pytest.approx(timedelta(), abs=timedelta(seconds=20))


def test_the_clock_can_be_set_to_a_moment(settings, tmp_path):
    settings.CLOCK_FILE = tmp_path / "clock"

    clock.move_to(NOON)

    assert clock.now() - NOON < timedelta(seconds=5)


def test_without_a_clock_file_time_cannot_be_moved(settings):
    settings.CLOCK_FILE = None

    with pytest.raises(clock.ClockIsFixed):
        clock.move(by=timedelta(days=1))
