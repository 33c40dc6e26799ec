"""Words: Chinese text cut into what people search for, and what a product is found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import chain, pairwise

import opencc
import pypinyin
import rjieba
from django.contrib.postgres.search import CombinedSearchVector, SearchVector, SearchVectorField
from django.db.models import F, Func, Value
from django.db.models.expressions import Combinable

RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


def plain(text: str) -> str:
    """Return ``text`` in small letters, one Unicode form and simplified Chinese.

    Full-width letters and digits become plain ones, so that whoever types on a keyboard of
    elsewhere finds the same.
    """
    small = unicodedata.normalize("NFKC", text).casefold()
    return small if small.isascii() else str(_simplifier().convert(small))


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def cut(text: str) -> list[str]:
    """Return the words of ``text`` in its plain form, signs left out.

    A long Chinese word also gives the shorter ones inside it.
    """
    return [word for word in rjieba.cut_for_search(plain(text)) if any(map(str.isalnum, word))]


def sounds(text: str) -> list[str]:
    """Return how the Chinese of ``text`` is typed by its sound, without tones.

    Each word, each two words side by side and each whole run, in full (``fengmi``) and, of
    two signs and more, by first letters (``fm``).
    """
    return list(dict.fromkeys(chain.from_iterable(map(_sounds_of_run, RUN.findall(plain(text))))))


def _sounds_of_run(run: str) -> Iterator[str]:
    words = rjieba.cut(run)
    inner = [word for word in rjieba.cut_for_search(run) if word not in words]
    together = [first + second for first, second in pairwise(words)]
    for piece in [*words, *inner, *together, run]:
        syllables = pypinyin.lazy_pinyin(piece, errors="ignore")
        yield "".join(syllables)
        if len(syllables) > 1:
            yield "".join(syllable[0] for syllable in syllables)


def vector(*, title: str, shop_name: str, description: str) -> Combinable:
    """Return what ``Product.search`` holds: title above shop above description above sounds."""
    return (
        _weighed(cut(title), "A")
        + _weighed(cut(shop_name), "B")
        + _weighed(cut(description), "C")
        + _weighed(sounds(title), "D")
    )


def renamed(*, shop_name: str) -> Combinable:
    """Return ``Product.search`` with another name of its shop, the product's words as they were.

    The shop's name is all that has weight B, so a statement over all goods of a shop needs
    to read none of them.
    """
    own = Func(
        F("search"), Value("{a,c,d}"), function="ts_filter", output_field=SearchVectorField()
    )
    return CombinedSearchVector(own, "||", _weighed(cut(shop_name), "B"), None)


def of_name(name: str) -> Combinable:
    """Return what a name by itself is found by: its words, then its sounds."""
    return _weighed(cut(name), "A") + _weighed(sounds(name), "D")


def _weighed(words: list[str], weight: str) -> SearchVector:
    # The cutting is done here, so PostgreSQL only splits at blanks and keeps each word as it is.
    return SearchVector(Value(" ".join(words)), config="simple", weight=weight)
