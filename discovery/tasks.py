"""Discovery's work for later; each task is safe to run twice."""

from __future__ import annotations

from celery import shared_task

from discovery import directory


@shared_task(name="discovery.write_directory")
def write_directory() -> int:
    """Write new and changed names into the directory; return how many."""
    return directory.write()
