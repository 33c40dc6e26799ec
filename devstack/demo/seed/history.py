"""Ninety days of buying, sending, receiving and recommending, in the order they happen."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final, Literal

from catalog import endorsing
from devstack.demo import kinds, words
from devstack.demo.seed import buying, days, speaking
from devstack.demo.seed.world import PRODUCTS, World
from kit import clock
from orders import fulfilment, refunds
from orders.models import Checkout, Order

Fate = Literal[
    "endorsed", "received", "fresh", "silent", "shipped", "paid", "placed", "left", "refunded"
]

# 92 endorsed and 48 others: 140 orders, so that about 90 endorsements rest on receipts.
ENDORSED: Final = 92
OTHERS: Final[tuple[tuple[Fate, int], ...]] = (
    ("received", 4),
    ("fresh", 8),
    ("silent", 6),
    ("shipped", 10),
    ("paid", 8),
    ("placed", 2),
    ("left", 5),
    ("refunded", 5),
)
VIA_A_FRIEND: Final = 0.8  # most people come through a link, as on a street of friends
CARRIERS: Final = (("顺丰", "SF"), ("中通", "ZT"), ("圆通", "YT"))
SHOPPERS: Final = ("linwei", "hao", "mei", "xiaoyu", "zhou", "grace", "sofia", "tang", "wen", "jun")


@dataclass(frozen=True)
class Plan:
    """One purchase to come, and how it will end."""

    at: datetime
    buyer: str
    product: str
    fate: Fate
    word: kinds.Word | None = None


class Diary:
    """Things to do, each at its moment; doing one may write down others."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._order = count()
        self._pages: list[tuple[datetime, int, Callable[[], None]]] = []

    def note(self, at: datetime, what: Callable[[], None]) -> None:
        """Write down ``what`` for ``at``; what falls after the present never happens."""
        if at < self.world.present:
            heapq.heappush(self._pages, (at, next(self._order), what))

    def live_through(self, *, tell: Callable[[str], None]) -> None:
        """Do everything in order, with the clock moved to each moment."""
        told = 0
        while self._pages:
            at, _, what = heapq.heappop(self._pages)
            clock.move_to(at)
            what()
            left_days = (self.world.present - at).days
            if left_days // 15 != told:
                told = left_days // 15
                tell(f"{left_days} days to go")


def live_through(world: World, *, tell: Callable[[str], None]) -> None:
    """Play the whole history up to the present."""
    diary = Diary(world)
    for plan in _plans(world):
        diary.note(plan.at, lambda plan=plan: _buy(world, diary, plan))  # type: ignore[misc]
    for day in range(88, -1, -1):
        diary.note(world.ago(days=day) - timedelta(hours=1), lambda: days.what_is_due(world))
    diary.live_through(tell=tell)


def _plans(world: World) -> list[Plan]:
    plans = []
    spoken = words.WORDS[:ENDORSED]
    for place, word in enumerate(_first_voices_first(spoken)):
        days_ago = 84 - 70 * place / len(spoken) + world.dice.uniform(-4, 4)
        plans.append(Plan(_moment(world, days_ago), word.person, word.product, "endorsed", word))
    keys = list(PRODUCTS)
    for fate, times in OTHERS:
        for turn in range(times):
            product = keys[0] if turn % 3 == 0 else world.dice.choice(keys)
            buyer = _somebody(world, product, is_story=fate in {"shipped", "placed"} and turn == 0)
            plans.append(Plan(_moment(world, _days_ago(world, fate)), buyer, product, fate))
    return plans


def _first_voices_first(spoken: tuple[kinds.Word, ...]) -> list[kinds.Word]:
    """Order the words so that each product's first voice comes before its second."""
    heard: dict[str, int] = {}
    ranked = []
    for word in spoken:
        heard[word.product] = heard.get(word.product, 0) + 1
        ranked.append((heard[word.product], word))
    return [word for _, word in sorted(ranked, key=lambda pair: pair[0])]


def _somebody(world: World, product: str, *, is_story: bool) -> str:
    owner = world.owner_of(product)
    if is_story and owner != "xiaoyu":
        return "xiaoyu"
    return world.dice.choice([key for key in SHOPPERS if key != owner])


def _days_ago(world: World, fate: Fate) -> float:
    spans: dict[Fate, tuple[float, float]] = {
        "shipped": (2.2, 6),
        "paid": (0.1, 1.2),
        "placed": (0.003, 0.015),
        "silent": (16, 60),
        "received": (14, 80),
        "fresh": (6.3, 7.5),
        "left": (1, 60),
        "refunded": (4, 60),
        "endorsed": (14, 84),
    }
    return world.dice.uniform(*spans[fate])


def _moment(world: World, days_ago: float) -> datetime:
    """Return a moment about then; weekends are busier, as on any street."""
    at = world.ago(days=max(days_ago, 0.002))
    if days_ago > 7 and at.weekday() in {1, 2} and world.dice.random() < 0.5:
        at += timedelta(days=4)
    return at


def _buy(world: World, diary: Diary, plan: Plan) -> None:
    via = _friend_who_shared(world, plan)
    many = len(world.variants[plan.product])
    checkout = buying.place(
        world,
        buyer=plan.buyer,
        product=plan.product,
        variant=1 if plan.product == "honey" else world.dice.randrange(many),
        quantity=2 if world.dice.random() < 0.15 else 1,
        via=via,
    )
    if plan.fate in {"placed", "left"}:
        return  # nobody pays; the house closes it after half an hour
    diary.note(clock.now() + buying.A_MINUTE, lambda: _pay(world, diary, plan, checkout))


def _friend_who_shared(world: World, plan: Plan) -> str | None:
    if world.dice.random() > VIA_A_FRIEND:
        return None
    owner = world.owner_of(plan.product)
    sharers = [key for key in world.sharers.get(plan.product, []) if key != plan.buyer]
    near = [key for key in sharers if world.are_friends(plan.buyer, key)]
    if near or sharers:
        return (near or sharers)[0]
    friends = [key for key in SHOPPERS if world.are_friends(plan.buyer, key) and key != owner]
    return world.dice.choice(friends) if friends and world.dice.random() < 0.4 else None


def _pay(world: World, diary: Diary, plan: Plan, checkout: Checkout) -> None:
    buying.pay(checkout)
    order = buying.order_of(checkout)
    if plan.fate == "paid":
        return
    if plan.fate == "refunded":
        wait = timedelta(hours=world.dice.uniform(1, 8))
        diary.note(clock.now() + wait, lambda: _change_of_mind(order))
        return
    wait = timedelta(hours=world.dice.uniform(3, 40))
    diary.note(clock.now() + wait, lambda: _send(world, diary, plan, order))


def _change_of_mind(order: Order) -> None:
    order.refresh_from_db()
    refunds.before_dispatch(order=order, by=order.buyer)


def _send(world: World, diary: Diary, plan: Plan, order: Order) -> None:
    order.refresh_from_db()
    carrier, letters = world.dice.choice(CARRIERS)
    number = f"{letters}{world.dice.randrange(10**11, 10**12)}"
    fulfilment.dispatch(order=order, carrier=carrier, number=number, by=order.shop.owner)
    if plan.fate in {"endorsed", "received", "fresh"}:
        wait = timedelta(days=world.dice.uniform(1.5, 4.5))
        diary.note(clock.now() + wait, lambda: _receive(world, diary, plan, order))


def _receive(world: World, diary: Diary, plan: Plan, order: Order) -> None:
    order.refresh_from_db()
    fulfilment.confirm(order=order)
    if plan.word is not None:
        word = plan.word
        wait = timedelta(days=world.dice.uniform(0.3, 2.5))
        diary.note(clock.now() + wait, lambda: _speak(world, word))


def _speak(world: World, word: kinds.Word) -> None:
    person, product = world.people[word.person], world.products[word.product]
    endorsing.endorse(
        person=person,
        product=product,
        verdict=word.verdict,
        words=word.words,
        visibility="friends" if word.verdict == "no" else "everyone",
        language=person.language,
        relation=speaking.RELATED.get((word.person, word.product), "none"),
        photo_ids=[photo.pk for photo in speaking.photos_of(world, word.person, word.product)],
    )
    if word.verdict == "yes":
        buying.share(world, sharer=word.person, product=word.product)
