"""The stroll: what friends recommend, then what is new, every tenth tile from a new shop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection

from discovery.keeping import kept, version_of
from discovery.shown import FRIENDS_PICKS, PUBLIC_PICK, SHOWN, Place, eyes_of
from kit import clock
from people.models import Person

TILES_A_PAGE = 24

# Twenty pages: who wants more than that searches. It bounds the work of one stroll.
DEPTH = 20 * TILES_A_PAGE

# One tile in ten goes to a new shop, which nobody could have recommended yet. Which of them
# a viewer meets is drawn anew each day, for each viewer, and stays for that day, so that
# paging and coming back find the same street.
NEW_SHOP_EVERY = 10
A_SHOP_IS_NEW_FOR = timedelta(days=30)

# From the newest shops to what each last put out, so that nobody's shelf is read in vain
# where few shops are new. Three times as many as there are places, to take turns.
NEW_SHOPS = DEPTH // NEW_SHOP_EVERY
A_NEW_SHOP_SHOWS = 3

# Each further friend who recommends a product keeps it up a week longer.
FRIEND_KEEPS_FRESH = timedelta(days=7)

# Each stranger who recommends it in public keeps it up two days longer ...
STRANGER_KEEPS_FRESH = timedelta(days=2)

# ... but nobody beyond the fifth counts, so a crowd of made-up accounts buys little. Once
# ``catalog.item_scores`` has counted what stands behind a product, that counts instead of
# heads: a crowd of friends of each other is two voices by it.
MOST_VOICES = 5

# Each further product of one shop counts as six hours older: no shop fills the street.
SAME_SHOP_AGES = timedelta(hours=6)

# What a sharer earns from a product has no part in this query; a test keeps it so.
RANKING = f"""
WITH picks AS MATERIALIZED ({FRIENDS_PICKS}),
candidates AS MATERIALIZED (
  (SELECT p.id, p.shop_id, p.published_at, s.opened_at FROM {SHOWN}
   ORDER BY p.published_at DESC LIMIT %(depth)s)
  UNION
  (SELECT shelf.*, fresh.opened_at FROM (
     SELECT id, opened_at FROM shops_shop WHERE state = 'open' AND opened_at >= %(new_since)s
     ORDER BY opened_at DESC LIMIT %(new_shops)s
   ) fresh CROSS JOIN LATERAL (
     SELECT p.id, p.shop_id, p.published_at FROM {SHOWN}
     AND p.shop_id = fresh.id ORDER BY p.published_at DESC LIMIT %(shelf)s
   ) shelf)
  UNION
  (SELECT shown.* FROM picks CROSS JOIN LATERAL (
     SELECT p.id, p.shop_id, p.published_at, s.opened_at FROM {SHOWN} AND p.id = picks.product_id
     OFFSET 0  -- one look-up by key for each, whatever the planner makes of a new table
   ) shown)
),
weighed AS (
  SELECT c.id, coalesce(picks.endorsement_id, praised.endorsement_id) AS endorsement_id,
         picks.product_id IS NOT NULL AS by_friend,
         picks.product_id IS NULL AND c.opened_at >= %(new_since)s AS of_new_shop,
         coalesce(
           picks.said_at + (least(picks.people, %(voices)s) - 1) * %(friend)s,
           c.published_at + least(coalesce(
             (SELECT score FROM catalog_itemscore WHERE product_id = c.id), praised.people
           ), %(voices)s) * %(stranger)s
           - (row_number() OVER same_shop - 1) * %(same_shop)s
         ) AS weight,
         CASE WHEN picks.product_id IS NULL AND c.opened_at >= %(new_since)s
              THEN hashtextextended(concat_ws(':', %(day)s, %(viewer)s, c.id), 0) END AS turn
  FROM candidates c LEFT JOIN picks ON picks.product_id = c.id
  CROSS JOIN LATERAL ({PUBLIC_PICK} AND picks.product_id IS NULL) praised
  WINDOW same_shop AS (
    PARTITION BY c.shop_id, picks.product_id IS NULL ORDER BY c.published_at DESC, c.id DESC
  )
),
placed AS (
  SELECT *, row_number() OVER (
    PARTITION BY of_new_shop ORDER BY turn, by_friend DESC, weight DESC, id DESC
  ) AS place FROM weighed
)
SELECT id, endorsement_id, by_friend, of_new_shop FROM placed
ORDER BY CASE WHEN of_new_shop THEN place * %(every)s
         ELSE place + (place - 1) / (%(every)s - 1) END, of_new_shop
LIMIT %(depth)s
"""  # noqa: S608 -- made of this room's own constants


def places(viewer: Person | None) -> list[Place]:
    """Return the whole stroll of this viewer, at most ``DEPTH`` places, in one ranking query.

    Sold-out products and whatever belongs to blocked people are not in it.
    """
    return _ranked(eyes_of(viewer, for_order=True))


def page(viewer: Person | None, number: str | None) -> Page[Place]:
    """Return one page of the stroll; a number that is none gives the nearest page.

    The ranking is kept for a minute, for as long as nothing happens among the viewer's friends.
    """
    eyes = eyes_of(viewer, for_order=True)
    ranked = kept("stroll", version_of(eyes), lambda: _ranked(eyes))
    return Paginator(ranked, TILES_A_PAGE).get_page(number)


def _ranked(eyes: dict[str, Any]) -> list[Place]:
    parameters = {
        **eyes,
        "in_stock": True,
        "day": f"{clock.now():%Y-%m-%d}",
        "depth": DEPTH,
        "new_shops": NEW_SHOPS,
        "shelf": A_NEW_SHOP_SHOWS,
        "new_since": clock.now() - A_SHOP_IS_NEW_FOR,
        "every": NEW_SHOP_EVERY,
        "voices": MOST_VOICES,
        "friend": FRIEND_KEEPS_FRESH,
        "stranger": STRANGER_KEEPS_FRESH,
        "same_shop": SAME_SHOP_AGES,
    }
    with connection.cursor() as cursor:
        cursor.execute(RANKING, parameters)
        return [Place(*row) for row in cursor.fetchall()]
