"""Cookies whose attributes never differ: written once, and sent with one value after another."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from http.cookies import Morsel
from typing import Any

from django.http import HttpResponse


class _Written(Morsel[str]):
    """A cookie that knows already how all but its value is written."""

    rest = ""

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802, ARG002 -- the library's name
        return f"{self.key}={self.coded_value}; {self.rest}"


@lru_cache(maxsize=16)
def _written(age: timedelta, *, is_secure: bool, httponly: bool) -> tuple[dict[str, Any], str]:
    """Return the attributes and how they are written, as Django writes them."""
    sample = HttpResponse()
    seconds = int(age.total_seconds())
    # Without Expires, which would differ each second: what knows no Max-Age is long gone.
    sample.set_cookie("a", "b", httponly=httponly, samesite="Lax", secure=is_secure)
    morsel = sample.cookies["a"]
    morsel["max-age"] = seconds
    return dict(morsel), morsel.OutputString().removeprefix("a=b; ")


def put_cookie(
    answer: HttpResponse,
    name: str,
    value: str,
    *,
    age: timedelta,
    is_secure: bool,
    httponly: bool = True,
) -> None:
    """Set a cookie of the whole site, ``SameSite=Lax``, in a quarter of ``set_cookie``'s time.

    Args:
        answer: what bears it.
        name: its name.
        value: letters, digits and ``-_`` only: nothing is quoted.
        age: how long the browser keeps it.
        is_secure: whether it goes over TLS alone.
        httponly: whether no script may read it.
    """
    facts, rest = _written(age, is_secure=is_secure, httponly=httponly)
    morsel = _Written()
    dict.update(morsel, facts)
    morsel.set(name, value, value)
    morsel.rest = rest
    answer.cookies[name] = morsel
