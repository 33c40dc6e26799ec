"""Charts: numbers turned into the geometry of a small SVG, drawn by a template part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The drawing's own units; the page scales it.
WIDTH = 320
HEIGHT = 120
EDGE = 8  # so that the thickest stroke is never cut off


@dataclass(frozen=True, slots=True)
class Mark:
    """One value in the drawing: its place, its size and its words in the table."""

    label: str
    shown: str
    x: float
    y: float
    width: float
    height: float
    is_last: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its table: the marks, and for a line the paths through them."""

    marks: list[Mark]
    line: str
    area: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def last(self) -> Mark | None:
        return self.marks[-1] if self.marks else None


def line(values: Sequence[int], labels: Sequence[str], shown: Sequence[str]) -> Chart:
    """Draw values as a line from left to right, over an area down to zero.

    Args:
        values: whole numbers, none below zero.
        labels: what each stands for, such as a day; as many as values.
        shown: each value as words, such as an amount of money; as many as values.
    """
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    marks = [
        Mark(
            label,
            words,
            round(EDGE + place * step, 1),
            _top(value, values),
            0,
            0,
            place == len(values) - 1,
        )
        for place, (value, label, words) in enumerate(zip(values, labels, shown, strict=True))
    ]
    path = " ".join(f"{'L' if place else 'M'}{_at(mark)}" for place, mark in enumerate(marks))
    floor = HEIGHT - EDGE
    area = f"{path} L{marks[-1].x} {floor} L{EDGE} {floor} Z" if marks else ""
    return Chart(marks, path, area)


def bars(values: Sequence[int], labels: Sequence[str], shown: Sequence[str]) -> Chart:
    """Draw values as bars side by side; the arguments are those of ``line``."""
    step = (WIDTH - 2 * EDGE) / max(len(values), 1)
    marks = [
        Mark(
            label,
            words,
            round(EDGE + place * step + step / 6, 1),
            _top(value, values),
            round(step * 2 / 3, 1),
            round(HEIGHT - EDGE - _top(value, values), 1),
            place == len(values) - 1,
        )
        for place, (value, label, words) in enumerate(zip(values, labels, shown, strict=True))
    ]
    return Chart(marks, "", "")


def _top(value: int, values: Sequence[int]) -> float:
    room = HEIGHT - 2 * EDGE
    return round(EDGE + room - room * value / max(*values, 1), 1)


def _at(mark: Mark) -> str:
    return f"{mark.x} {mark.y}"
