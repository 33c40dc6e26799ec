"""Streets for the trust run: people, who is whose friend, and who the walk starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from people.models import Person, Trade

Pair = tuple[int, int]


def people(count: int, *, joined_at: datetime, name: str = "人") -> list[int]:
    """Make people and return their ids, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_person (public_id, name, password, intro, avatar, language,
              is_active, is_staff, is_superuser, joined_at)
            SELECT upper(substr(md5(random()::text || n), 1, 10)), %s || n, '!', '', '', 'zh-hans',
              true, false, false, %s
            FROM generate_series(1, %s) n RETURNING id
            """,
            [name, joined_at, count],
        )
        return sorted(pk for (pk,) in cursor.fetchall())


def befriend(pairs: Iterable[Pair], *, since: datetime) -> None:
    """Make friendships; a pair given twice, or of one person, is made once or not at all."""
    once = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_friendship (low_id, high_id, since)"
            " SELECT *, %s FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING",
            [since, [low for low, _ in once], [high for _, high in once]],
        )


def trade(pairs: Sequence[Pair], *, at: datetime, times: int = 1) -> None:
    """Let each of these pairs settle so many orders."""
    rows = [(*sorted(pair), n) for pair in pairs for n in range(times)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_trade (line_key, order_key, low_id, high_id, received_at)
            SELECT 'L' || low || '-' || high || '-' || n, 'O' || low || '-' || high || '-' || n,
              low, high, %s
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS pair (low, high, n)
            """,
            [at, *([row[column] for row in rows] for column in range(3))],
        )


def plant(person_ids: Sequence[int], *, now: datetime) -> None:
    """Make these people seeds, proposed by one of the staff and approved by another."""
    one, other = (Person.objects.create(name=name, password="!") for name in ("提议", "同意"))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_trustseed
              (person_id, state, proposed_by_id, proposed_at, approved_by_id, approved_at)
            SELECT id, 'seed', %s, %s, %s, %s FROM unnest(%s::bigint[]) id
            """,
            [one.pk, now, other.pk, now, list(person_ids)],
        )


def long_ago(now: datetime) -> datetime:
    """Return a moment that is old enough for everything that asks for age."""
    return now - timedelta(days=400)


def trades_of(person_id: int) -> list[Trade]:
    """Return what somebody settled, with whom they settled most first."""
    both = Trade.objects.filter(low_id=person_id) | Trade.objects.filter(high_id=person_id)
    return list(both.order_by("pk"))
