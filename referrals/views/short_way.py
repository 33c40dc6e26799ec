"""The short way to the public doors: for strangers, past what only people with a session need."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.shortcuts import render
from django.utils import translation
from redis.exceptions import RedisError

from kit.http import put_cookie
from kit.middleware import NarrowPermissions
from kit.public_ids import PublicIdConverter
from referrals import links
from referrals.links import LinkFacts
from referrals.views.landing import open_link, product

Answer = Callable[[HttpRequest], HttpResponse]
Header = tuple[str, str]

SHARED, PRODUCT = "/s/", "/p/"
IS_PRODUCT = re.compile(rf"{PRODUCT}{PublicIdConverter.regex}")
OPENED = "weidian.link"  # where the door finds whose link it is; no header can be called so
AWAY, AWAY_SECONDS = 503, "10"
NOBODY_TO_ASK = (DatabaseError, InterfaceError, RedisError)
MOST_HOSTS = 100  # where any name under a domain is ours
LONGEST_REMEMBERED = 200  # what a browser says of languages; longer is read each time


class ShareLinksFirst:
    """Answer ``/s/<code>`` and ``/p/<id>`` to a visitor without a session in few steps.

    The pages and their headers are those of the long way: the same views, language and
    form token; headers that never differ are written once. What is left out looks at
    sessions, accounts and addresses. Everything unusual goes the long way.
    """

    def __init__(self, get_response: Answer) -> None:
        self.long_way = get_response
        self.door: Any = convert_exception_to_response(_open)
        answered: Any = self._answered
        self.answered: Any = convert_exception_to_response(answered)
        self.csrf = CsrfViewMiddleware(get_response)
        self.frames: dict[tuple[bool, str], dict[str, Header]] = {}
        self.our_hosts: set[str] = set()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse | None = (
            self.answered(request) if self.may_answer(request.META) else None
        )
        return self.long_way(request) if answer is None else answer

    @staticmethod
    def may_answer(environ: dict[str, Any]) -> bool:
        """Whether a request is for one of the doors, and needs no look at a session or odd input.

        Even then ``answered`` may return None: the request goes the long way.
        """
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        return (
            path.startswith((SHARED, PRODUCT))
            and environ.get("REQUEST_METHOD") == "GET"
            and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
            and "%" not in query
            and query.isascii()
        )

    def _answered(self, request: HttpRequest) -> HttpResponse | None:
        """Return the answer, or None when this request must go the long way."""
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return None
        path = request.path_info
        language = _language_of(request)
        try:
            facts = links.resolve(path.removeprefix(SHARED)) if path.startswith(SHARED) else None
            if facts is None and not _is_product(path):
                return None
            self._refuse_strange_hosts(request)
            request.META[OPENED] = facts
            answer = self._through_the_door(request, language)
        except NOBODY_TO_ASK:
            translation.activate(language)  # or it would be the last visitor's
            answer = _nobody_home(request)
        # One by one the dozen headers would cost a tenth of the whole answer.
        headers = answer.headers._store
        headers.update(self._frame(request, language))
        headers["content-length"] = ("Content-Length", str(len(answer.content)))
        return answer

    def _refuse_strange_hosts(self, request: HttpRequest) -> None:
        """Look at a host as the long way does, once; ours are few."""
        environ = request.META  # the headers are put into another table only if asked for there
        host = environ.get("HTTP_HOST", "")
        if host not in self.our_hosts:
            request.get_host()
            if len(self.our_hosts) < MOST_HOSTS:
                self.our_hosts.add(host)

    def _through_the_door(self, request: HttpRequest, language: str) -> HttpResponse:
        translation.activate(language)
        if settings.CSRF_COOKIE_NAME in request.COOKIES:
            self.csrf.process_request(request)
        answer: HttpResponse = self.door(request)
        if request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
            put_cookie(
                answer,
                settings.CSRF_COOKIE_NAME,
                request.META["CSRF_COOKIE"],
                age=timedelta(seconds=settings.CSRF_COOKIE_AGE),
                is_secure=settings.CSRF_COOKIE_SECURE,
                httponly=settings.CSRF_COOKIE_HTTPONLY,
            )
        return answer

    def _frame(self, request: HttpRequest, language: str) -> dict[str, Header]:
        """Return the headers that the house gives every answer so asked for, in this language."""
        is_secure = request.is_secure()
        frame = self.frames.get((is_secure, language))
        if frame is None:
            # No page on this way asks for a nonce, so the policy is the same on all of them.
            chain: Any = lambda _: HttpResponse()  # noqa: E731  # the frame around nothing
            for step in (XFrameOptionsMiddleware, CSPMiddleware, SecurityMiddleware):
                chain = step(chain)
            blank = NarrowPermissions(chain)(request)
            del blank["Content-Type"]
            blank["Content-Language"] = language
            blank["Vary"] = "Accept-Language, Cookie"
            frame = {name.lower(): (name, text) for name, text in blank.items()}
            self.frames[is_secure, language] = frame
        return frame


def _is_product(path: str) -> bool:
    return path.startswith(PRODUCT) and IS_PRODUCT.fullmatch(path) is not None


def _open(request: HttpRequest) -> HttpResponse:
    facts: LinkFacts | None = request.META[OPENED]
    try:
        if facts is not None:
            return open_link(request, facts)
        return product(request, request.path_info.removeprefix(PRODUCT).upper())
    except NOBODY_TO_ASK:
        return _nobody_home(request)


def _language_of(request: HttpRequest) -> str:
    environ = request.META
    accepted = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    read = _language if len(accepted) + len(chosen) <= LONGEST_REMEMBERED else _language.__wrapped__
    return read(accepted, chosen)


@lru_cache(maxsize=1_000)
def _language(accepted: str, chosen: str) -> str:
    """Return what Django makes of a browser's languages and the one chosen here."""
    asked = HttpRequest()
    asked.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    asked.COOKIES[settings.LANGUAGE_COOKIE_NAME] = chosen
    return translation.get_language_from_request(asked)


def _nobody_home(request: HttpRequest) -> HttpResponse:
    """Answer 503: a page this process has never seen, and nobody to ask for it."""
    answer = render(request, "503.html", status=AWAY)
    answer["Retry-After"] = AWAY_SECONDS
    return answer
