"""Clicks into PostgreSQL: each once, and its hour's count with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: how many openings were new, and which are of no link we know."""

    new: int
    of_no_link: frozenset[UUID]


# One statement a batch. Only what RETURNING says was new is counted, so a batch that is
# delivered twice counts once; the hours are sorted so that two drains cannot wait for each
# other in a circle; a link of another database's life is left out, and said.
STORE = """
WITH batch AS (
  SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[],
                       %s::text[])
    AS opening(id, link_id, at, kind, visitor, channel)
), stored AS (
  INSERT INTO referrals_click (id, link_id, at, kind, visitor, channel)
  SELECT batch.* FROM batch JOIN referrals_sharelink link ON link.id = batch.link_id
  ORDER BY batch.id
  ON CONFLICT (id) DO NOTHING
  RETURNING link_id, date_trunc('hour', at, 'UTC') AS hour, channel, kind
), counted AS (
  INSERT INTO referrals_clickhour AS so_far
    (link_id, hour, channel, humans, others, awaits_visitors)
  SELECT link_id, hour, channel, count(*) FILTER (WHERE kind = 'human'),
         count(*) FILTER (WHERE kind <> 'human'), bool_or(kind = 'human')
  FROM stored GROUP BY link_id, hour, channel ORDER BY link_id, hour, channel
  ON CONFLICT (link_id, hour, channel) DO UPDATE
    SET humans = so_far.humans + excluded.humans, others = so_far.others + excluded.others,
        awaits_visitors = so_far.awaits_visitors OR excluded.awaits_visitors
)
SELECT (SELECT count(*) FROM stored),
       ARRAY(SELECT batch.id::text FROM batch WHERE NOT EXISTS (
         SELECT FROM referrals_sharelink link WHERE link.id = batch.link_id))
"""


def store(openings: Sequence[Opening]) -> int:
    """Store openings that are not stored yet, count them in their hours; return how many."""
    return store_batch(openings).new


def store_batch(openings: Sequence[Opening]) -> Stored:
    """Store as ``store`` does, and say too which openings are of no link there is."""
    with connection.cursor() as cursor:
        cursor.execute(STORE, _columns(openings))
        new, of_no_link = cursor.fetchone()
    return Stored(int(new), frozenset(map(UUID, of_no_link)))


def _columns(openings: Sequence[Opening]) -> tuple[str, ...]:
    """Write the batch as six arrays in PostgreSQL's own words.

    The driver would quote every value by itself, which takes as long as storing them; a COPY
    into a table of its own was no faster than this, and is two statements more.
    """
    return (
        _array(opening.click_id.hex for opening in openings),
        _array(str(opening.link_id) for opening in openings),
        _array(opening.at.isoformat() for opening in openings),
        _array(map(_quoted, (opening.kind for opening in openings))),
        _array(map(_quoted, (opening.visitor for opening in openings))),
        _array(map(_quoted, (opening.channel for opening in openings))),
    )


def _array(values: Iterable[str]) -> str:
    return f"{{{','.join(values)}}}"


def _quoted(value: str) -> str:
    if not value.isalnum():
        value = value.replace("\\", r"\\").replace('"', r"\"")
    return f'"{value}"'
