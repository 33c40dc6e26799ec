"""A town of fifty thousand, and what may be planted into it: rings, leaves, goods they praise."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from bench.filling import fill, stage
from bench.world import COMMUNITY, friend_pairs
from catalog import item_scores
from catalog.models import Endorsement, ItemScore, Product, Receipt, Variant
from kit import clock
from people import trust_run
from people.models import AccountTrust, Person, TrustRun
from shops.models import Membership, Shop
from tests.people import streets

PEOPLE, FRIENDS_EACH, SEEDS = 50_000, 20, 150


@dataclass
class Town:
    """The people in the order of their communities, and a shop; chance is always the same."""

    now: datetime
    ids: list[int]
    shop: Shop
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(11))

    def run(self) -> TrustRun:
        """Work out trust as the night does; it must be published."""
        done = trust_run.run(now=self.now)
        assert done.state == TrustRun.State.PUBLISHED, done.reason
        return done

    def some(self, count: int, *, among: Sequence[int] | None = None) -> list[int]:
        """Draw so many different people."""
        drawn = self.chance.choice(np.asarray(among or self.ids), count, replace=False)
        return [int(one) for one in drawn]

    def strangers(self, count: int, *, days: int = 400) -> list[int]:
        """Let people sign up, so many days ago."""
        return streets.people(count, joined_at=self.now - timedelta(days=days), name="马甲")

    def ring(self, size: int, *, real_friends: int, days: int = 100, ties: int = 20) -> list[int]:
        """Plant accounts of one hand who befriend each other and so many honest people.

        ``ties`` is how many of their own each befriends: more make the ring look livelier,
        and keep more of what reaches it apart.
        """
        members = self.strangers(size)
        apart = range(1, ties // 2 + 1)
        pairs = [(members[at], members[(at + step) % size]) for at in range(size) for step in apart]
        fooled = self.some(real_friends)
        pairs += [(members[at % size], honest) for at, honest in enumerate(fooled)]
        streets.befriend(pairs, since=self.now - timedelta(days=days))
        return members

    def item(
        self,
        people: Collection[int],
        *,
        verdict: str = "yes",
        earns: bool = False,
        returned: bool = False,
        marks: Sequence[str] = (),
        product_id: int = 0,
    ) -> int:
        """Let these people speak for one product, each of whom bought it and kept it."""
        product_id = product_id or self._product()
        variant = Variant.objects.get(product=product_id).pk
        stage("town_said", {"person": np.asarray(sorted(people), np.int64)})
        given: dict[str, Any] = {"now": self.now, "marks": list(marks)}
        key = f"'{product_id}:{verdict}:' || person"
        fill(
            Receipt,
            source="town_said",
            columns={
                "line_key": key,
                "person_id": "person",
                "product_id": str(product_id),
                "variant_id": str(variant),
                "quantity": "1",
                "net_paid_minor": "6800",
                "received_at": "%(now)s - make_interval(days => 20)",
                "keeps_from": "%(now)s - make_interval(days => 13)",
                "returned_at": "%(now)s" if returned else "NULL::timestamptz",
                "marks": "%(marks)s::varchar[]",
            },
            given=given,
        )
        fill(
            Endorsement,
            source=f"town_said JOIN catalog_receipt r ON r.line_key = {key}",
            columns={
                "public_id": "upper(substr(md5(r.id::text), 1, 10))",
                "person_id": "person",
                "product_id": str(product_id),
                "receipt_id": "r.id",
                "verdict": f"'{verdict}'",
                "words": "'好'",
                "visibility": "'everyone'" if verdict != "no" else "'vendor'",
                "earns": str(earns).lower(),
                "created_at": "%(now)s",
                "changed_at": "%(now)s",
            },
            given=given,
        )
        return product_id

    def _product(self) -> int:
        product = Product.objects.create(
            shop=self.shop, title="蜂蜜", state="live", published_at=self.now
        )
        Variant.objects.create(product=product, name="", price_minor=6800, available=10)
        return product.pk

    def counted(self, product_id: int) -> ItemScore:
        """Count what stands behind a product now."""
        item_scores.count([product_id])
        return ItemScore.objects.get(pk=product_id)

    def score(self, product_id: int) -> float:
        return self.counted(product_id).score

    def circles(self, count: int) -> list[int]:
        """Return honest people, each of another corner of the town, whose word weighs in full."""
        full = set(AccountTrust.objects.filter(t=1).values_list("pk", flat=True))
        step = len(self.ids) // count
        starts = range(0, step * count, step)
        return [next(one for one in self.ids[at:] if one in full) for at in starts]

    def community(self, place: int) -> list[int]:
        """Return the people of one community."""
        return self.ids[place * COMMUNITY : (place + 1) * COMMUNITY]


@contextmanager
def built(now: datetime) -> Iterator[Town]:
    """Build the town and its first night; it is gone afterwards."""
    with clock.stopped_at(now), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        ids = streets.people(PEOPLE, joined_at=streets.long_ago(now), name="街坊")
        chance = np.random.default_rng(7)
        low, high = friend_pairs(chance, PEOPLE, PEOPLE * FRIENDS_EACH // 2)
        stage("town_pairs", {"low": low + ids[0], "high": high + ids[0]})
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO people_friendship (low_id, high_id, since)"
                " SELECT low, high, %s FROM town_pairs",
                [streets.long_ago(now)],
            )
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute("ANALYZE people_person, people_friendship")
        streets.plant(ids[7 :: PEOPLE // SEEDS][:SEEDS], now=now)
        town = Town(now, ids, _shop(now))
        town.run()
        yield town
        transaction.set_rollback(True)


def _shop(now: datetime) -> Shop:
    vendor = Person.objects.create_user(name="陈姐", email="chen@town.test")
    shop = Shop.objects.create(owner=vendor, handle="town", name="小店", trusted_at=now)
    Membership.objects.create(shop=shop, person=vendor, role=Membership.Role.OWNER)
    return shop
