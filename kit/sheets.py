"""The one style sheet that every page loads, joined from the small files it is written in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/weidian.css"
SHEETS = (
    "tokens",
    "base",
    *(f"layout/{name}" for name in ("page", "bars", "flow")),
    *(f"parts/{name}" for name in ("buttons", "words", "faces", "proof", "cards", "photos")),
    *(f"parts/{name}" for name in ("choices", "fields", "lists", "alone", "uploader")),
    *(f"parts/{name}" for name in ("sheet", "toasts")),
)
SOURCE = Path(settings.ROOT) / "static" / "css"
BUILD = Path(settings.ROOT) / "build" / "sheets"


def join() -> Path:
    """Write the sheets into one file, unless it says the same already; return where it lies."""
    joined = BUILD / NAME
    text = "".join((SOURCE / f"{name}.css").read_text("utf-8") for name in SHEETS)
    if not joined.exists() or joined.read_text("utf-8") != text:
        joined.parent.mkdir(parents=True, exist_ok=True)
        fresh = joined.with_suffix(f".{os.getpid()}")
        fresh.write_text(text, "utf-8")
        fresh.replace(joined)  # several processes start at once; none reads half a sheet
    return joined


class SheetFinder(BaseFinder):
    """Finds ``css/weidian.css`` for whoever serves or collects static files.

    Small files are good to write in and slow to load: a first view asks for one instead of
    eighteen, and nobody has to run a build.
    """

    def __init__(self, *_args: object, **_more: object) -> None:
        self.storage = FileSystemStorage(location=BUILD)

    def check(self, **_more: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_more: Any) -> Any:  # noqa: FBT001, FBT002 -- Django's own
        if path != NAME:
            return []
        return [str(join())] if find_all else str(join())

    def list(self, _ignore_patterns: Iterable[str] | None) -> Any:
        join()
        yield NAME, self.storage
