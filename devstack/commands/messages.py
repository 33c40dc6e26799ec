"""Compile the translations: every ``django.po`` that is newer than its ``django.mo``."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from devstack import paths

# Rooms stand at the top of the checkout; the demo is one folder down.
PLACES = ("*/locale/*/LC_MESSAGES/*.po", "*/*/locale/*/LC_MESSAGES/*.po")


class MessagesBroken(Exception):
    """A translation file cannot be read; the message names it and says where."""


def compile_messages() -> int:
    """Compile what is not fresh; return how many files were compiled.

    Raises:
        MessagesBroken: a file cannot be read; those before it are compiled.
    """
    found = sorted(file for place in PLACES for file in paths.CHECKOUT.glob(place))
    stale = [file for file in found if not _is_fresh(file)]
    for file in stale:
        _compile(file)
    return len(stale)


def _is_fresh(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _compile(source: Path) -> None:
    began = source.stat().st_mtime_ns
    try:
        with source.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
    except (PoFileError, ValueError) as broken:
        raise MessagesBroken(f"{source.relative_to(paths.CHECKOUT)}: {broken}") from broken
    fresh = source.with_name(f"{source.stem}.{os.getpid()}.fresh")
    with fresh.open("wb") as file:
        write_mo(file, catalog)
    # As old as what was read: an edit made meanwhile is newer, and compiled next time.
    os.utime(fresh, ns=(began, began))
    fresh.replace(source.with_suffix(".mo"))
