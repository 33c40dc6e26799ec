"""Search: every word found in Chinese or English, friends' picks first, near misses after."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from catalog import words
from catalog.item_scores import for_viewer
from catalog.models import Product
from discovery.narrowing import ANYTHING, FRIENDS, Narrow
from discovery.shown import FRIENDS_PICKS, SHOWN, Place, as_everybody, eyes_of
from people.models import Person

# Longer questions are cut: a title has 80 signs, and twelve words pin down any product.
MOST_SIGNS = 80
MOST_WORDS = 12

# Ten pages of 24. It bounds the reading and sorting: of a common word as many are looked at
# as the newest so many lie deep, 5 ms for each thousand; the page says "more than 240" beyond.
MOST_FOUND = 240
MOST_NEAR = 24
MOST_TERMS = 6

# Of near misses no more are looked at, of whatever state: the first few hundred on sale do.
MOST_LOOKED_AT = 2_400

# Two pages among friends stand in the order of what weighs for the viewer; what comes after,
# in that of how many friends recommend it. It bounds whose friendships are looked at.
MOST_WEIGHED = 48

# Half a word's letter triples must be in the title for it to be *near*: one wrong or
# missing letter in a word of six passes, two do not.
LEAST_CLOSENESS = 0.45

# A word is offered when half of its letters are those typed, in their order.
LEAST_LIKENESS = 0.5

# What stands behind a product, as ``catalog.item_scores`` counts it, moves it up among those
# the words fit as well, by half at most: nobody is found for what they were not looked for.
BY_SCORE = "fit * (1 + least(backing, 5.0) / 10.0)"

# Friends come before the closeness of words, because their word is what a shopper came
# for; then how well the words fit, then the newest. What a product pays a sharer is not asked.
ORDERS = {
    "best": "in_stock DESC, by_friend DESC, voices DESC,"
    f" {BY_SCORE} DESC, published_at DESC, id DESC",
    "new": "in_stock DESC, published_at DESC, id DESC",
    "cheap": "in_stock DESC, least_minor, by_friend DESC, id DESC",
    "dear": "in_stock DESC, least_minor DESC, by_friend DESC, id DESC",
}

# Friends' picks are matched apart from the newest matches, so that the bound on the
# sorting never drops one. Among friends there is nothing but their picks.
RANKING = f"""
WITH picks AS MATERIALIZED ({FRIENDS_PICKS}),
near AS MATERIALIZED ({{near}}),
matches AS MATERIALIZED (
  (SELECT p.id, p.published_at, p.search, p.title FROM {SHOWN}
   AND {{hit}} AND {{narrow}} AND p.id IN (SELECT product_id FROM picks))
  UNION ALL
  (SELECT p.id, p.published_at, p.search, p.title FROM {SHOWN}
   AND {{hit}} AND {{narrow}} AND {{beyond}} AND p.id NOT IN (SELECT product_id FROM picks)
   ORDER BY p.published_at DESC LIMIT %(most)s)
)
SELECT m.id, picks.endorsement_id, picks.product_id IS NOT NULL AS by_friend, m.in_stock FROM (
  SELECT m.id, m.published_at, {{fit}} AS fit, offer.least_minor, offer.in_stock
  FROM matches m CROSS JOIN LATERAL (
    SELECT min(price_minor) AS least_minor, max(available) > 0 AS in_stock
    FROM catalog_variant WHERE product_id = m.id AND is_offered
  ) offer
) m LEFT JOIN picks ON picks.product_id = m.id
CROSS JOIN LATERAL (
  SELECT coalesce(picks.people, 0) AS voices, coalesce(
    (SELECT score FROM catalog_itemscore WHERE product_id = m.id), 0) AS backing
) heard
ORDER BY {{order}}
LIMIT %(most)s
"""  # noqa: S608 -- made of this room's own constants

# All words must be there; the last may be unfinished, as in "gift bo", and what is typed by
# its sound may be broken up, as in "feng mi". It stands in the query in full, because the
# planner has to see how common the words are.
ALL_WORDS = (
    "(plainto_tsquery('simple', %(all)s)"
    " || (plainto_tsquery('simple', %(but_last)s) && to_tsquery('simple', %(last)s))"
    " || to_tsquery('simple', %(joined)s))"
)
ANY_WORD = "to_tsquery('simple', %(any)s)"

# Two walks of two indexes. Asked as one condition, or bounded and sifted where they stand,
# the planner would read title after title in the hope of coming across enough. What the
# database's locale takes for no letters at all has no triples, and resembles nothing.
NEAR_IDS = f"""
  WITH by_letters AS MATERIALIZED (
    SELECT id, state FROM catalog_product
    WHERE title %%> %(typed)s AND cardinality(show_trgm(%(typed)s)) > 0
    LIMIT %(most_looked_at)s
  ),
  by_words AS MATERIALIZED (
    SELECT id, state FROM catalog_product WHERE search @@ {ANY_WORD}
    LIMIT %(most_looked_at)s
  )
  (SELECT id FROM by_letters WHERE state = 'live' LIMIT %(most_near)s)
  UNION
  (SELECT id FROM by_words WHERE state = 'live' LIMIT %(most_near)s)
"""  # noqa: S608 -- made of this room's own constants

# The planner takes comparing letters to be as cheap as comparing numbers: left to itself it
# reads every title, 0.3 s for 60,000 of them where the indexes need 0.02.
BY_INDEX = """
SELECT set_config('pg_trgm.word_similarity_threshold', %s, true),
       set_config('enable_seqscan', 'off', true)
"""

EXACT = {
    "near": "SELECT 0",
    "hit": f"p.search @@ {ALL_WORDS}",
    "fit": f"ts_rank(m.search, {ALL_WORDS})",
}
NEAR = {
    "near": NEAR_IDS,
    "hit": "p.id IN (TABLE near)",
    "fit": "word_similarity(%(typed)s, m.title)",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody typed, cut to a reasonable length, and its words."""

    typed: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Places in order; ``is_near`` when nothing matched and these only come close."""

    places: list[Place]
    by_friends: int
    is_near: bool
    terms: list[str]


def read(text: str) -> Question:
    """Read what was typed, whatever it is; a question may have no words at all."""
    typed = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    typed = typed[:MOST_SIGNS]
    return Question(typed, tuple(dict.fromkeys(words.cut(typed)))[:MOST_WORDS])


def find(
    viewer: Person | None,
    question: Question,
    *,
    order: str = "best",
    narrow: Narrow = ANYTHING,
    eyes: dict[str, Any] | None = None,
) -> Found:
    """Return what the words find, or what comes near them when they find nothing.

    Args:
        viewer: whose friends go first and whose blocked people stay out.
        question: from ``read``; one without words finds nothing.
        order: a key of ``ORDERS``.
        narrow: what the answer is limited to; a limited one has no near misses.
        eyes: the viewer's, where the caller knows them.
    """
    if not question.words:
        return Found([], 0, is_near=False, terms=[])
    eyes = eyes or eyes_of(viewer)
    if not narrow.asks_for_friends:
        eyes = as_everybody(viewer, eyes)
    parameters = eyes | narrow.parameters() | parameters_of(question)
    rows = _ask(EXACT, parameters, order=order, narrow=narrow)
    if narrow.among == FRIENDS and order == "best":
        rows = _weighed(viewer, rows)
    if rows or narrow.is_narrow:
        return _found(rows, is_near=False, terms=[])
    near = _near(parameters, order=order)
    return _found(near, is_near=True, terms=_terms(question, near))


def _near(parameters: dict[str, Any], *, order: str) -> list[Place]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(BY_INDEX, [str(LEAST_CLOSENESS)])
        return _ask(NEAR, {**parameters, "most": MOST_NEAR}, order=order, narrow=ANYTHING)


def _found(rows: list[Place], *, is_near: bool, terms: list[str]) -> Found:
    return Found(rows, sum(place.by_friend for place in rows), is_near, terms)


def parameters_of(question: Question) -> dict[str, Any]:
    """Return a question as ``ALL_WORDS`` and ``ANY_WORD`` take it."""
    everything = " ".join(question.words)
    *before, last = question.words
    # Only letters and digits may stand in a quoted beginning; other words stay whole.
    may_be_unfinished = last.isalnum()
    plain = [word for word in question.words if word.isalnum()]
    # A Chinese word is often one sign off; what begins with its first sign comes near.
    starts = [word[0] for word in plain if len(word) > 1 and not word.isascii()]
    sounds_like = len(question.words) > 1 and all(
        word.isascii() and word.isalpha() for word in question.words
    )
    return {
        "typed": words.plain(question.typed),
        "all": everything,
        "but_last": " ".join(before) if may_be_unfinished else everything,
        "last": f"'{last}':*" if may_be_unfinished else "",
        "joined": f"'{''.join(question.words)}':*" if sounds_like else "",
        "any": " | ".join(f"'{word}':*" for word in [*plain, *starts]),
        "most": MOST_FOUND,
        "most_near": 10 * MOST_NEAR,
        "most_looked_at": MOST_LOOKED_AT,
    }


def _ask(
    parts: dict[str, str], parameters: dict[str, Any], *, order: str, narrow: Narrow
) -> list[Place]:
    query = RANKING.format(
        **parts,
        order=ORDERS[order],
        narrow=narrow.conditions(),
        beyond="false" if narrow.among == FRIENDS else "true",
    )
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [
            Place(product_id, endorsement_id, by_friend, in_stock=in_stock)
            for product_id, endorsement_id, by_friend, in_stock in cursor.fetchall()
        ]


def _weighed(viewer: Person | None, rows: list[Place]) -> list[Place]:
    """Put what weighs most for this viewer first: friends in full, no group above its cap.

    What cannot be bought stays behind, and a viewer who wants no personal order keeps the
    other; one statement.
    """
    if viewer is None or not viewer.personalised or not rows:
        return rows
    first = rows[:MOST_WEIGHED]
    weighs = for_viewer(viewer.pk, [place.product_id for place in first])
    first.sort(key=lambda place: (not place.in_stock, -weighs[place.product_id]))
    return first + rows[MOST_WEIGHED:]


def _terms(question: Question, near: Sequence[Place]) -> list[str]:
    """Return words of near titles that share something with what was typed, closest first."""
    ids = [place.product_id for place in near]
    titles = Product.objects.filter(pk__in=ids).values_list("title", flat=True)
    known = sorted({word for title in titles for word in words.cut(title)})
    worth = [word for word in known if word.isalnum() and (len(word) > 1 or not word.isascii())]
    close = [
        (difflib.SequenceMatcher(None, typed, word).ratio(), word)
        for typed in question.words
        for word in worth
    ]
    best = sorted(((ratio, word) for ratio, word in close if ratio >= LEAST_LIKENESS), reverse=True)
    return list(dict.fromkeys(word for _ratio, word in best))[:MOST_TERMS]
