"""Typed reads of the environment: a wrong value stops the start with a sentence."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def flag(name: str, *, default: bool) -> bool:
    """Return ``name`` as a yes or no; it must read ``1`` or ``0``."""
    value = os.environ.get(name, "1" if default else "0")
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0")
    return value == "1"


def text(name: str, *, default: str | None = None) -> str:
    """Return ``name``; without a default it must be set and not be empty."""
    value = os.environ.get(name, default)
    if value is None or (default is None and not value):
        raise ImproperlyConfigured(f"{name} is not set; .env.example says what it is for")
    return value


def number(name: str, *, default: int) -> int:
    """Return ``name`` as a whole number."""
    value = os.environ.get(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number")
    return int(value)


def choice(name: str, *, among: tuple[str, ...]) -> str:
    """Return ``name``, one of ``among``; the first of them when it is not set."""
    value = os.environ.get(name) or among[0]
    if value not in among:
        raise ImproperlyConfigured(f"{name} is {value!r}; write one of {', '.join(among)}")
    return value


def words(name: str, *, default: str = "") -> list[str]:
    """Return ``name`` as the list of its comma-separated words."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def folder(name: str, *, default: Path) -> Path:
    """Return ``name`` as the path of a folder, or the default."""
    return path(name) or default


def path(name: str, *, default: Path | None = None) -> Path | None:
    """Return ``name`` as a path, or the default."""
    value = os.environ.get(name)
    return Path(value) if value else default
