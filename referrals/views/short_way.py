"""The short way to the public doors: for strangers, past what only people with a session need."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from redis.exceptions import RedisError

from kit.public_ids import PublicIdConverter
from referrals import links
from referrals.views.landing import product, share_link

Answer = Callable[[HttpRequest], HttpResponse]
SHARED, PRODUCT = "/s/", re.compile(rf"/p/{PublicIdConverter.regex}")
AWAY, AWAY_SECONDS = 503, "10"
NOBODY_TO_ASK = (DatabaseError, InterfaceError, RedisError)


class ShareLinksFirst:
    """Answer ``/s/<code>`` and ``/p/<id>`` to a visitor without a session in few steps.

    The pages and their headers are those of the long way: the same views, behind the same
    middleware for language and form token; headers that never differ are written once. What
    is left out looks at sessions, accounts and addresses. Everything unusual goes the long
    way.
    """

    def __init__(self, get_response: Answer) -> None:
        self.long_way = get_response
        chain: Any = convert_exception_to_response(_open)
        for step in (CsrfViewMiddleware, LocaleMiddleware):
            chain = step(chain)
        self.short_way: Answer = chain
        # No page on this way asks for a nonce, so the policy is the same on all of them.
        self.headers = {HEADER: build_policy(), "X-Frame-Options": settings.X_FRAME_OPTIONS}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self.long_way(request)
        try:
            if not _is_public_door(request.path_info):
                return self.long_way(request)
            request.get_host()  # refuses a strange one, as the long way does
            answer = self.short_way(request)
        except NOBODY_TO_ASK:
            answer = _nobody_home(request)
        for name, value in self.headers.items():
            answer[name] = value
        answer["Content-Length"] = str(len(answer.content))
        return answer


def _is_public_door(path: str) -> bool:
    if path.startswith(SHARED):
        return links.resolve(path.removeprefix(SHARED)) is not None
    return PRODUCT.fullmatch(path) is not None


def _open(request: HttpRequest) -> HttpResponse:
    path = request.path_info
    try:
        if path.startswith(SHARED):
            return share_link(request, path.removeprefix(SHARED))
        return product(request, path.removeprefix("/p/").upper())
    except NOBODY_TO_ASK:
        return _nobody_home(request)


def _nobody_home(request: HttpRequest) -> HttpResponse:
    """Answer 503: a page this process has never seen, and nobody to ask for it."""
    answer = render(request, "503.html", status=AWAY)
    answer["Retry-After"] = AWAY_SECONDS
    return answer
