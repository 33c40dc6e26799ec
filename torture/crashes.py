"""The crash matrix (T26): kill -9 before and after every commit on money's way.

For each way the job is done in a child process that dies at its first commit, in a fresh
world again at its second, and so on until it lives to its end: no commit is left out,
because the wire counts them and the job does not know. Then everything heals, and the
provider's journal is compared with the books.
"""

from __future__ import annotations

from collections import Counter
from functools import partial

from torture.bank import BANK
from torture.healing import heal
from torture.stage import Proof, Stage
from torture.street import Street
from torture.truth import lies
from torture.victims import dies_at
from torture.ways import WAYS, Way

SEEDS = 50
TOO_MANY_COMMITS = 60


class TooManyCommits(Exception):
    """A way made so many commits that something must be wrong with it."""


def prove(stage: Stage) -> Proof:
    """Kill every way at every commit, before and after, for each seed; then compare."""
    kills: Counter[str] = Counter()
    seeds = 1 if stage.is_quick else SEEDS
    for seed in range(stage.seed, stage.seed + seeds):
        for name, way in WAYS.items():
            for when in ("before", "after"):
                kills[f"{name}.{when}"] += _kill_at_every_commit(way, when, stage, seed)
    figures = {"seeds": seeds, "crashes": kills.total(), "by_way": dict(kills)}
    return Proof(figures, lies(stage.provider, stage.stripe, BANK))


def _kill_at_every_commit(way: Way, when: str, stage: Stage, seed: int) -> int:
    for commit in range(1, TOO_MANY_COMMITS):
        street = Street.open(stage.provider, seed=seed * 1000 + commit)
        there = way.prepare(street)
        died = dies_at(partial(way.job, there), wire=stage.wire, commit=commit, when=when)
        if way.afterwards is not None:
            way.afterwards(there)
        heal()
        if not died:
            return commit - 1
    raise TooManyCommits(when)
