"""The visitor's own say in what share links may leave in their browser."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kit.http import put_cookie
from kit.web import pressed, way_back
from referrals import claiming, consent
from referrals.touches import COOKIE_AGE, COOKIE_NAME
from referrals.views.request_facts import bag_badge_of, viewer_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cookies(request: HttpRequest) -> HttpResponse:
    """Say what a share link leaves behind, allow it, or take it away again."""
    if request.method == "POST":
        return _decided(request)
    viewer = viewer_of(request)
    page = {
        "in_account": claiming.how_many(viewer) if viewer is not None else 0,
        "is_asked": settings.CONSENT == "strict",
        "is_allowed": not consent.is_needed(request.COOKIES),
        "has_touches": bool(consent.proven(request.COOKIES)),
        "has_bag": bool(bag_badge_of(request)),
        "days": COOKIE_AGE.days,
    }
    return render(request, "referrals/cookies.html", page)


def remember(answer: HttpResponse, cookie: str) -> None:
    """Let the browser keep what proves that share links brought it."""
    _keep(answer, COOKIE_NAME, cookie, age=COOKIE_AGE)


def _decided(request: HttpRequest) -> HttpResponse:
    act = pressed(request, "allow", "forget")
    answer = redirect(way_back(request, default="/about/cookies"))
    if act == "allow":
        _keep(answer, consent.ALLOWED_COOKIE, consent.ALLOWED, age=consent.ALLOWED_AGE)
        if cookie := consent.as_cookie(request.COOKIES, request.POST.get("brought", "")):
            remember(answer, cookie)
    else:
        answer.delete_cookie(consent.ALLOWED_COOKIE, samesite="Lax")
        answer.delete_cookie(COOKIE_NAME, samesite="Lax")
        if (viewer := viewer_of(request)) is not None:
            claiming.forget_person(viewer)
    return answer


def _keep(answer: HttpResponse, name: str, value: str, *, age: timedelta) -> None:
    put_cookie(answer, name, value, age=age, is_secure=settings.IS_SECURE)
