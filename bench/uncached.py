"""The house without its cache: every page is written anew, out of the same tuned queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

from weidian.wsgi import application

__all__ = ["application"]


def _write_anew(_key: str, write: Callable[[], Any], **_: Any) -> Any:
    return write()


mock.patch("catalog.bodies.kept", _write_anew).start()
mock.patch("referrals.links.remembered", _write_anew).start()
