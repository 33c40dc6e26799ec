"""The clicks of each hour, counted anew from the clicks themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from referrals import click_ids, partitions

Hour = tuple[int, datetime, str]  # of which link, when it begins (UTC), by which channel

# Hours of this many links and channels are locked together: some 50 ms.
AT_ONCE = 1_000

# In the order in which drains write them, so that neither waits for the other in a circle.
# Locked first and counted in a statement of its own: that one sees every click whose drain
# wrote its hour before, and a drain that comes later asks for the count again.
AWAITING = """
SELECT link_id, hour, channel FROM referrals_clickhour
WHERE awaits_visitors AND hour >= %s
ORDER BY link_id, hour, channel LIMIT %s
FOR NO KEY UPDATE
"""
# The hours of one day, whose clicks stand in one partition by their ids: said as such, the
# other ninety are not even opened.
VISITORS = """
UPDATE referrals_clickhour AS kept SET awaits_visitors = false, visitors = (
  SELECT count(DISTINCT visitor) FROM referrals_click click
  WHERE click.id >= %(first)s::uuid AND click.id < %(after)s::uuid
    AND click.link_id = kept.link_id
    AND click.at >= kept.hour AND click.at < kept.hour + interval '1 hour'
    AND click.channel = kept.channel AND click.kind = 'human' AND click.visitor <> ''
)
FROM unnest(%(links)s::bigint[], %(hours)s::timestamptz[], %(channels)s::text[])
  AS one(link_id, hour, channel)
WHERE (kept.link_id, kept.hour, kept.channel) = (one.link_id, one.hour, one.channel)
"""

# An hour that no click stands behind goes; one that is right already is left alone.
EMPTY = """
DELETE FROM referrals_clickhour AS kept
WHERE kept.hour >= %(start)s AND kept.hour < %(end)s AND NOT EXISTS (
  SELECT FROM (
    SELECT DISTINCT link_id, date_trunc('hour', at, 'UTC') AS hour, channel
    FROM referrals_click WHERE at >= %(start)s AND at < %(end)s
  ) clicked
  WHERE (clicked.link_id, clicked.hour, clicked.channel)
        = (kept.link_id, kept.hour, kept.channel))
"""
REBUILD = """
INSERT INTO referrals_clickhour AS kept
  (link_id, hour, channel, humans, others, visitors, awaits_visitors)
SELECT link_id, date_trunc('hour', at, 'UTC'), channel,
       count(*) FILTER (WHERE kind = 'human'), count(*) FILTER (WHERE kind <> 'human'),
       count(DISTINCT visitor) FILTER (WHERE kind = 'human' AND visitor <> ''), false
FROM referrals_click WHERE at >= %(start)s AND at < %(end)s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (link_id, hour, channel) DO UPDATE
SET humans = excluded.humans, others = excluded.others, visitors = excluded.visitors,
    awaits_visitors = false
WHERE (kept.humans, kept.others, kept.visitors, kept.awaits_visitors)
      IS DISTINCT FROM (excluded.humans, excluded.others, excluded.visitors, false)
"""


def count_visitors(now: datetime) -> int:
    """Count the different people of every hour that awaits it; return how many hours."""
    oldest, counted = partitions.kept_from(now), 0
    while hours := _count_some(oldest):
        counted += hours
        if hours < AT_ONCE:
            break
    return counted


def rebuild(*, since: date, now: datetime) -> int:
    """Write every hour since the beginning of a day (UTC) as the clicks say.

    A table that was right stays as it is, to the byte. Days whose clicks were dropped already
    are left alone: their counts are all that is known. Drains wait while a day is counted.

    Returns:
        How many hours were wrong.
    """
    first = max(since, partitions.kept_from(now).date())
    partitions.summarize()
    return sum(_rebuild(start, end) for start, end in _spans(first, now.date()))


def _count_some(oldest: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        # At once what the UPDATE will need: a rebuild that came between would wait for these
        # rows, and the UPDATE for the rebuild.
        cursor.execute("LOCK TABLE referrals_clickhour IN ROW EXCLUSIVE MODE")
        cursor.execute(AWAITING, [oldest, AT_ONCE])
        hours = cursor.fetchall()
        for day, its_hours in _by_day(hours).items():
            cursor.execute(VISITORS, _of_day(day, its_hours))
    return len(hours)


def _by_day(hours: Iterable[Hour]) -> dict[date, list[Hour]]:
    days: dict[date, list[Hour]] = {}
    for link_id, hour, channel in hours:
        days.setdefault(hour.astimezone(UTC).date(), []).append((link_id, hour, channel))
    return days


def _of_day(day: date, hours: Sequence[Hour]) -> dict[str, Any]:
    """Return what ``VISITORS`` is asked with; the driver writes it out, so the planner sees it."""
    links, begins, channels = (list(column) for column in zip(*hours, strict=True))
    return {
        "first": str(click_ids.first_of(day)),
        "after": str(click_ids.first_of(day + timedelta(days=1))),
        "links": links,
        "hours": begins,
        "channels": channels,
    }


def _rebuild(start: datetime, end: datetime) -> int:
    bounds = {"start": start, "end": end}
    with transaction.atomic(), connection.cursor() as cursor:
        # A drain's one statement locks both tables before it reads: none is between them now.
        cursor.execute("LOCK TABLE referrals_clickhour IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(EMPTY, bounds)
        gone = cursor.rowcount
        cursor.execute(REBUILD, bounds)
        return int(gone + cursor.rowcount)


def _spans(first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield each day as it begins and ends; then what a wrong clock put ahead of us."""
    days = range(1, (last - first).days + 2)
    begins = [_midnight(first), *(_midnight(first + timedelta(days=n)) for n in days)]
    yield from zip(begins, [*begins[1:], datetime.max.replace(tzinfo=UTC)], strict=True)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
