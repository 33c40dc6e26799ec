"""A generated street of people, friends, products and endorsements, for benches that need one.

The full world (``SCALE=1``) has 1,000,000 people, 20,000,000 sides of friendships, 1,000,000
products and 5,000,000 endorsements; ``WORLD_PEOPLE``, ``WORLD_SIDES``, ``WORLD_PRODUCTS`` and
``WORLD_ENDORSEMENTS`` say other sizes. People live in communities of about 150: most friends
are of one's own, some of the next ones, a few from anywhere, and who is sociable has more.
The same sizes and seed give the same world. It is built once a run; who comes later shares it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from bench.filling import PUBLIC_ID, bulk, fill, say, stage
from catalog.models import Endorsement, ItemScore, Product, Receipt, Variant, Weight
from kit import clock
from people.models import Friendship, Person, TrustSeed
from shops.models import Membership, Shop, Terms

Whole = npt.NDArray[np.int64]

SIZES = {"people": 1_000_000, "sides": 20_000_000, "products": 1_000_000, "endorsements": 5_000_000}
SMALLEST = 1000
COMMUNITY = 150
IN_COMMUNITY, NEARBY = 0.7, 0.2
A_SHOP = 50  # products
SEEDS = 150
# The first people have exactly so many friends more than chance gives: who asks for the most.
SOCIABLE, THEIR_FRIENDS = 5, 2000
A_DAY = 86_400.0

# What titles are made of: a word of each kind.
PLACES = "秦岭 武夷 云南 东北 新疆 内蒙 川西 江南 胶东 岭南 太行 洱海 大理 青海 长白山 阿勒泰"
MANNERS = "手工 野生 有机 农家 现摘 古法 纯棉 真丝 原味 无糖 柴烧 窖藏 手绘 亲子 复古 便携"
GOODS = (
    "蜂蜜 红茶 绿茶 咖啡豆 辣酱 腊肠 核桃 红枣 木耳 大米 蛋糕 饼干 月饼 连衣裙 衬衫 毛衣 围巾 "
    "帆布包 钱包 耳环 口红 面霜 香皂 陶杯 花瓶 竹篮 桌布 多肉 绿萝 鲜花 童装 积木 绘本 帐篷 睡袋 "
    "跑鞋 瑜伽垫 笔记本 钢笔 书签"
)


@dataclass(frozen=True, slots=True)
class World:
    """What was built: the first id of each kind, and how many there are.

    Ids of one kind follow each other; the ``SOCIABLE`` first people have 2,000 friends.
    """

    first_person: int
    people: int
    friendships: int
    first_product: int
    products: int
    endorsements: int
    seconds: float


_built: dict[tuple[int, ...], World] = {}


def measure(scale: float) -> Iterator[dict[str, Any]]:
    """Build the world of this scale and say how long it took."""
    world = build(scale)
    yield {
        "value": round(world.seconds, 1),
        "unit": "s",
        "people": world.people,
        "sides": 2 * world.friendships,
        "products": world.products,
        "endorsements": world.endorsements,
    }


def build(scale: float = 0.1, *, seed: int = 7) -> World:
    """Return the world of this scale, or of the sizes that the environment says."""
    sizes = (
        int(os.environ.get(f"WORLD_{name.upper()}", max(int(full * scale), SMALLEST)))
        for name, full in SIZES.items()
    )
    return build_sized(*sizes, seed=seed)


def build_sized(
    people: int, sides: int, products: int = 0, endorsements: int = 0, *, seed: int = 7
) -> World:
    """Return the world of these sizes; it is made on the first call."""
    key = (people, sides, products, endorsements, seed)
    if key not in _built:
        _built[key] = _build(*key)
    return _built[key]


def _build(people: int, sides: int, products: int, endorsements: int, seed: int) -> World:
    began = time.monotonic()
    chance = np.random.default_rng(seed)
    first = _people(people)
    say(f"{people:,} people", began)
    friendships = _friends(chance, first, people, sides // 2)
    _seeds(first, people)
    say(f"{friendships:,} friendships", began)
    first_product = _products(first, people, products) if products else 0
    say(f"{products:,} products", began)
    if endorsements:
        endorsements = _endorsements(
            chance, (first, people), (first_product, products), endorsements
        )
        say(f"{endorsements:,} endorsements", began)
    took = time.monotonic() - began
    return World(first, people, friendships, first_product, products, endorsements, took)


def _next_id(table: str, *, many: int) -> int:
    """Take so many ids of a table at once; return the first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        first = int(cursor.fetchone()[0])
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first + many])
    return first


def _people(count: int) -> int:
    """Make people who came over the last two years, one in a hundred of them lately."""
    first = _next_id("people_person", many=count)
    with bulk("people_person"):
        fill(
            Person,
            source=f"generate_series({first}, {first + count - 1}) n",
            columns={
                "id": "n",
                "public_id": PUBLIC_ID.format(n="n"),
                "name": "'街坊' || n",
                "email": "'w' || n || '@bench.test'",
                "joined_at": "%(now)s - make_interval(days => CASE WHEN n %% 100 = 0"
                " THEN (n %% 1300 / 100)::int ELSE 30 + (n %% 700)::int END)",
            },
            given={"now": clock.now()},
        )
    return first


def friend_pairs(chance: np.random.Generator, people: int, count: int) -> tuple[Whole, Whole]:
    """Return so many different pairs of places, the lower first: who is friends with whom."""
    sociability = np.minimum(chance.pareto(2.2, people) + 0.3, 12)
    ladder = np.cumsum(sociability)
    wanted = int(count * 1.15) + 100
    found = np.empty(0, np.int64)
    while len(found) < count:
        one = _drawn(chance, ladder, wanted)
        other = _met(chance, ladder, one)
        low, high = np.minimum(one, other), np.maximum(one, other)
        found = np.unique(np.concatenate([found, (low * people + high)[low < high]]))
    chosen = np.sort(chance.permutation(found)[:count]) if len(found) > count else found
    return chosen // people, chosen % people


def _drawn(chance: np.random.Generator, ladder: npt.NDArray[np.float64], count: int) -> Whole:
    """Draw places by how sociable each is."""
    at = np.searchsorted(ladder, chance.random(count) * ladder[-1])
    places: Whole = np.minimum(at, len(ladder) - 1).astype(np.int64)
    return places


def _met(chance: np.random.Generator, ladder: npt.NDArray[np.float64], one: Whole) -> Whole:
    """Draw a friend for each: of the same community, of one close by, or from anywhere."""
    people, count = len(ladder), len(one)
    start = one // COMMUNITY * COMMUNITY
    here = start + chance.integers(0, COMMUNITY, count)
    near = one + np.rint(chance.normal(0, 4 * COMMUNITY, count)).astype(np.int64)
    kind = chance.random(count)
    far = _drawn(chance, ladder, count)
    other = np.where(kind < IN_COMMUNITY, here, np.where(kind < IN_COMMUNITY + NEARBY, near, far))
    found: Whole = np.where((other < 0) | (other >= people), far, other)
    return found


def _friends(chance: np.random.Generator, first: int, people: int, count: int) -> int:
    low, high = friend_pairs(chance, people, count)
    if people > 10 * THEIR_FRIENDS:
        low, high = _with_sociable(chance, people, low, high)
    ages = chance.integers(1, 700, len(low)).astype(np.int32)
    stage("bench_pairs", {"low": low + first, "high": high + first, "age": ages})
    with bulk("people_friendship"):
        fill(
            Friendship,
            source="bench_pairs",
            columns={
                "low_id": "low",
                "high_id": "high",
                "since": "%(now)s - make_interval(days => age)",
            },
            given={"now": clock.now()},
        )
    return len(low)


def _with_sociable(
    chance: np.random.Generator, people: int, low: Whole, high: Whole
) -> tuple[Whole, Whole]:
    """Give the first few people 2,000 friends each, in place of those that chance gave them."""
    others = low >= SOCIABLE
    keys = [(low * people + high)[others]]
    for place in range(SOCIABLE):
        friends = SOCIABLE + chance.choice(people - SOCIABLE, THEIR_FRIENDS, replace=False)
        keys.append(np.sort(place * people + friends))
    key = np.concatenate(keys)
    return key // people, key % people


def _seeds(first: int, people: int) -> None:
    """Let the walk start from people evenly over all communities."""
    count = min(SEEDS, people // 20)
    fill(
        TrustSeed,
        source=f"generate_series(0, {count - 1}) n",
        columns={
            "person_id": f"{first} + 7 + n * {people // count}",
            "state": "'seed'",
            "proposed_by_id": f"{first + 1}",
            "approved_by_id": f"{first + 2}",
            "approved_at": "%(now)s",
        },
        given={"now": clock.now()},
    )


def _products(first_person: int, people: int, count: int) -> int:
    """Make shops with products, one variant each, that anybody may buy."""
    shops = max(count // A_SHOP, 1)
    shop, now = _next_id("shops_shop", many=shops), {"now": clock.now()}
    first = _next_id("catalog_product", many=count)
    owner = f"{first_person} + (n - {shop}) * {max(people // shops, 1)} %% {people}"
    with bulk("shops_shop", "shops_membership", "shops_terms"):
        columns = {
            "id": "n",
            "owner_id": owner,
            "handle": "'world-' || n",
            "name": "'小店' || n",
            "trusted_at": "%(now)s",
        }
        every_shop = f"generate_series({shop}, {shop + shops - 1}) n"
        fill(Shop, source=every_shop, columns=columns, given=now)
        member = {"shop_id": "n", "person_id": owner, "role": "'owner'"}
        fill(Membership, source=every_shop, columns=member)
        fill(Terms, source=every_shop, columns={"shop_id": "n"})
    with bulk("catalog_product", "catalog_variant"):
        columns = {
            "id": "n",
            "public_id": PUBLIC_ID.format(n="n"),
            "shop_id": f"{shop} + (n - {first}) %% {shops}",
            "title": "(%(places)s::text[])[1 + n * 7 %% 16]"
            " || (%(manners)s::text[])[1 + n * 13 / 16 %% 16]"
            " || (%(goods)s::text[])[1 + n * 31 / 256 %% 40] || ' ' || n",
            "state": "'live'",
            "published_at": "%(now)s - make_interval(mins => (n %% 500000)::int)",
        }
        words = {"places": PLACES.split(), "manners": MANNERS.split(), "goods": GOODS.split()}
        every_product = f"generate_series({first}, {first + count - 1}) n"
        fill(Product, source=every_product, columns=columns, given={**now, **words})
        variant = {"product_id": "n", "name": "''", "price_minor": "500 + n * 37 %% 30000",
                   "available": "n %% 20"}  # fmt: skip
        fill(Variant, source=every_product, columns=variant)
    return first


def _endorsements(
    chance: np.random.Generator, people: tuple[int, int], products: tuple[int, int], count: int
) -> int:
    """Let people say something of what they received; a few products are loved by many."""
    loved = np.cumsum(np.minimum(chance.pareto(1.4, products[1]) + 0.2, 40))
    product = _drawn(chance, loved, int(count * 1.05))
    # Who buys a thing lives in few communities: where the first one told of it.
    home = product * 7919 % people[1]
    person = (home + np.rint(chance.normal(0, 10 * COMMUNITY, len(product)))) % people[1]
    key = chance.permutation(np.unique(product * people[1] + person.astype(np.int64)))[:count]
    product, person = key // people[1] + products[0], key % people[1] + people[0]
    receipt = _next_id("catalog_receipt", many=len(key))
    first = _next_id("catalog_endorsement", many=len(key))
    number = np.arange(len(key), dtype=np.int64)
    age = chance.integers(1, 500, len(key)).astype(np.int32)
    stage("bench_said", {"n": number, "product": product, "person": person, "age": age})
    now = {"now": clock.now()}
    with bulk("catalog_receipt"):
        _receipts(receipt, products, now)
    with bulk("catalog_endorsement"):
        _said(first, receipt, now)
    with bulk("catalog_weight", "catalog_itemscore"):
        _scores(first, now)
    return len(key)


def _receipts(first: int, products: tuple[int, int], now: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM catalog_variant WHERE product_id = %s", [products[0]])
        variant = int(cursor.fetchone()[0])
    at = "%(now)s - make_interval(days => age"
    fill(
        Receipt,
        source="bench_said",
        columns={
            "id": f"{first} + n",
            "line_key": "'world:' || n",
            "person_id": "person",
            "product_id": "product",
            "variant_id": f"{variant} + product - {products[0]}",
            "quantity": "1",
            "net_paid_minor": "500 + n %% 20000",
            "received_at": f"{at} + 10)",
            "keeps_from": f"{at} + 3)",
        },
        given=now,
    )


def _said(first: int, receipt: int, now: dict[str, Any]) -> None:
    at = "%(now)s - make_interval(days => age)"
    fill(
        Endorsement,
        source="bench_said",
        columns={
            "id": f"{first} + n",
            "public_id": PUBLIC_ID.format(n=f"{first} + n"),
            "person_id": "person",
            "product_id": "product",
            "receipt_id": f"{receipt} + n",
            "verdict": "CASE WHEN n %% 10 = 0 THEN 'so_so' ELSE 'yes' END",
            "words": "'回购了' || n %% 97 || '次，家里人都喜欢'",
            "visibility": "CASE WHEN n %% 4 = 0 THEN 'friends' ELSE 'everyone' END",
            "created_at": at,
            "changed_at": at,
        },
        given=now,
    )


def _scores(first: int, now: dict[str, Any]) -> None:
    """Give weights and scores as the nightly count leaves them, with a circle of two of them."""
    weight = "power(0.5, age / 365.0)"
    columns = {"endorsement_id": f"{first} + n", "product_id": "product", "person_id": "person",
               "weight": weight, "circle": "(n %% 1000)::int"}  # fmt: skip
    fill(Weight, source="bench_said", columns=columns)
    said = (
        f"(SELECT product, count(*) AS many, sum({weight}) AS score FROM bench_said GROUP BY 1) s"
    )
    columns = {"product_id": "product", "score": "score", "groups": "many", "verified": "many",
               "raters": "many", "mean": "4.5", "counted_at": "%(now)s"}  # fmt: skip
    fill(ItemScore, source=said, columns=columns, given=now)
