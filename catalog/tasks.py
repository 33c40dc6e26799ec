"""The catalogue's work for later; each task is safe to run twice."""

from __future__ import annotations

from celery import shared_task

from catalog import photos

A_FEW = 20  # a photo takes about 0.1 s; the next beat finds the rest


@shared_task(name="catalog.render_photo")
def render_photo(photo_id: int) -> bool:
    """Write what files a photo still lacks."""
    return photos.render(photo_id)


@shared_task(name="catalog.make_missing_renditions")
def make_missing_renditions() -> int:
    """Write the files of photos whose own task was lost; return of how many."""
    waiting = photos.missing().values_list("pk", flat=True)[:A_FEW]
    return sum(photos.render(photo_id) for photo_id in list(waiting))
