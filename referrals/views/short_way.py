"""The short way to a share link: for strangers, past what only people with a session need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware

from referrals import links
from referrals.views.landing import share_link

Answer = Callable[[HttpRequest], HttpResponse]
DOOR = "/s/"


class ShareLinksFirst:
    """Answer ``/s/<code>`` to a visitor without a session through the few steps it needs.

    The page and its headers are those of the long way: the same view, behind the same
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
        if not request.path_info.startswith(DOOR) or request.method != "GET":
            return self.long_way(request)
        is_known = links.resolve(request.path_info.removeprefix(DOOR)) is not None
        if not is_known or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self.long_way(request)
        request.get_host()  # refuses a strange one, as the long way does
        answer = self.short_way(request)
        for name, value in self.headers.items():
            answer[name] = value
        answer["Content-Length"] = str(len(answer.content))
        return answer


def _open(request: HttpRequest) -> HttpResponse:
    return share_link(request, request.path_info.removeprefix(DOOR))
