"""Makers' stories: who stands behind what one is just strolling past."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.models import Photo
from discovery.shown import Place
from kit import clock
from people.models import Person
from shops.models import Shop

STORIES_AT_ONCE = 2
LEAST_SIGNS = 30  # less is a sentence, and stands on the shop's sign already
SIGNS_SHOWN = 90


@dataclass(frozen=True, slots=True)
class StoryTile:
    """The beginning of a maker's story as a tile of the stroll."""

    path: str
    title: str
    words: str
    shop: Shop
    photo: Photo | None = None
    kind: str = "story"


def tiles(viewer: Person | None, places: Sequence[Place]) -> list[StoryTile]:
    """Return the stories of two makers whose goods are on this page; one statement.

    Which two is drawn anew each day, for each viewer, and stays for that day.
    """
    goods = [place.product_id for place in places]
    told = Shop.objects.filter(products__in=goods).exclude(story="").distinct()
    shops = [shop for shop in told if len(shop.story) >= LEAST_SIGNS]
    day = f"{clock.now():%Y-%m-%d}:{viewer.pk if viewer else 0}"
    shops.sort(key=lambda shop: hashlib.sha256(f"{day}:{shop.pk}".encode()).digest())
    return [
        StoryTile(f"/{shop.handle}#about", shop.name, _beginning(shop.story), shop)
        for shop in shops[:STORIES_AT_ONCE]
    ]


def _beginning(story: str) -> str:
    line = " ".join(story.split())
    return line if len(line) <= SIGNS_SHOWN else f"{line[:SIGNS_SHOWN]}…"
