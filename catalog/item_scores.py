"""Item scores: how much stands behind a product, for everyone and for one viewer.

An endorsement weighs ``t · v · d · c``: its writer's trust, what it rests on, its age, and
less where the writer may earn. Those who stand close together (``catalog.item_circles``)
are one circle, and no circle counts for more than ``MOST_OF_A_CIRCLE``, however large. A
commission only ever lowers a weight, so nobody can buy a place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from catalog import item_stars
from catalog.item_circles import MOST_OF_A_CIRCLE, circles
from catalog.models import Endorsement, ItemScore, ScoreDue
from catalog.models.endorsement import STARS
from catalog.nearness import for_viewer
from kit import clock
from kit.after_commit import after_commit
from kit.locks import one_at_a_time
from people import trust_score

__all__ = ["Counted", "Said", "count", "counted", "due", "for_viewer", "mark"]

Verdict = Endorsement.Verdict

# v: kept past the return window counts whole. What may still go back counts somewhat less;
# what cost nothing, or next to nothing, or came as a present proves little.
KEPT, RECENT, GIVEN = 1.0, 0.6, 0.1
LEAST_PAID_MINOR = 500
# More than three people of one shop's praise at one phone, mailbox or door are one buyer.
MOST_AT_ONE_MARK = 3
HALVED_AFTER_DAYS = 365.0  # d: what was good a year ago says half as much of what is sold now
MAY_EARN = 0.7  # c

COUNTED_FOR = timedelta(days=1)
AT_ONCE = 500

# What every standing endorsement of these products weighs before trust and age.
FACTS = """
WITH mine AS MATERIALIZED (
  SELECT id, shop_id FROM catalog_product WHERE id = ANY(%(products)s)
), crowded AS MATERIALIZED (
  SELECT p.shop_id, mark FROM catalog_endorsement e
  JOIN catalog_product p ON p.id = e.product_id
  JOIN catalog_receipt r ON r.id = e.receipt_id, unnest(r.marks) mark
  WHERE p.shop_id IN (SELECT shop_id FROM mine) AND e.withdrawn_at IS NULL
    AND r.marks <> '{}'
  GROUP BY p.shop_id, mark HAVING count(DISTINCT e.person_id) > %(most_at_one_mark)s
)
SELECT e.id, e.product_id, e.person_id, e.verdict, e.visibility = 'everyone' AS is_public,
  CASE
    WHEN r.returned_at IS NOT NULL OR r.net_paid_minor < %(least_paid)s AND r.net_paid_minor > 0
      OR e.relation IN ('family', 'works')
      OR EXISTS (SELECT FROM shops_membership m
                 WHERE m.shop_id = mine.shop_id AND m.person_id = e.person_id)
      OR r.marks <> '{}' AND EXISTS (
        SELECT FROM crowded c WHERE c.shop_id = mine.shop_id AND c.mark = ANY(r.marks))
      THEN 0
    WHEN r.given_by_id IS NOT NULL OR r.net_paid_minor = 0 THEN %(given)s
    WHEN r.keeps_from <= %(now)s THEN %(kept)s
    ELSE %(recent)s
  END AS v, e.changed_at, e.earns, r.returned_at IS NULL
FROM catalog_endorsement e
JOIN mine ON mine.id = e.product_id
JOIN catalog_receipt r ON r.id = e.receipt_id
JOIN people_person w ON w.id = e.person_id AND w.is_active
WHERE e.withdrawn_at IS NULL AND e.visibility <> 'held'
ORDER BY e.product_id, e.person_id
"""

FRIENDS = """
SELECT low_id, high_id FROM people_friendship WHERE low_id = ANY(%(people)s)
UNION ALL
SELECT high_id, low_id FROM people_friendship WHERE high_id = ANY(%(people)s)
"""

FORGET_WEIGHTS = "DELETE FROM catalog_weight WHERE product_id = ANY(%(products)s)"

WRITE_WEIGHTS = """
INSERT INTO catalog_weight (endorsement_id, product_id, person_id, weight, circle)
SELECT * FROM unnest(%(endorsements)s::bigint[], %(of)s::bigint[], %(people)s::bigint[],
                     %(weights)s::float8[], %(circles)s::int[])
"""

WRITE_SCORES = """
INSERT INTO catalog_itemscore (product_id, score, groups, verified, raters, mean, counted_at)
SELECT *, %(now)s FROM unnest(%(products)s::bigint[], %(scores)s::float8[],
  %(groups)s::int[], %(verified)s::int[], %(raters)s::int[], %(means)s::float8[])
ON CONFLICT (product_id) DO UPDATE SET score = excluded.score, groups = excluded.groups,
  verified = excluded.verified, raters = excluded.raters, mean = excluded.mean,
  counted_at = excluded.counted_at
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One standing endorsement, with what it weighs before its circle's cap."""

    endorsement_id: int
    product_id: int
    person_id: int
    verdict: str
    is_public: bool
    weight: float
    is_kept: bool

    @property
    def stands_behind(self) -> bool:
        """Whether it is one of those that recommend the product to everyone."""
        return self.is_public and self.verdict == Verdict.YES


@dataclass(frozen=True, slots=True)
class Counted:
    """What ``ItemScore`` keeps of one product."""

    score: float = 0.0
    groups: int = 0
    verified: int = 0
    raters: int = 0
    mean: float = item_stars.PRIOR_STARS


def mark(product_id: int) -> None:
    """Have a product counted anew soon: something was said of it, or what it rests on changed."""
    ScoreDue.objects.create(product_id=product_id)
    after_commit("catalog.count_item", product_id)


def due(*, now: datetime) -> list[int]:
    """Return which products wait to be counted: what changed first, then what is a day old."""
    changed = ScoreDue.objects.order_by("pk").values_list("product", flat=True)[:AT_ONCE]
    first = list(dict.fromkeys(changed))
    old = ItemScore.objects.filter(counted_at__lte=now - COUNTED_FOR).order_by("counted_at")
    return first + list(old.values_list("pk", flat=True)[: AT_ONCE - len(first)])


@transaction.atomic
def count(product_ids: Collection[int]) -> None:
    """Count what stands behind these products, and write it down; ten statements at most."""
    products = sorted(set(product_ids))
    if not products:
        return
    # One after the other, or who read less might write last. Marks go first: what is marked
    # after this moment, by a transaction still open, keeps its mark.
    one_at_a_time("catalog:item_scores")
    ScoreDue.objects.filter(product__in=products).delete()
    now = clock.now()
    said = _said(products, now)
    near = friendships({one.person_id for one in said})
    of: dict[int, list[Said]] = {product: [] for product in products}
    for one in said:
        of[one.product_id].append(one)
    circle_of: dict[int, int] = {}
    found = []
    for product in products:
        behind = circles([one.person_id for one in of[product] if one.stands_behind], near)
        raters = circles([one.person_id for one in of[product]], near)
        circle_of |= {one.endorsement_id: behind.get(one.person_id, -1) for one in of[product]}
        found.append(counted(of[product], behind=behind, raters=raters))
    _write_weights(products, said, circle_of)
    _write_scores(products, found, now)


def _said(products: Sequence[int], now: datetime) -> list[Said]:
    with connection.cursor() as cursor:
        cursor.execute(
            FACTS,
            {
                "products": list(products),
                "now": now,
                "most_at_one_mark": MOST_AT_ONE_MARK,
                "least_paid": LEAST_PAID_MINOR,
                "kept": KEPT,
                "recent": RECENT,
                "given": GIVEN,
            },
        )
        rows = cursor.fetchall()
    trusted = trust_score.weights({row[2] for row in rows})
    return [
        Said(
            pk, product, person, verdict, public, _weight(trusted[person], v, at, earns, now), kept
        )
        for pk, product, person, verdict, public, v, at, earns, kept in rows
    ]


def _weight(t: float, v: object, said_at: datetime, earns: object, now: datetime) -> float:
    age_days = max(0.0, (now - said_at) / timedelta(days=1))
    fresh: float = 2.0 ** (-age_days / HALVED_AFTER_DAYS)
    return t * float(str(v)) * fresh * (MAY_EARN if earns else 1.0)


def friendships(people: Collection[int]) -> dict[int, set[int]]:
    """Return the friends of each of these people; one statement."""
    found: dict[int, set[int]] = {person: set() for person in people}
    if len(found) > 1:
        with connection.cursor() as cursor:
            cursor.execute(FRIENDS, {"people": list(found)})
            for person, friend in cursor.fetchall():
                found[person].add(friend)
    return found


def counted(
    said: Sequence[Said], *, behind: Mapping[int, int], raters: Mapping[int, int]
) -> Counted:
    """Return what stands behind one product.

    Args:
        said: every standing endorsement of it.
        behind: the circle of each person who recommends it to everyone.
        raters: the circle of each person who says anything of it. Stars come from all of
            them, friends' words and letters to the shop too, for nobody is named there.
    """
    for_it = _sums(behind, [one for one in said if one.stands_behind])
    return Counted(
        score=sum(min(weight, MOST_OF_A_CIRCLE) for weight in for_it.values()),
        groups=sum(1 for weight in for_it.values() if weight > 0),
        verified=sum(1 for one in said if one.stands_behind and one.is_kept and one.weight > 0),
        raters=sum(1 for one in said if one.weight > 0),
        mean=item_stars.mean(
            (raters[one.person_id], one.weight, STARS[Verdict(one.verdict)]) for one in said
        ),
    )


def _sums(circle_of: Mapping[int, int], said: Iterable[Said]) -> dict[int, float]:
    sums: dict[int, float] = defaultdict(float)
    for one in said:
        sums[circle_of[one.person_id]] += one.weight
    return sums


def _write_weights(
    products: Sequence[int], said: Sequence[Said], circle_of: Mapping[int, int]
) -> None:
    columns: dict[str, Any] = {
        "endorsements": [one.endorsement_id for one in said],
        "of": [one.product_id for one in said],
        "people": [one.person_id for one in said],
        "weights": [one.weight for one in said],
        "circles": [circle_of[one.endorsement_id] for one in said],
    }
    with connection.cursor() as cursor:
        cursor.execute(FORGET_WEIGHTS, {"products": list(products)})
        cursor.execute(WRITE_WEIGHTS, columns)


def _write_scores(products: Sequence[int], found: Sequence[Counted], now: datetime) -> None:
    columns: dict[str, Any] = {
        "products": list(products),
        "scores": [one.score for one in found],
        "groups": [one.groups for one in found],
        "verified": [one.verified for one in found],
        "raters": [one.raters for one in found],
        "means": [one.mean for one in found],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE_SCORES, columns)
