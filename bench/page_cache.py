"""What the kept page of a product is worth, beside the same page written anew each time."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from bench import street
from bench.load import press
from bench.serving import serving

ROUNDS, SECONDS, WARM_SECONDS = 3, 3.0, 1.5


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield requests a second on a product's own page and their ratio to those without cache."""
    links = street.share_links(products=max(int(20 * scale), 4), sharers=1)
    pages = [f"/p/{link.product.public_id}" for link in links]
    with (
        serving("weidian.wsgi:application") as ours,
        serving("bench.uncached:application") as uncached,
    ):
        for port in (ours, uncached):
            press(port, pages, seconds=WARM_SECONDS)
        pairs = [
            (press(ours, pages, seconds=SECONDS), press(uncached, pages, seconds=SECONDS))
            for _ in range(ROUNDS)
        ]
    yield {
        "value": round(median(mine.per_second for mine, _ in pairs), 1),
        "unit": "req/s",
        "against": "the same page from the tuned ORM",
        "ratio": round(median(mine.per_second / theirs.per_second for mine, theirs in pairs), 2),
        "p99_ms": median(mine.p99_ms for mine, _ in pairs),
        "bad": sum(mine.bad + theirs.bad for mine, theirs in pairs),
    }
