"""Telling visitors apart for a day, and never after: hashes under a salt that is destroyed."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction

from referrals.models import Salt

KEPT_DAYS = 2  # a day's salt is gone 48 hours after the day began

# A process reads a salt on its own day; a day later it forgets it, asked again or not.
SECONDS_KEPT = 24 * 3600.0
TIMER = "forget today's salt"

_today: dict[date, bytes] = {}
_timers: list[threading.Timer] = []


def visitor(*, address: str, agent: str, host: str, now: datetime) -> str:
    """Return who is asking, as 16 hex signs that mean nothing once today's salt is gone."""
    return under(_salt_of(now.date()), address, agent, host)


def under(salt: bytes, address: str, agent: str, host: str) -> str:
    """Return what a visitor is called under one salt."""
    fact = f"{address}|{agent}|{host}".encode(errors="replace")
    return hashlib.blake2b(fact, key=salt, digest_size=8).hexdigest()


def address_in(environ: Mapping[str, str]) -> str:
    """Return the client's address as far as our own proxies vouch for it.

    With n trusted proxies it is the n-th entry from the right of ``X-Forwarded-For``;
    what stands to the left of it anybody can write.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies].strip()
    return environ.get("REMOTE_ADDR", "")


def unwrapped(address: str) -> str:
    """Return an IPv4 address that comes in IPv6 clothes as itself, any other as it is."""
    if ":" not in address:
        return address
    try:
        mapped = ipaddress.IPv6Address(address).ipv4_mapped
    except ValueError:
        return address
    return address if mapped is None else str(mapped)


def forget() -> None:
    """Hold no salt in this process's memory any more."""
    _today.clear()
    with suppress(IndexError):  # another thread may be forgetting as well
        while True:
            _timers.pop().cancel()


def destroy_old(now: datetime) -> int:
    """Destroy the salts of days that began 48 hours ago or earlier; return how many."""
    destroyed, _ = Salt.objects.filter(day__lte=now.date() - timedelta(days=KEPT_DAYS)).delete()
    return destroyed


def _salt_of(day: date) -> bytes:
    salt = _today.get(day)
    if salt is None:
        salt = _stored_salt(day)
        forget()  # yesterday's is nobody's business any more
        _today[day] = salt
        _forget_in_time(day)
    return salt


def _forget_in_time(day: date) -> None:
    timer = threading.Timer(SECONDS_KEPT, _today.pop, args=(day, None))
    timer.name, timer.daemon = TIMER, True
    timer.start()
    _timers.append(timer)


def _stored_salt(day: date) -> bytes:
    fresh = secrets.token_bytes(16)
    try:
        with transaction.atomic():
            salt, _ = Salt.objects.get_or_create(day=day, defaults={"value": fresh})
    except (DatabaseError, InterfaceError):
        return fresh  # only this process's count of different visitors is off
    return bytes(salt.value)
