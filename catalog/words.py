"""Words: Chinese text cut into what people search for, and what a product is found by."""

from __future__ import annotations

import unicodedata

import rjieba
from django.contrib.postgres.search import CombinedSearchVector, SearchVector, SearchVectorField
from django.db.models import F, Func, Value
from django.db.models.expressions import Combinable


def cut(text: str) -> list[str]:
    """Return the words of ``text``, in small letters and one Unicode form, signs left out.

    A long Chinese word also gives the shorter ones inside it. Full-width letters and
    digits are read as plain ones.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [word for word in rjieba.cut_for_search(plain) if any(map(str.isalnum, word))]


def vector(*, title: str, shop_name: str, description: str) -> Combinable:
    """Return what ``Product.search`` holds: title above shop above description."""
    return _weighed(title, "A") + _weighed(shop_name, "B") + _weighed(description, "C")


def renamed(*, shop_name: str) -> Combinable:
    """Return ``Product.search`` with another name of its shop, the product's words as they were.

    The shop's name is all that has weight B, so a statement over all goods of a shop needs
    to read none of them.
    """
    own = Func(F("search"), Value("{a,c}"), function="ts_filter", output_field=SearchVectorField())
    return CombinedSearchVector(own, "||", _weighed(shop_name, "B"), None)


def _weighed(text: str, weight: str) -> SearchVector:
    # The cutting is done here, so PostgreSQL only splits at blanks and keeps each word as it is.
    return SearchVector(Value(" ".join(cut(text))), config="simple", weight=weight)
