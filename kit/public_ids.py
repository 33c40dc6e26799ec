"""Names that rows show to the world: random, unguessable, easy to read aloud."""

from __future__ import annotations

import re
import secrets
import unicodedata

# Crockford's base 32 leaves out I, L, O and U, which people misread or read as words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10  # 50 bits: ten million rows leave a guess one chance in a hundred million

PATTERN = f"[{ALPHABET}{ALPHABET.lower()[10:]}]{{{LENGTH}}}"


def public_id() -> str:
    """Return a new random id of 10 characters of Crockford's base 32."""
    # 32 signs: five bits of each byte choose one of them, all equally likely.
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(LENGTH))


# As people copy them: one run of ten signs, or two of five that were read out apart.
_WRITTEN = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{5})[ -]?([0-9A-Za-z]{5})(?![0-9A-Za-z])")
_MISREAD = str.maketrans("OIL", "011")


def ids_in(text: str) -> list[str]:
    """Return what may be ids in a pasted or typed text, the likeliest first.

    Full-width signs and small letters are read as what they look like, and as Crockford
    has it O as 0, I and L as 1. Words of ten letters can look like ids, so that those
    with a figure in them come first; whether there is such a row, its room must say.
    """
    pairs = _WRITTEN.findall(unicodedata.normalize("NFKC", text))
    written = ["".join(pair).upper().translate(_MISREAD) for pair in pairs]
    likely = dict.fromkeys(one for one in written if set(one) <= set(ALPHABET))
    return sorted(likely, key=str.isalpha)


class PublicIdConverter:
    """``<public_id:name>`` in a URL; small letters are read as capital ones."""

    regex = PATTERN

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value
