"""What stands before every view: unreadable input goes no further, refusals get a page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseNotAllowed,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language_from_request, override
from psycopg2.errors import DeadlockDetected, LockNotAvailable

from kit import web
from kit.states import TransitionRefused

Answer = Callable[[HttpRequest], HttpResponse]
WAITED_IN_VAIN = (LockNotAvailable, DeadlockDetected)  # for rows that others hold


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
            # Before any other middleware, so the language is asked for here.
            with override(get_language_from_request(request)):
                return HttpResponseBadRequest(render_to_string("400.html"))
        return self.get_response(request)


class NarrowPermissions:
    """Tell the browser which of the device's powers no page here ever asks for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        answer["Permissions-Policy"] = settings.PERMISSIONS_POLICY
        return answer


def _is_read_by_a_person(request: HttpRequest) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def _is_text(raw: bytes) -> bool:
    try:
        return "\x00" not in raw.decode()
    except UnicodeDecodeError:
        return False


class KeepFromOthers:
    """Let no shared computer or proxy keep a page that was written for who is signed in.

    A view that says itself how long its answer may be kept is left alone.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        is_known = settings.SESSION_COOKIE_NAME in request.COOKIES
        if is_known and request.session.accessed and "Cache-Control" not in answer:
            add_never_cache_headers(answer)
        return answer


class AnswerTransitionRefused:
    """Turn "the world says no" facts that a view let through into a 409 page.

    A press of a button there is none of is a page as well, a 422.

    Whoever reads the address of a button in a browser gets a page as well: an empty 405
    would be drawn by the browser as its own failure.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not isinstance(answer, HttpResponseNotAllowed) or not _is_read_by_a_person(request):
            return answer
        page = render(request, "405.html", status=answer.status_code)
        page["Allow"] = answer["Allow"]
        return page

    def process_exception(self, request: HttpRequest, fact: Exception) -> HttpResponse | None:
        if isinstance(fact, TransitionRefused):
            return web.moved_on(request)
        if isinstance(fact, web.UnknownPress):
            return web.not_understood(request)
        if isinstance(fact, OperationalError) and isinstance(fact.__cause__, WAITED_IN_VAIN):
            return web.busy(request)
        if isinstance(fact, UnicodeError):
            raise BadRequest from fact
        return None
