"""Brand words: which registered brands a text names, however they are written."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.db.models import F, Value
from django.db.models.functions import StrIndex

from catalog.models import BrandWord

# Letters of other alphabets that look like ours, in small letters: Cyrillic, then Greek.
LOOKALIKES = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455"
    "\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abekmhopctyxijsaeikvoptux",
)
FIRST_MARK, LAST_MARK = "\u0300", "\u036f"  # accents; signs of other scripts are letters of theirs
BETWEEN_LETTERS = r"(?:[^\w\s]|_)*"  # n.i-k_e
BETWEEN_WORDS = r"[^a-z0-9\n]*"  # Jack & Jones, JackJones
SPELLED_OUT = r"[^a-z0-9\n]+"  # n i k e
SHORTEST_SPELLED = 3  # two single letters stand side by side in any sentence


def plain(text: str) -> str:
    """Return ``text`` without what only looks different.

    Full width, capitals, accents, signs that take no room, and letters borrowed from another
    alphabet are all read as the plain letter.
    """
    apart = unicodedata.normalize("NFKD", text)
    seen = "".join(
        sign
        for sign in apart
        if not FIRST_MARK <= sign <= LAST_MARK and unicodedata.category(sign) != "Cf"
    )
    return unicodedata.normalize("NFKC", seen).casefold().translate(LOOKALIKES)


def tight(text: str) -> str:
    """Return the letters and digits of ``text`` alone, in plain form."""
    return "".join(filter(str.isalnum, plain(text)))


def named_in(text: str) -> dict[int, str]:
    """Return which verified brands ``text`` names: the brand's id, and the spelling found.

    One question. What stands in the text letter by letter is asked of the database, what is a
    word of its own is seen here.
    """
    letters = tight(text)
    if not letters:
        return {}
    near = BrandWord.objects.annotate(place=StrIndex(Value(letters), F("plain")))
    found = near.filter(place__gt=0).order_by("-pk").values_list("brand_id", "words")
    return {brand_id: word for brand_id, word in found if stands_in(word, plain(text))}


def stands_in(word: str, plain_text: str) -> bool:
    """Whether a brand's ``word`` stands in a text that is plain already."""
    pattern = _pattern(word)
    return pattern is not None and pattern.search(plain_text) is not None


@lru_cache(maxsize=1000)
def _pattern(word: str) -> re.Pattern[str] | None:
    letters = tight(word)
    if not letters:
        return None
    if not letters.isascii():
        return re.compile(r"(?:[^\w\n]|_)*".join(map(re.escape, letters)))
    pieces = re.findall(r"[a-z0-9]+", plain(word))
    ways = [BETWEEN_WORDS.join(BETWEEN_LETTERS.join(piece) for piece in pieces)]
    if len(letters) >= SHORTEST_SPELLED:
        ways.append(SPELLED_OUT.join(letters))
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(ways)})(?![a-z0-9])")
