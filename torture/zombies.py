"""Zombies (T32): every job of money is stopped after each of its commits and wakes too late.

While it sleeps its lease runs out and everything heals without it. Whatever it then does
with what it remembers must change nothing: attempts are fenced, states are moved by one
guarded UPDATE, transfers post once.
"""

from __future__ import annotations

from collections import Counter
from functools import partial

from torture.bank import BANK
from torture.crashes import TOO_MANY_COMMITS, TooManyCommits
from torture.healing import heal
from torture.stage import Proof, Stage
from torture.street import Street
from torture.truth import lies
from torture.victims import sleeps_at
from torture.ways import WAYS, Way

SEEDS = 10


def prove(stage: Stage) -> Proof:
    """Stop every way after every commit, heal, wake it, heal again; then compare."""
    woken: Counter[str] = Counter()
    seeds = 1 if stage.is_quick else SEEDS
    for seed in range(stage.seed, stage.seed + seeds):
        for name, way in WAYS.items():
            woken[name] += _stop_at_every_commit(way, stage, seed)
    figures = {"seeds": seeds, "woken": woken.total(), "by_way": dict(woken)}
    return Proof(figures, lies(stage.provider, stage.stripe, BANK))


def _stop_at_every_commit(way: Way, stage: Stage, seed: int) -> int:
    for commit in range(1, TOO_MANY_COMMITS):
        street = Street.open(stage.provider, seed=seed * 1000 + commit)
        there = way.prepare(street)
        job = partial(way.job, there)
        slept = sleeps_at(job, wire=stage.wire, commit=commit, meanwhile=heal)
        if way.afterwards is not None:
            way.afterwards(there)
        heal()
        if not slept:
            return commit - 1
    raise TooManyCommits
