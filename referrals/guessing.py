"""Guessing share codes: thirty unknown ones a minute from one place, and then no more."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from django.core.cache import cache

from kit import clock
from referrals import salts

MOST, SECONDS = 30, 60
IPV6_PREFIX = 64  # what one household or one hired machine is given


def is_too_often(environ: Mapping[str, str]) -> bool:
    """Count one unknown code, and return whether its sender has tried too many this minute.

    Known codes are never refused. The sender is counted by a hash that means nothing once
    the day's salt is gone.
    """
    place = _network_of(salts.unwrapped(salts.address_in(environ)))
    key = "guesses:" + salts.visitor(address=place, agent="", host="", now=clock.now())
    try:
        cache.add(key, 0, SECONDS)
        return cache.incr(key) > MOST
    except ValueError:
        return False  # the minute ended between the two


def _network_of(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    return str(ipaddress.ip_network((known, IPV6_PREFIX), strict=False))
