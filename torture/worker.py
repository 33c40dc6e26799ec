"""A Celery worker that says when it is ready, and which message it takes in hand.

``python -m torture.worker NAME THREADS [VISIBILITY_SECONDS]``; after so many seconds the broker
gives a task that has not ended to another worker, and it looks for such every second.
"""

from __future__ import annotations

import sys
from typing import Any

from celery.signals import task_prerun, worker_ready

from weidian.celery import app


def main() -> None:
    """Work until told to stop."""
    worker_ready.connect(_say_ready)
    task_prerun.connect(_say_taken)
    name, threads, *visibility = sys.argv[1:4]
    for seconds in visibility:
        app.conf.broker_transport_options |= {
            "visibility_timeout": int(seconds),
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
        }
    words = ["worker", "--without-gossip", "--without-mingle", "-c", threads, "-n", f"{name}@here"]
    app.worker_main([*words, "--loglevel", "WARNING"])


def _say_ready(**_: Any) -> None:
    print("ready", flush=True)


def _say_taken(task_id: str, task: Any, **_: Any) -> None:
    print(f"taken {task.name} {task_id}", file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    main()
