"""How long a page of the stroll and one of friends' picks take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench import finding

GOAL_MS = 60


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield p99 of whole pages: the stroll, a stranger's beside it, then friends' picks."""
    built = finding.prepared(scale)
    viewer = finding.person(built, with_friends=150)
    pages = ["/", "/?page=2", "/?page=7"]
    stranger, known = finding.p99_ms(pages, None), finding.p99_ms(pages, viewer)
    yield {
        "value": known["p99_ms"],
        "unit": "ms",
        "goal": GOAL_MS,
        "against": "the same for a stranger",
        "ratio": round(known["p99_ms"] / stranger["p99_ms"], 2),
        "products": built.products,
        **known,
        "stranger": stranger,
    }
    picks = finding.p99_ms(["/friends"], viewer)
    yield {"value": picks["p99_ms"], "unit": "ms", "goal": GOAL_MS, "page": "friends", **picks}
