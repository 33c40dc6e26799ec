"""How many share links a second one small web process opens, and what its cache is worth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from bench import street
from bench.load import Outcome, press
from bench.serving import serving
from referrals.draining import drain

ROUNDS, SECONDS, WARM_SECONDS = 4, 3.0, 1.5


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield requests a second on the landing page, beside a bare view and beside no cache."""
    links = street.share_links(products=max(int(20 * scale), 4), sharers=10)
    landing = [f"/s/{link.code}" for link in links]
    with (
        TemporaryDirectory() as spool,
        mock.patch.dict(os.environ, WEIDIAN_CLICK_SPOOL=spool),  # no other bench reads it
        serving("weidian.wsgi:application") as ours,
        serving("bench.bare:application") as bare,
        serving("bench.uncached:application") as uncached,
    ):
        for port, addresses in ((ours, landing), (bare, ["/"]), (uncached, landing)):
            press(port, addresses, seconds=WARM_SECONDS)
        rounds = [
            (
                press(ours, landing, seconds=SECONDS),
                press(bare, ["/"], seconds=SECONDS),
                press(uncached, landing, seconds=SECONDS),
            )
            for _ in range(ROUNDS)
        ]
    stored = drain(20)
    mine = [one for one, _, _ in rounds]
    bad = {"bad": sum(outcome.bad for outcomes in rounds for outcome in outcomes)}
    yield (
        _beside("bare Django view", mine, [one for _, one, _ in rounds])
        | bad
        | {"clicks_stored": stored}
    )
    yield _beside("the same page from the tuned ORM", mine, [one for _, _, one in rounds]) | bad


def _beside(what: str, mine: list[Outcome], theirs: list[Outcome]) -> dict[str, Any]:
    pairs = list(zip(mine, theirs, strict=True))
    return {
        "value": round(median(one.per_second for one in mine), 1),
        "unit": "req/s",
        "against": what,
        "ratio": round(median(one.per_second / other.per_second for one, other in pairs), 3),
        "theirs": round(median(other.per_second for other in theirs), 1),
        "p99_ms": median(one.p99_ms for one in mine),
    }
