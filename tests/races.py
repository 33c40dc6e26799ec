"""Doing one thing many times at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def all_at_once(job: Callable[[], Any], *, times: int) -> list[Any]:
    """Run ``job`` in ``times`` threads released together.

    Returns:
        What each run returned, or the exception it raised.
    """
    return together(*[job] * times)


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run different jobs in threads released together; see ``all_at_once``."""
    start = threading.Barrier(len(jobs))
    outcomes: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            outcomes[place] = job()
        except Exception as refused:
            outcomes[place] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
