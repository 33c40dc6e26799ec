"""The token of a page's forms, drawn in one go: Django draws each letter by itself."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import Any

from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH

SIGNS = len(CSRF_ALLOWED_CHARS)
# Bytes from here on would make the first signs likelier than the others.
FAIR = 256 - 256 % SIGNS
PLACES = {sign: place for place, sign in enumerate(CSRF_ALLOWED_CHARS)}


def form_token(environ: MutableMapping[str, Any]) -> str:
    """Return the masked token of a request's forms, and have its cookie sent.

    ``environ`` is ``request.META``. What stands in it afterwards is what
    ``django.middleware.csrf.get_token`` leaves there, and its middleware reads.
    """
    secret = environ.get("CSRF_COOKIE")
    if secret is None:
        secret = environ["CSRF_COOKIE"] = _drawn()
    environ["CSRF_COOKIE_NEEDS_UPDATE"] = True
    mask = _drawn()
    pairs = zip(secret, mask, strict=True)
    hidden = [CSRF_ALLOWED_CHARS[(PLACES[one] + PLACES[other]) % SIGNS] for one, other in pairs]
    return mask + "".join(hidden)


def _drawn() -> str:
    """Return 32 random signs, each as likely as any other."""
    signs: list[str] = []
    while len(signs) < CSRF_SECRET_LENGTH:
        signs += [CSRF_ALLOWED_CHARS[byte % SIGNS] for byte in os.urandom(48) if byte < FAIR]
    return "".join(signs[:CSRF_SECRET_LENGTH])
