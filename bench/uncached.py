"""The house without its cache: every page is written anew, out of the same tuned queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalog import bodies
from referrals import links
from weidian.wsgi import application

__all__ = ["application"]


def _write_anew(_key: str, write: Callable[[], Any], **_: Any) -> Any:
    return write()


bodies.kept = _write_anew
links.remembered = _write_anew
