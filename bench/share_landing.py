"""How many share links a second one small web process opens, beside a bare Django view."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from bench import street
from bench.load import press
from bench.serving import serving
from referrals.draining import drain

ROUNDS, SECONDS, WARM_SECONDS = 4, 3.0, 1.5


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield requests a second on the landing page and their ratio to the bare view's."""
    links = street.share_links(products=max(int(20 * scale), 4), sharers=10)
    landing = [f"/s/{link.code}" for link in links]
    with serving("weidian.wsgi:application") as ours, serving("bench.bare:application") as bare:
        press(ours, landing, seconds=WARM_SECONDS)
        press(bare, ["/"], seconds=WARM_SECONDS)
        pairs = [
            (press(ours, landing, seconds=SECONDS), press(bare, ["/"], seconds=SECONDS))
            for _ in range(ROUNDS)
        ]
    stored = drain(20)
    yield {
        "value": round(median(mine.per_second for mine, _ in pairs), 1),
        "unit": "req/s",
        "against": "bare Django view",
        "ratio": round(median(mine.per_second / theirs.per_second for mine, theirs in pairs), 3),
        "bare": round(median(theirs.per_second for _, theirs in pairs), 1),
        "p99_ms": median(mine.p99_ms for mine, _ in pairs),
        "bad": sum(mine.bad + theirs.bad for mine, theirs in pairs),
        "clicks_stored": stored,
    }
