"""Names that rows show to the world: random, unguessable, easy to read aloud."""

from __future__ import annotations

import secrets

# Crockford's base 32 leaves out I, L, O and U, which people misread or read as words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10  # 50 bits: ten million rows leave a guess one chance in a hundred million

PATTERN = f"[{ALPHABET}{ALPHABET.lower()[10:]}]{{{LENGTH}}}"


def public_id() -> str:
    """Return a new random id of 10 characters of Crockford's base 32."""
    # 32 signs: five bits of each byte choose one of them, all equally likely.
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(LENGTH))


class PublicIdConverter:
    """``<public_id:name>`` in a URL; small letters are read as capital ones."""

    regex = PATTERN

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value
