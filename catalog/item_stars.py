"""Item stars: the mean of what is said of a product, which no circle moves far by itself.

Each circle (``catalog.item_circles``) counts for ``MOST_OF_A_CIRCLE`` at most. One of several
people also moves what the others say by ``MOST_MOVED_STARS`` at most, once ``ENOUGH_OTHERS``
stand there: one hand can make any number of friends, and strangers it cannot. Where fewer
others spoke it may move them further, and with none it counts as it is, so that a household
is heard about what only it has bought. Who says what the others say moves nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.item_circles import MOST_OF_A_CIRCLE

PRIOR_STARS, PRIOR_WEIGHT = 4.0, 4.0
MOST_MOVED_STARS = 0.15
ENOUGH_OTHERS = 8.0  # ten words, some of them a year old or by somebody less known
A_VOICE = 1.0  # one person's word in full: as so much a circle stands beside another


@dataclass(slots=True)
class _Circle:
    people: int = 0
    weight: float = 0.0
    weighed_stars: float = 0.0

    @property
    def stars(self) -> float:
        return self.weighed_stars / self.weight

    @property
    def voice(self) -> float:
        return min(self.weight, A_VOICE)


def mean(said: Iterable[tuple[int, float, int]]) -> float:
    """Return the mean of stars.

    Args:
        said: for each person the number of their circle, what their word weighs, the stars.
    """
    of = _circles(said)
    voices = sum(one.voice for one in of)
    told = sum(one.voice * one.stars for one in of)
    weight, stars = PRIOR_WEIGHT, PRIOR_WEIGHT * PRIOR_STARS
    for one in of:
        counts = min(one.weight, MOST_OF_A_CIRCLE)
        if one.people > 1:
            others, theirs = voices - one.voice, told - one.voice * one.stars
            counts = min(counts, _moving_little(one.stars, others, theirs))
        weight += counts
        stars += counts * one.stars
    return stars / weight


def _circles(said: Iterable[tuple[int, float, int]]) -> list[_Circle]:
    found: dict[int, _Circle] = {}
    for circle, weight, stars in said:
        if weight > 0:
            one = found.setdefault(circle, _Circle())
            one.people += 1
            one.weight += weight
            one.weighed_stars += weight * stars
    return list(found.values())


def _moving_little(stars: float, others: float, theirs: float) -> float:
    """Return the weight with which ``stars`` move what others say as far as they may.

    Args:
        stars: what the circle says.
        others: what all others weigh.
        theirs: their stars, by weight.
    """
    # A few fractions may be left of others who are none.
    far = MOST_MOVED_STARS * max(1.0, ENOUGH_OTHERS / max(others, 1e-9))
    without = others + PRIOR_WEIGHT
    apart = abs(stars - (theirs + PRIOR_WEIGHT * PRIOR_STARS) / without)
    return far * without / (apart - far) if apart > far else math.inf
