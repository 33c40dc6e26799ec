"""Opening a shop: its sign, its owner and its first terms, all at once."""

from __future__ import annotations

import re
import secrets

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from audit.recording import record
from people.models import Person
from shops.handles import is_reserved
from shops.models import Membership, Shop, Terms

LONGEST_SUGGESTION = 24
SOUNDS = ("b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "w", "y", "z")
VOWELS = ("a", "e", "i", "o", "u")


class HandleTaken(Exception):
    """The address belongs to another shop, or to the house."""


@transaction.atomic
def open_shop(
    *, owner: Person, name: str, handle: str, theme: str, language: str = "zh-hans"
) -> Shop:
    """Open a shop with its owner as staff and the house's default terms.

    Raises:
        HandleTaken: nothing was written.
    """
    if is_reserved(handle):
        raise HandleTaken(handle)
    try:
        with transaction.atomic():
            shop = Shop.objects.create(
                owner=owner, name=name, handle=handle, theme=theme, language=language
            )
    except IntegrityError as refused:
        if not Shop.objects.filter(handle=handle).exists():
            raise
        raise HandleTaken(handle) from refused
    Membership.objects.create(shop=shop, person=owner, role=Membership.Role.OWNER)
    Terms.objects.create(shop=shop)
    record(
        actor=f"person:{owner.pk}",
        act="shop.opened",
        subject=f"shop:{shop.pk}",
        after={"handle": handle, "name": name},
    )
    return shop


def suggest_handle(name: str) -> str:
    """Return a free address that resembles ``name``, or is easy to say when nothing can.

    Nobody holds it: ``open_shop`` may still answer that it was taken.
    """
    # One dash at a time: two in the third place would be punycode, which nobody may have.
    wished = re.sub("[-_]+", "-", slugify(name)).strip("-")[:LONGEST_SUGGESTION].strip("-")
    suggestion = wished if len(wished) >= 3 else _spoken()
    while is_reserved(suggestion) or Shop.objects.filter(handle=suggestion).exists():
        suggestion = f"{wished}-{_spoken(1)}{secrets.randbelow(90) + 10}" if wished else _spoken()
    return suggestion


def _spoken(syllables: int = 3) -> str:
    """Return a word nobody has to spell out: ``kadomu``."""
    return "".join(secrets.choice(SOUNDS) + secrets.choice(VOWELS) for _ in range(syllables))
