"""Consent: what a share link may leave in a browser, and how it counts without leaving it.

Where ``CONSENT`` is strict and a visitor has allowed nothing, the touch of their click goes
along with the visit itself: in the page's form, in the bag, and from there into the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings

from kit import clock
from referrals.touches import COOKIE_NAME, Touch, cookie_with, read_cookie

ALLOWED_COOKIE, ALLOWED = "may_remember", "1"
ALLOWED_AGE = timedelta(days=365)

# What goes along without a cookie ends with the visit: a day, for a purchase slept over.
VISIT = timedelta(days=1)


def is_needed(cookies: Mapping[str, str]) -> bool:
    """Whether this visitor must be asked before a share link may leave a cookie."""
    return settings.CONSENT == "strict" and cookies.get(ALLOWED_COOKIE) != ALLOWED


def carried(value: str) -> list[Touch]:
    """Return the touches that a form or a bag carried along, newest first; at most a day old.

    The value is signed as the cookie is, so garbage proves nothing.
    """
    oldest = clock.now() - VISIT
    return [touch for touch in read_cookie(value) if touch.at > oldest]


def proven(cookies: Mapping[str, str], value: str = "") -> list[Touch]:
    """Return what a visitor can prove by cookie and by what was carried along."""
    by_cookie = read_cookie(cookies.get(COOKIE_NAME))
    known = {touch.click_id for touch in by_cookie}
    return [*by_cookie, *(touch for touch in carried(value) if touch.click_id not in known)]


def joined(one: str, other: str) -> str:
    """Return one value that carries the touches of both; empty when neither proves any."""
    return _signed([*carried(one), *carried(other)])


def as_cookie(cookies: Mapping[str, str], value: str) -> str:
    """Return the cookie that proves what the visitor can prove; empty when that is nothing."""
    return _signed(proven(cookies, value))


def _signed(touches: list[Touch]) -> str:
    return cookie_with(touches, touches[0]) if touches else ""
