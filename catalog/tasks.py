"""The catalogue's work for later; each task is safe to run twice."""

from __future__ import annotations

from celery import shared_task

from catalog import brand_minding, brand_reading, brand_settling, item_scores, photos
from catalog.models import Naming
from kit import clock

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


@shared_task(name="catalog.read_brand")
def read_brand(brand_id: int) -> int:
    """Read every listing for the words of a brand; return how many name it."""
    return brand_reading.read(brand_id)


@shared_task(name="catalog.settle_brand")
def settle_brand(brand_id: int) -> None:
    """Let every listing that names a brand follow what its owner chose."""
    named = Naming.objects.filter(brand=brand_id).order_by("product")
    brand_settling.settle_all(list(named.values_list("product", flat=True)))


@shared_task(name="catalog.mind_certificates")
def mind_certificates() -> int:
    """End and announce certificates whose time it is; return how many listings moved."""
    return brand_minding.mind()


@shared_task(name="catalog.count_item")
def count_item(product_id: int) -> None:
    """Count anew what stands behind a product of which something was just said."""
    item_scores.count([product_id])


@shared_task(name="catalog.count_due_items")
def count_due_items() -> int:
    """Count products whose own task was lost, and those counted a day ago; return how many."""
    waiting = item_scores.due(now=clock.now())
    item_scores.count(waiting)
    return len(waiting)
