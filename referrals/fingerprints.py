"""Fingerprints: telling that two contacts are one without keeping either."""

from __future__ import annotations

import hashlib
import unicodedata

from django.conf import settings

# Mailboxes that ignore dots in the name before the @.
DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def of(*, phone: str = "", email: str = "") -> frozenset[str]:
    """Return keyed fingerprints of a phone (E.164) and an e-mail address, as far as given."""
    facts = {("phone", phone.strip()), ("email", _mailbox(email))}
    return frozenset(_keyed(kind, fact) for kind, fact in facts if fact)


def of_door(address: str) -> str:
    """Return the keyed fingerprint of a door, however its address is spaced and punctuated."""
    written = unicodedata.normalize("NFKC", address).casefold()
    return _keyed("door", "".join(sign for sign in written if sign.isalnum()))


def _mailbox(email: str) -> str:
    """Return the mailbox an address reaches: no capitals, no ``+tag``, no idle dots."""
    name, at, domain = email.strip().lower().rpartition("@")
    if not at:
        return ""
    name = name.partition("+")[0] or name
    if domain in DOTLESS:
        name, domain = name.replace(".", ""), "gmail.com"
    return f"{name}@{domain}"


def _keyed(kind: str, fact: str) -> str:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"wd fingerprint").digest()
    return hashlib.blake2b(f"{kind}:{fact}".encode(), key=key, digest_size=16).hexdigest()
