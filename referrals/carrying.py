"""Carrying: a visit that may leave no cookie goes along in the addresses its pages lead to."""

from __future__ import annotations

import re
from functools import lru_cache

from django.urls import Resolver404, resolve

from referrals import consent

PARAMETER = "r"

# The doors that read it: other pages have no use for it, and need not know.
DOORS = frozenset({"referrals:product", "shop_door:shop"})

# A link of ours up to its query. What a page says of itself, as its canonical address, is no
# <a>, and stays everybody's.
LINK = re.compile(rb'(<a\b[^>]*?\shref=")(/[^"?#]*)(\?[^"#]*)?')
HAS_IT = re.compile(rb"[?&;]r=")


def read(value: str) -> str:
    """Return what an address carries, written as we would; empty when it proves nothing."""
    return consent.joined(value, "") if value else ""


def address(path: str, carried: str) -> str:
    """Return the address of a door, with the visit if there is one to carry."""
    return f"{path}?{PARAMETER}={carried}" if carried else path


def along(page: bytes, carried: str) -> bytes:
    """Return a page whose links to products and shops carry the visit.

    ``carried`` is signed by us, and made of letters, digits, ``-`` and ``_``.
    """
    word = f"{PARAMETER}={carried}".encode("ascii")
    return LINK.sub(lambda link: _with(link, word), page)


def _with(link: re.Match[bytes], word: bytes) -> bytes:
    before, path, query = link[1], link[2], link[3] or b""
    if HAS_IT.search(query) or not _is_door(path.decode(errors="replace")):
        return link[0]
    return before + path + (query + b"&amp;" if query else b"?") + word


@lru_cache(maxsize=2_000)
def _is_door(path: str) -> bool:
    try:
        return resolve(path).view_name in DOORS
    except Resolver404:
        return False
