"""The WSGI application that granian serves."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weidian.settings")

django_app = get_wsgi_application()
_thread = threading.local()


class ClosesItsConnections:
    """Closes a thread's database connections when the thread goes.

    granian retires idle threads, and Django's connection wrapper is part of a reference
    cycle: without this each retired thread keeps its connection until a full collection.
    """

    def __init__(self) -> None:
        self.wrappers = [connections[alias] for alias in connections]

    def __del__(self) -> None:
        for wrapper in self.wrappers:
            if wrapper.connection is not None:
                wrapper.connection.close()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request."""
    if not hasattr(_thread, "closer"):
        _thread.closer = ClosesItsConnections()
    return django_app(environ, start_response)
