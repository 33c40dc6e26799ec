"""The libraries that not every installation has, and the settings that go with them."""

from __future__ import annotations

import importlib
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def library(name: str, *, extra: str) -> Any:
    """Import a library the first time it is needed.

    Raises:
        ImproperlyConfigured: it is not installed; the sentence says how to.
    """
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise ImproperlyConfigured(
            f"This rail needs the library {name}: pip install weidian[{extra}]"
        ) from missing


def needed(name: str) -> str:
    """Return a setting that a rail cannot do without.

    Raises:
        ImproperlyConfigured: it is empty.
    """
    value: str = getattr(settings, name)
    if not value:
        raise ImproperlyConfigured(f"WEIDIAN_{name} is not set; .env.example says what it is for")
    return value


def needed_text(name: str) -> str:
    """Return what stands in the file that a setting names: a key or a certificate.

    Raises:
        ImproperlyConfigured: the setting is empty, or its file cannot be read.
    """
    path = needed(name)
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as unreadable:
        raise ImproperlyConfigured(f"WEIDIAN_{name}: {path} cannot be read") from unreadable
