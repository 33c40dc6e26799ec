"""Bars for twelve weeks, measured for an SVG of 320 by 110."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from referrals.earnings import Week

HIGHEST, GROUND, STEP, WIDTH = 92, 100, 27, 17


@dataclass(frozen=True, slots=True)
class Bar:
    """One week's bar; every week shows at least a sliver."""

    week: Week
    x: int
    y: int
    width: int
    height: int
    is_now: bool


def weekly(weeks: Sequence[Week]) -> list[Bar]:
    """Return a bar a week, the highest as high as the picture allows."""
    most = max((week.minor for week in weeks), default=0) or 1
    return [
        _bar(place, week, max(week.minor * HIGHEST // most, 2), is_now=place == len(weeks) - 1)
        for place, week in enumerate(weeks)
    ]


def _bar(place: int, week: Week, height: int, *, is_now: bool) -> Bar:
    return Bar(week, 2 + place * STEP, GROUND - height, WIDTH, height, is_now)
