"""What the benches of search and stroll share: words for the world's goods, and timed pages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import product as every
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.test import Client

from bench import world
from bench.filling import bulk, say
from catalog import words
from people.models import Person

WARM = 10  # pages before any is counted
BEFORE = 100  # the last of so many pages is the slowest that p99 lets pass

_indexed: set[int] = set()

WORDS = """
CREATE TEMPORARY TABLE bench_words AS
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) AS w(title, cut, sounds)
"""

INDEX = """
UPDATE catalog_product p SET search =
  setweight(to_tsvector('simple', w.cut || ' ' || split_part(p.title, ' ', 2)), 'A')
  || setweight(to_tsvector('simple', w.sounds), 'D')
FROM bench_words w WHERE w.title = split_part(p.title, ' ', 1) AND p.id >= %s AND p.id < %s
"""


def prepared(scale: float) -> world.World:
    """Return the world of this scale, every product findable by its words and sounds."""
    built = world.build(scale)
    if built.first_product in _indexed:
        return built
    began = time.monotonic()
    parts = (world.PLACES.split(), world.MANNERS.split(), world.GOODS.split())
    titles = ["".join(combination) for combination in every(*parts)]
    rows = (
        titles,
        [" ".join(words.cut(title)) for title in titles],
        [" ".join(words.sounds(title)) for title in titles],
    )
    with connection.cursor() as cursor:
        cursor.execute(WORDS, rows)
    with bulk("catalog_product"), connection.cursor() as cursor:
        cursor.execute(INDEX, [built.first_product, built.first_product + built.products])
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_words")
        cursor.execute("VACUUM ANALYZE catalog_product, catalog_variant, catalog_endorsement")
    say("words of products", began)
    _indexed.add(built.first_product)
    return built


def person(built: world.World, *, with_friends: int) -> Person:
    """Return somebody of the world with about so many friends."""
    query = """
    SELECT p.id FROM people_person p CROSS JOIN LATERAL (
      SELECT count(*) AS friends FROM people_friendship f
      WHERE f.low_id = p.id OR f.high_id = p.id) near
    WHERE p.id >= %s AND p.id < %s ORDER BY abs(near.friends - %s), p.id LIMIT 1
    """
    start = built.first_person
    with connection.cursor() as cursor:
        cursor.execute(query, [start, start + min(5000, built.people), with_friends])
        return Person.objects.get(pk=cursor.fetchone()[0])


def questions() -> list[str]:
    """Return one word, two words, and words by their sound, common and rare ones alike."""
    goods, manners = world.GOODS.split(), world.MANNERS.split()
    one = [*goods, *manners[:8]]
    two = [f"{manner} {good}" for manner, good in zip(manners * 3, goods, strict=False)]
    return [*one, *two, *("fengmi", "hc", "kafeidou", "hong cha")]


def p99_ms(paths: Sequence[str], viewer: Person | None) -> dict[str, Any]:
    """Ask for each page by turns until a hundred are counted twice over; return p50 and p99."""
    client = Client(SERVER_NAME="127.0.0.1")
    if viewer is not None:
        client.force_login(viewer)
    times = sorted(_times(client, paths))
    return {
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[len(times) * 99 // 100], 1),
        "pages": len(times),
    }


def _times(client: Client, paths: Sequence[str]) -> Iterator[float]:
    for path in paths[:WARM]:
        client.get(path)
    turns = -(-2 * BEFORE // len(paths))
    for path in [*paths] * turns:
        began = time.perf_counter()
        answer = client.get(path)
        yield 1000 * (time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")


def searches(typed: Iterable[str], **also: str) -> list[str]:
    """Return the addresses of searches for these words."""
    rest = "".join(f"&{name}={value}" for name, value in also.items())
    return [f"/search?q={quote(one)}{rest}" for one in typed]
