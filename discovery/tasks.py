"""Discovery's work for later; each task is safe to run twice."""

from __future__ import annotations

from celery import shared_task

from catalog import wish_watching
from discovery import directory


@shared_task(name="discovery.write_directory")
def write_directory() -> int:
    """Write new and changed names into the directory; return how many."""
    return directory.write()


@shared_task(name="discovery.look_at_wishes")
def look_at_wishes() -> int:
    """Tell of what is back or cheaper of all that is wished for; return how many products moved."""
    return wish_watching.look()
