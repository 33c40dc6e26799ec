"""``python -m torture [ids]``: hurt the house, and print one JSON object for each proof.

``ONLY=T26,C12`` or the arguments choose; ``SEED=7`` is where chance begins; ``QUICK=1`` does a
little of everything. Exits 1 when something is not true afterwards.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module

from torture.stage import Stage, set_up

# id -> the module that proves it: ``prove(stage) -> Proof``.
PROOFS = {
    "T26": "torture.crashes",
    "T32": "torture.zombies",
}


def main() -> int:
    """Prove what was asked for; return the exit code."""
    asked = sys.argv[1:] or [name for name in os.environ.get("ONLY", "").split(",") if name]
    unknown = set(asked) - set(PROOFS)
    if unknown:
        print(f"no such torture: {', '.join(sorted(unknown))}; there are {', '.join(PROOFS)}")
        return 2
    seed, is_quick = int(os.environ.get("SEED", "7")), bool(os.environ.get("QUICK"))
    broken = 0
    with set_up(seed=seed, is_quick=is_quick) as stage:
        for name in asked or PROOFS:
            broken += not _prove(name, stage)
    return 1 if broken else 0


def _prove(name: str, stage: Stage) -> bool:
    began = time.monotonic()
    proof = import_module(PROOFS[name]).prove(stage)
    took = {"seconds": round(time.monotonic() - began, 1)}
    line = {"id": name, "ok": not proof.untrue, "seed": stage.seed}
    print(json.dumps({**line, "figures": {**proof.figures, **took}}), flush=True)
    for sentence in proof.untrue:
        print(f"{name}: {sentence}", file=sys.stderr)
    return not proof.untrue


if __name__ == "__main__":
    sys.exit(main())
