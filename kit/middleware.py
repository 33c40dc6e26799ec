"""What stands before every view: unreadable input goes no further, refusals get a page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from psycopg2.errors import LockNotAvailable

from kit import web
from kit.states import TransitionRefused

Answer = Callable[[HttpRequest], HttpResponse]


class RefuseUnreadableInput:
    """Answer 400 to an address that no text can hold: NUL bytes or broken UTF-8.

    PostgreSQL stores neither, so they would otherwise surface as errors deep inside.
    Forms refuse the same in their fields, with words beside the field.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
        if "\x00" in request.path or not _is_text(query):
            return HttpResponseBadRequest("unreadable address", content_type="text/plain")
        return self.get_response(request)


def _is_text(raw: bytes) -> bool:
    try:
        return "\x00" not in raw.decode()
    except UnicodeDecodeError:
        return False


class AnswerTransitionRefused:
    """Turn "the world says no" facts that a view let through into a 409 page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fact: Exception) -> HttpResponse | None:
        if isinstance(fact, TransitionRefused):
            return web.moved_on(request)
        if isinstance(fact, OperationalError) and isinstance(fact.__cause__, LockNotAvailable):
            return web.busy(request)
        if isinstance(fact, UnicodeError):
            raise BadRequest from fact
        return None
