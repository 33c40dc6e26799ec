"""The timed jobs stand under the names the timetable calls, and run on an empty house."""

import pytest

from api import tasks as api_tasks
from payments import tasks
from weidian.celery import app
from weidian.timetable import SECONDS_BETWEEN


@pytest.mark.parametrize(
    "task",
    [
        tasks.send_payouts,
        tasks.look_up_unknown_payouts,
        tasks.run_payday,
        tasks.act_on_events,
        api_tasks.act_on_events,
    ],
)
def test_a_timed_job_is_known_and_finds_nothing_to_do(db, task):
    assert task.name in SECONDS_BETWEEN
    assert task.name in app.tasks
    assert task() == 0
