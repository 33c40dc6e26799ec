"""Work for later: queued by name and id once the open transaction has committed."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def after_commit(task_name: str, *ids: int | str) -> None:
    """Queue the task of this name when the open transaction commits.

    Pass ids, not rows: the worker reads the row as it is by then. A room names only
    its own tasks. When the broker is away the message is lost and the timetable's
    sweep finds the work instead, so every task named here must have such a sweep.
    """
    transaction.on_commit(lambda: _queue(task_name, ids))


def _queue(task_name: str, ids: tuple[int | str, ...]) -> None:
    try:
        current_app.signature(task_name, args=ids).delay()
    except (OperationalError, OSError):
        log.warning("broker away: %s%s waits for its sweep", task_name, ids)
