"""``python -m torture [ids]``: hurt the house, and print one JSON object for each proof.

``ONLY=T26,C12`` or the arguments choose; ``SEED=7`` is where chance begins; ``QUICK=1`` does a
little of everything. Exits 1 when something is not true afterwards.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module

from torture import suite
from torture.stage import Proof, set_up

# id -> the module that proves it; the rest stands in the suite.
IN_A_COPY = {"T41": "torture.guards"}
ON_STAGE = {
    "T26": "torture.crashes",
    "T32": "torture.zombies",
    "T34": "torture.broker",
    "T35": "torture.slow_tasks",
    "T40": "torture.lives",
    "C12": "torture.rush",
    "V1": "torture.clicks_kept:prove_killed",
    "V2": "torture.clicks_kept:prove_hung",
    "V4": "torture.clicks_kept:prove_nowhere",
}


def main() -> int:
    """Prove what was asked for; return the exit code."""
    asked = sys.argv[1:] or [name for name in os.environ.get("ONLY", "").split(",") if name]
    there = [*suite.NUMBERS, *IN_A_COPY, *ON_STAGE]
    unknown = set(asked) - set(there)
    if unknown:
        print(f"no such torture: {', '.join(sorted(unknown))}; there are {', '.join(there)}")
        return 2
    wanted = asked or there
    seed, is_quick = int(os.environ.get("SEED", "7")), bool(os.environ.get("QUICK"))
    broken = _prove_in_suite([name for name in wanted if name in suite.NUMBERS], seed)
    for name in (name for name in wanted if name in IN_A_COPY):
        broken += not _prove(name, seed, import_module(IN_A_COPY[name]).prove)
    if on_stage := [name for name in wanted if name in ON_STAGE]:
        with set_up(seed=seed, is_quick=is_quick) as stage:
            for name in on_stage:
                module, _, function = ON_STAGE[name].partition(":")
                prove = partial(getattr(import_module(module), function or "prove"), stage)
                broken += not _prove(name, seed, prove)
    return 1 if broken else 0


def _prove_in_suite(numbers: list[str], seed: int) -> int:
    broken = 0
    for finding in suite.prove(numbers) if numbers else ():
        print(json.dumps({"id": finding["id"], "ok": finding["ok"], "seed": seed, **finding}))
        broken += not finding["ok"]
    return broken


def _prove(name: str, seed: int, prove: Callable[[], Proof]) -> bool:
    began = time.monotonic()
    proof = prove()
    took = {"seconds": round(time.monotonic() - began, 1)}
    line = {"id": name, "ok": not proof.untrue, "seed": seed}
    print(json.dumps({**line, "figures": {**proof.figures, **took}}), flush=True)
    for sentence in proof.untrue:
        print(f"{name}: {sentence}", file=sys.stderr)
    return not proof.untrue


if __name__ == "__main__":
    sys.exit(main())
