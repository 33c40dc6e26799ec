"""What a bag holds right now: grouped by shop, priced, and what changed since it was added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import QuerySet

from catalog.models import Photo, Product, Variant
from orders.models import Bag, BagLine, Order
from orders.sums import shipping_minor
from people.models import Person
from referrals import giving
from referrals.expecting import LineToEarn
from referrals.giving import Gift
from referrals.touches import Touch
from shops.models import Shop


@dataclass(frozen=True)
class Line:
    """One variant in a bag, as it can be bought now."""

    bag_line: BagLine

    @property
    def variant(self) -> Variant:
        return self.bag_line.variant

    @property
    def product(self) -> Product:
        return self.variant.product

    @property
    def photo(self) -> Photo | None:
        return next(iter(self.product.photos.all()), None)

    @property
    def is_offered(self) -> bool:
        """Whether its shop still offers it, in stock or not."""
        shop_is_open = self.product.shop.state == Shop.State.OPEN
        return self.variant.is_offered and self.product.state == Product.State.LIVE and shop_is_open

    @property
    def quantity(self) -> int:
        """How many can be bought: what was asked, or what is left."""
        return min(self.bag_line.quantity, self.variant.available) if self.is_offered else 0

    @property
    def is_gone(self) -> bool:
        return self.quantity == 0

    @property
    def has_fewer(self) -> bool:
        return 0 < self.quantity < self.bag_line.quantity

    @property
    def total_minor(self) -> int:
        return self.variant.price_minor * self.quantity

    @property
    def rise_minor(self) -> int:
        """By how much the price of one rose since it was added; negative when it fell."""
        return self.variant.price_minor - self.bag_line.seen_price_minor

    @property
    def fall_minor(self) -> int:
        return -self.rise_minor


@dataclass(frozen=True)
class Group:
    """What the bag holds of one shop."""

    shop: Shop
    lines: list[Line]
    gift: Gift | None = None

    @cached_property
    def goods_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @cached_property
    def shipping_minor(self) -> int:
        return shipping_minor(self.shop.terms, self.goods_minor) if self.goods_minor else 0

    @property
    def gift_minor(self) -> int:
        return self.gift.minor if self.gift is not None else 0

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.shipping_minor - self.gift_minor


@dataclass(frozen=True)
class Contents:
    """A whole bag, or the part of it that is being bought."""

    groups: list[Group]

    @cached_property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def to_buy(self) -> list[Line]:
        return [line for line in self.lines if not line.is_gone]

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def currency(self) -> str:
        return self.groups[0].shop.currency if self.groups else "CNY"

    @property
    def is_of_one_currency(self) -> bool:
        return len({group.shop.currency for group in self.groups}) < 2

    @property
    def goods_minor(self) -> int:
        return sum(group.goods_minor for group in self.groups)

    @property
    def shipping_minor(self) -> int:
        return sum(group.shipping_minor for group in self.groups)

    @property
    def gifts(self) -> list[Gift]:
        return [group.gift for group in self.groups if group.gift is not None]

    @property
    def total_minor(self) -> int:
        return sum(group.total_minor for group in self.groups)


def contents(bag: Bag | None, *, only: Iterable[int] = ()) -> Contents:
    """Return what the bag holds, or only these variants of it; three queries.

    Shops stand in the order in which something of theirs was first added. Nothing is
    written: a line of which fewer are left is counted with what is left.
    """
    if bag is None:
        return Contents([])
    lines = _lines_of(bag)
    chosen = set(only)
    if chosen:
        lines = lines.filter(variant_id__in=chosen)
    groups: dict[int, Group] = {}
    for line in map(Line, lines):
        shop = line.product.shop
        groups.setdefault(shop.pk, Group(shop, [])).lines.append(line)
    return Contents(list(groups.values()))


def with_gifts(inside: Contents, *, touches: Iterable[Touch], buyer: Person | None) -> Contents:
    """Return the same with what those who brought this shopper take off each shop's part."""
    proved = list(touches)
    if not proved and buyer is None:
        return inside
    baskets = [giving.Basket(group.shop, _to_earn(group)) for group in inside.groups]
    gifts = giving.foreseen(touches=proved, buyer=buyer, baskets=baskets)
    return Contents([replace(group, gift=gifts.get(group.shop.pk)) for group in inside.groups])


def _to_earn(group: Group) -> list[LineToEarn]:
    """Return what an order of it would earn by, in the order in which orders count lines."""
    return [
        LineToEarn(str(line.variant.pk), line.product.pk, line.total_minor)
        for line in sorted(group.lines, key=lambda line: line.variant.pk)
        if line.quantity
    ]


def unpaid_of(bag: Bag | None) -> list[Order]:
    """Return the orders that were placed from this bag and still wait for their payment."""
    if bag is None:
        return []
    waiting = Order.objects.filter(checkout__bag=bag, state=Order.State.PLACED)
    return list(waiting.select_related("shop").order_by("pk"))


def _lines_of(bag: Bag) -> QuerySet[BagLine]:
    return (
        BagLine.objects.filter(bag=bag)
        .select_related("variant__product__shop__terms")
        .prefetch_related("variant__product__photos")
        .order_by("added_at", "pk")
    )
