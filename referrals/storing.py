"""Clicks into PostgreSQL: each once, and its hour's count with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of a share link, on its way to becoming a Click row."""

    click_id: UUID
    link_id: int
    at: datetime
    kind: str
    visitor: str = ""


# One statement a batch. Only what RETURNING says was new is counted, so a batch that is
# delivered twice counts once; the hours are sorted so that two drains cannot wait for each
# other in a circle; a link of another database's life is left out.
STORE = """
WITH batch AS (
  SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[])
    AS opening(id, link_id, at, kind, visitor)
), stored AS (
  INSERT INTO referrals_click (id, link_id, at, kind, visitor)
  SELECT batch.* FROM batch JOIN referrals_sharelink link ON link.id = batch.link_id
  ORDER BY batch.id
  ON CONFLICT (id) DO NOTHING
  RETURNING link_id, date_trunc('hour', at, 'UTC') AS hour, kind
), counted AS (
  INSERT INTO referrals_clickhour AS so_far (link_id, hour, humans, others)
  SELECT link_id, hour, count(*) FILTER (WHERE kind = 'human'),
         count(*) FILTER (WHERE kind <> 'human')
  FROM stored GROUP BY link_id, hour ORDER BY link_id, hour
  ON CONFLICT (link_id, hour) DO UPDATE
    SET humans = so_far.humans + excluded.humans, others = so_far.others + excluded.others
)
SELECT count(*) FROM stored
"""


def store(openings: Sequence[Opening]) -> int:
    """Store openings that are not stored yet, count them in their hours; return how many."""
    columns: tuple[Any, ...] = (
        [str(opening.click_id) for opening in openings],
        [opening.link_id for opening in openings],
        [opening.at for opening in openings],
        [opening.kind for opening in openings],
        [opening.visitor for opening in openings],
    )
    with connection.cursor() as cursor:
        cursor.execute(STORE, columns)
        return int(cursor.fetchone()[0])
