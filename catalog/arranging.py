"""Arranging photos in the editor: which ones, and in what order, before anything is saved."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import Q

from catalog.models import Photo, Product
from shops.models import Shop

A_MOVE = re.compile(r"(?:earlier|later|drop):[0-9]{1,18}", re.ASCII)


def usable(*, shop: Shop, product: Product | None, photo_ids: Sequence[int]) -> list[Photo]:
    """Return those of ``photo_ids`` this shop may put on this product, in that order.

    They are the product's own, or loose ones its staff took; another's id is passed over.
    """
    mine = Q(product=None, uploaded_by__memberships__shop=shop)
    if product is not None:
        mine |= Q(product=product)
    found = {photo.pk: photo for photo in Photo.objects.filter(mine, pk__in=photo_ids)}
    return [found[one] for one in dict.fromkeys(photo_ids) if one in found]


def is_move(act: str) -> bool:
    """Whether a button that says so moves a photo, be it there still or not."""
    return A_MOVE.fullmatch(act) is not None


def moved(photos: Sequence[Photo], act: str) -> list[Photo]:
    """Return ``photos`` after ``earlier:7``, ``later:7`` or ``drop:7``; otherwise as they are."""
    verb, _, number = act.partition(":")
    order = list(photos)
    place = next((at for at, photo in enumerate(order) if str(photo.pk) == number), None)
    if place is None:
        return order
    photo = order.pop(place)
    if verb == "earlier":
        order.insert(max(0, place - 1), photo)
    elif verb == "later":
        order.insert(place + 1, photo)
    elif verb != "drop":
        order.insert(place, photo)
    return order
