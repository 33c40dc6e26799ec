"""How long a product page asks who of 200 endorsers stands near a viewer with 150 friends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

import numpy as np
from django.db import connection

from bench import world
from catalog import item_scores, nearness, witnesses
from catalog.models import Endorsement, Product, Receipt, Variant
from kit import clock
from kit.public_ids import public_id
from people.models import Friendship, Person

ENDORSERS, VIEWERS, FRIENDS = 200, 50, 150
NEARBY = 4000  # friends of both come from as many people, so that many are shared
GOAL_MS = 15.0
ROUNDS = 8


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Yield the time of the query, of the whole list of a page, and of counting the product."""
    built = world.build(scale)
    product, viewers = _prepared(built)
    counting = _timed(lambda _viewer: item_scores.count([product.pk]), viewers[:10])
    asked = _timed(lambda viewer: nearness.voices(viewer.pk, [product.pk]), viewers * ROUNDS)
    shown = _timed(lambda viewer: witnesses.seen_by(viewer, product.pk), viewers * ROUNDS)
    shelf = [product.pk, *range(built.first_product, built.first_product + 23)]
    scored = _timed(lambda viewer: item_scores.for_viewer(viewer.pk, shelf), viewers * ROUNDS)
    heard = nearness.voices(viewers[0].pk, [product.pk])
    yield {
        "value": _p99(asked),
        "unit": "ms",
        "against": f"goal of {GOAL_MS:.0f} ms",
        "ratio": round(_p99(asked) / GOAL_MS, 2),
        "p99_ms": _p99(asked),
        "median_ms": round(median(asked), 2),
        "page_list_p99_ms": _p99(shown),
        "shelf_of_24_p99_ms": _p99(scored),
        "count_item_p99_ms": _p99(counting),
        "endorsers": len(heard),
        "who_share_friends": sum(1 for one in heard if one.shared),
        "friends_each": FRIENDS,
        "sides": 2 * built.friendships,
    }


def _timed(ask: Callable[[Person], object], viewers: list[Person]) -> list[float]:
    ask(viewers[0])  # the plan, the pages of the index
    took = []
    for viewer in viewers:
        began = time.perf_counter()
        ask(viewer)
        took.append((time.perf_counter() - began) * 1000)
    return took


def _p99(took: list[float]) -> float:
    return round(quantiles(took, n=100)[98], 2)


def _prepared(built: world.World) -> tuple[Product, list[Person]]:
    """Let two hundred people who know many speak for one product, and fifty look at it."""
    chance = np.random.default_rng(11)
    first = built.first_person + built.people // 3
    nearby = [first + int(one) for one in chance.permutation(min(NEARBY, built.people // 2))]
    chosen, others = nearby[: ENDORSERS + VIEWERS], nearby[ENDORSERS + VIEWERS :]
    since = clock.now() - timedelta(days=90)
    pairs = {
        (min(person, friend), max(person, friend))
        for person in chosen
        for friend in (others[int(n)] for n in chance.permutation(len(others))[:FRIENDS])
    }
    rows = [Friendship(low_id=low, high_id=high, since=since) for low, high in sorted(pairs)]
    Friendship.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)
    product = Product.objects.get(pk=built.first_product + built.products // 2)
    Endorsement.objects.filter(product=product).delete()
    _speak(product, chosen[:ENDORSERS])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_friendship, catalog_endorsement, catalog_receipt")
        item_scores.count([product.pk])
        # As autovacuum leaves them: the index alone answers.
        cursor.execute("VACUUM ANALYZE people_friendship, catalog_endorsement, catalog_weight")
    return product, list(Person.objects.filter(pk__in=chosen[ENDORSERS:]))


def _speak(product: Product, people: list[int]) -> None:
    now = clock.now()
    variant = Variant.objects.filter(product=product).first()
    receipts = [
        Receipt(
            line_key=f"bench:{person}",
            person_id=person,
            product=product,
            variant=variant,
            quantity=1,
            net_paid_minor=6800,
            received_at=now - timedelta(days=30),
            keeps_from=now - timedelta(days=23),
        )
        for person in people
    ]
    kept = Receipt.objects.bulk_create(receipts)
    said = [
        Endorsement(
            public_id=public_id(),
            person_id=person,
            product=product,
            receipt=receipt,
            verdict=Endorsement.Verdict.YES,
            visibility=Endorsement.Visibility.EVERYONE,
        )
        for person, receipt in zip(people, kept, strict=True)
    ]
    Endorsement.objects.bulk_create(said)
