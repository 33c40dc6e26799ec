"""How long a page of the search takes among everyone, for one word and for two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench import finding

GOAL_MS = 60


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield p99 of whole pages, the view and its template, for a stranger and for a person."""
    built = finding.prepared(scale)
    paths = finding.searches(finding.questions())
    stranger = finding.p99_ms(paths, None)
    viewer = finding.person(built, with_friends=40)
    known = finding.p99_ms(paths, viewer)
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
