"""What the house rules look at: the project's own files, and nothing that was built."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ROOMS = (
    "api", "insights", "moderation", "orders", "referrals", "discovery", "catalog", "payments",
    "shops", "people", "notifications", "ledger", "audit", "kit", "weidian",
)  # fmt: skip

# Made by tools, or not ours: virtual environments, servers' data, pictures, compiled words.
NOT_OURS = {"build", "media", "node_modules", "__pycache__"}
KEPT_DOTS = {".ci", ".env.example", ".gitignore", ".dockerignore", ".github"}


def files(*patterns: str, under: Path = ROOT) -> list[Path]:
    """Return the project's files that match one of the patterns, in order."""
    return sorted(path for path in _walk(under) if any(path.match(one) for one in patterns))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_OURS or (path.name.startswith(".") and path.name not in KEPT_DOTS):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        elif path.is_file():
            yield path


def breaking(rule: Callable[[Path], object], paths: Iterable[Path]) -> dict[str, object]:
    """Return what the rule finds in each file where it finds something."""
    found = {named(path): rule(path) for path in paths}
    return {name: what for name, what in found.items() if what}


@cache
def modules() -> list[Path]:
    """Return every module of every room, migrations left out."""
    found = [path for room in ROOMS for path in files("*.py", under=ROOT / room)]
    return [path for path in found if "migrations" not in path.parts]


@cache
def templates() -> list[Path]:
    """Return every page and part."""
    return files("*.html", under=ROOT / "templates")


def named(path: Path) -> str:
    """Return a file's path from the root, as a test's name."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    """Return a module as Python reads it."""
    return ast.parse(path.read_text())


def room_of(path: Path) -> str:
    """Return the room a file stands in."""
    return path.relative_to(ROOT).parts[0]
