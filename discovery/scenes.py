"""Scenes as they are strolled through: what stands in one, as one viewer may see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db import connection
from django.utils.translation import get_language

from catalog.models import Photo, Scene
from catalog.scenes import today
from discovery.shown import SHOWN, Place, eyes_of
from discovery.stroll import TILES_A_PAGE
from people.models import Person

MOST_SHOWN = 240  # ten pages of one scene: who wants more searches
TILES_AT_ONCE = 4  # scenes on the stroll's first page
COVERS_LOOKED_AT = 12

# Friends' picks first, then what was put in last.
STANDING = f"""
SELECT c.product_id FROM catalog_sceneplace c
JOIN (SELECT p.id FROM {SHOWN}) shown ON shown.id = c.product_id
WHERE c.scene_id = %(scene)s AND c.removed_at IS NULL
ORDER BY EXISTS (
  SELECT 1 FROM catalog_endorsement e
  WHERE e.product_id = c.product_id AND e.person_id = ANY(%(friends)s)
    AND e.withdrawn_at IS NULL AND e.verdict = 'yes'
    AND e.visibility IN ('friends', 'everyone')
) DESC, c.put_in_at DESC, c.id DESC
LIMIT %(most)s
"""  # noqa: S608 -- made of this room's own constants

# The newest product with a picture lends a scene its cover, of a handful that is looked at.
COVERS = f"""
SELECT scene.id, cover.photo_id FROM unnest(%(scenes)s::bigint[]) AS scene(id)
CROSS JOIN LATERAL (
  SELECT (SELECT f.id FROM catalog_photo f WHERE f.product_id = c.product_id
          ORDER BY f.position, f.id LIMIT 1) AS photo_id
  FROM (
    SELECT c.id, c.product_id, c.put_in_at FROM catalog_sceneplace c
    JOIN (SELECT p.id FROM {SHOWN}) shown ON shown.id = c.product_id
    WHERE c.scene_id = scene.id AND c.removed_at IS NULL
    ORDER BY c.put_in_at DESC LIMIT %(looked_at)s
  ) c
  ORDER BY EXISTS (SELECT 1 FROM catalog_photo f WHERE f.product_id = c.product_id) DESC,
           c.put_in_at DESC, c.id DESC LIMIT 1
) cover
"""  # noqa: S608 -- made of this room's own constants


@dataclass(frozen=True, slots=True)
class SceneTile:
    """A scene as a tile of the stroll."""

    path: str
    title: str
    words: str
    photo: Photo | None
    kind: str = "scene"


def named(scene: Scene) -> tuple[str, str]:
    """Return a scene's name and sentence in the reader's language."""
    if get_language() == "en":
        return scene.name_en, scene.words_en
    return scene.name_zh, scene.words_zh


def tiles(viewer: Person | None) -> list[SceneTile]:
    """Return the scenes of today in which something stands for this viewer, each with a cover.

    Three statements, or one when there are none.
    """
    shown = list(Scene.objects.on(today())[:TILES_AT_ONCE])
    if not shown:
        return []
    asked = {
        **eyes_of(viewer, for_order=True),
        "in_stock": True,
        "scenes": [scene.pk for scene in shown],
        "looked_at": COVERS_LOOKED_AT,
    }
    with connection.cursor() as cursor:
        cursor.execute(COVERS, asked)
        cover_of = dict(cursor.fetchall())
    photos = Photo.objects.in_bulk([photo_id for photo_id in cover_of.values() if photo_id])
    return [
        SceneTile(f"/scenes/{scene.public_id}", *named(scene), photos.get(cover_of[scene.pk] or 0))
        for scene in shown
        if scene.pk in cover_of
    ]


def page(viewer: Person | None, scene: Scene, number: str | None) -> Page[Place]:
    """Return one page of what stands in a scene; a number that is none gives the nearest."""
    asked = {
        **eyes_of(viewer, for_order=True),
        "in_stock": True,
        "scene": scene.pk,
        "most": MOST_SHOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(STANDING, asked)
        places = [Place(product_id, None, by_friend=False) for (product_id,) in cursor.fetchall()]
    return Paginator(places, TILES_A_PAGE).get_page(number)
