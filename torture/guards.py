"""The mutation check (T41): every guard is taken away in turn, and a test must fail.

A guard whose absence no test sees is a guard that the next change may lose. Each is a piece
of text in one file; in a copy of the checkout it is replaced, and the tests that ought to
see it are run there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from torture.stage import Proof

CHECKOUT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".devstack", "build", "*_cache", "__pycache__")
TESTS_FAILED = 1  # pytest's exit code; another says that the tests could not even be run


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: where it stands, what is put in its place, and the tests that must see that."""

    name: str
    file: str
    guard: str
    instead: str
    tests: str


GUARDS: tuple[Guard, ...] = ()


def prove() -> Proof:
    """Take each guard away in a copy of the checkout; every time a test must fail."""
    untrue: list[str] = []
    with tempfile.TemporaryDirectory(prefix="wd-guards-") as folder:
        copy = Path(folder) / "checkout"
        shutil.copytree(CHECKOUT, copy, ignore=NOT_COPIED)
        for guard in GUARDS:
            with _without(guard, copy):
                code = _run(guard.tests, copy)
            if code != TESTS_FAILED:
                untrue.append(f"{guard.name}: {guard.tests} ended with {code}")
    return Proof({"guards": len(GUARDS), "seen": len(GUARDS) - len(untrue)}, untrue)


@contextmanager
def _without(guard: Guard, copy: Path) -> Iterator[None]:
    path = copy / guard.file
    whole = path.read_text()
    if whole.count(guard.guard) != 1:
        raise LookupError(f"{guard.name} stands {whole.count(guard.guard)} times in {guard.file}")
    path.write_text(whole.replace(guard.guard, guard.instead))
    try:
        yield
    finally:
        path.write_text(whole)


def _run(tests: str, copy: Path) -> int:
    command = [sys.executable, "-m", "pytest", "--no-header", "-x", "-p", "no:cacheprovider"]
    # The servers are shared; the database is each run's own.
    ran = subprocess.run(
        [*command, *tests.split()],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ran.returncode
