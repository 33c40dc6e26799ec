"""The WSGI application that granian serves."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.utils.log import log_response
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weidian.settings")

django_app = get_wsgi_application()
door = import_string(settings.FRONT_DOOR)(django_app.get_response)
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
    """Answer one request; at the public doors in few steps, see ``FRONT_DOOR``."""
    if not hasattr(_thread, "closer"):
        _thread.closer = ClosesItsConnections()
    if door.may_answer(environ) and not environ.get("SCRIPT_NAME"):
        answer = _at_the_door(environ)
        if answer is not None:
            cookies = [("Set-Cookie", one.OutputString()) for one in answer.cookies.values()]
            status = f"{answer.status_code} {answer.reason_phrase}"
            start_response(status, [*answer.headers._store.values(), *cookies])
            return [answer.content]
    return django_app(environ, start_response)


def _at_the_door(environ: dict[str, Any]) -> Any:
    """Answer without what Django does around each request, but for its care of connections."""
    for wrapper in _thread.closer.wrappers:
        wrapper.close_if_unusable_or_obsolete()
    request = WSGIRequest(environ)
    answer = door.answered(request)
    if answer is not None and answer.status_code >= 400:
        log_response("%s: %s", answer.reason_phrase, request.path, response=answer, request=request)
    return answer
