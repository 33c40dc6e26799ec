"""How long a search among friends takes with 150 of them, and with 2,000."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench import finding

GOAL_MS, GOAL_OF_MANY_MS = 60, 200
SOME, MANY = 150, 2000


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield p99 of whole pages for a person with some friends, then for one with many."""
    built = finding.prepared(scale)
    paths = finding.searches(finding.questions(), among="friends")
    for friends, goal in ((SOME, GOAL_MS), (MANY, GOAL_OF_MANY_MS)):
        viewer = finding.person(built, with_friends=friends)
        found = finding.p99_ms(paths, viewer)
        yield {
            "value": found["p99_ms"],
            "unit": "ms",
            "goal": goal,
            "friends": friends,
            "products": built.products,
            "endorsements": built.endorsements,
            **found,
        }
