"""Any life of money, many more times than the suite has room for (T40)."""

from __future__ import annotations

from pathlib import Path

import hypothesis
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine import Money
from tests.provider import running_provider
from torture.stage import Proof, Stage

LIVES, QUICK_LIVES, STEPS = 5_000, 20, 60


def prove(stage: Stage) -> Proof:
    """Live so many lives from this seed; the first that breaks a sentence is told whole."""
    lives = QUICK_LIVES if stage.is_quick else LIVES
    untrue = []
    with running_provider(Path(stage.wire.folder), settle_seconds=0.0) as provider:
        provider.point_here(settings)
        Money.provider = provider
        try:
            run_state_machine_as_test(
                hypothesis.seed(stage.seed)(Money),
                _min_steps=STEPS,
                settings=hypothesis.settings(
                    max_examples=lives,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        except AssertionError as broken:
            untrue.append("\n".join([str(broken), *getattr(broken, "__notes__", [])]))
        finally:
            stage.provider.point_here(settings)
    return Proof({"steps": STEPS, **Money.seen}, untrue)
