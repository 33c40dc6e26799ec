"""The proofs that the suite itself holds, each a number on one test or several."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

NUMBERS = (
    *("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "T13", "T17"),
    *("T14", "T15", "T18", "T19", "T20", "T21", "T22", "T23", "T24", "T25"),
    *("T27", "T28", "T29", "T30", "T31", "T33", "T36", "T37", "T38", "T39", "T42"),
    *("C10", "C11", "C13", "C14"),
    *(f"TRUST{number}" for number in range(1, 19)),
)


def prove(numbers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Run the tests of these numbers and yield one finding for each, in their order.

    A number that no test bears is not proved.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "proofs"
        command = [sys.executable, "-m", "pytest", "--no-header", "-n", "2", "--dist", "loadfile"]
        command += ["--proves", ",".join(numbers), "--proofs-to", str(out), "tests"]
        subprocess.run(command, check=False, stdout=sys.stderr, env=os.environ)
        lines = out.read_text().splitlines() if out.exists() else []
    found = {finding["id"]: finding for finding in map(json.loads, lines)}
    for number in numbers:
        yield found.get(number, {"id": number, "ok": False, "figures": {"tests": 0}})
