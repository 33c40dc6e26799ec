"""The token of a page's forms, drawn in one go: Django draws each letter by itself."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import Any

from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH

SIGNS = len(CSRF_ALLOWED_CHARS)
# Bytes from here on would make the first signs likelier than the others.
FAIR = 256 - 256 % SIGNS
UNFAIR = bytes(range(FAIR, 256))
SIGN_OF_BYTE = bytes(ord(CSRF_ALLOWED_CHARS[byte % SIGNS]) for byte in range(256))
# What a secret's sign becomes under a mask's: looked up, for the sum takes three times as long.
HIDDEN = {
    (one, other): CSRF_ALLOWED_CHARS[(place + further) % SIGNS]
    for place, one in enumerate(CSRF_ALLOWED_CHARS)
    for further, other in enumerate(CSRF_ALLOWED_CHARS)
}


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
    return mask + "".join(map(HIDDEN.__getitem__, zip(secret, mask, strict=True)))


def _drawn() -> str:
    """Return 32 random signs, each as likely as any other."""
    signs = b""
    while len(signs) < CSRF_SECRET_LENGTH:
        signs += os.urandom(48).translate(SIGN_OF_BYTE, UNFAIR)
    return signs[:CSRF_SECRET_LENGTH].decode()
