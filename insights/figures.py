"""Figures: what a vendor asks about days, products and the people who share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q, Sum

from catalog.models import Endorsement, Product
from insights.models import ShopDay
from insights.rollup import start_of, today
from kit import clock
from orders.models import Order, OrderLine
from payments.models import Destination
from people.models import Person
from referrals.models import ClickHour, ShareLink
from shops.models import Shop

SPANS = (7, 30, 90)
MOST_PRODUCTS = 50
MOST_SHARERS = 50


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a shop; goods are minor units of its currency."""

    day: date
    orders: int
    goods_minor: int
    clicks: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of several days; ``rate_bp`` is orders by clicks in basis points."""

    orders: int
    goods_minor: int
    clicks: int

    @property
    def rate_bp(self) -> int:
        return self.orders * 10_000 // self.clicks if self.clicks else 0


@dataclass(frozen=True, slots=True)
class Source:
    """Who brought paid orders: a sharer, or nobody (``person`` is None)."""

    person: Person | None
    orders: int
    goods_minor: int
    clicks: int


@dataclass(frozen=True, slots=True)
class Selling:
    """One product: pieces sold and what was paid for them."""

    title: str
    public_id: str
    pieces: int
    goods_minor: int


@dataclass(frozen=True, slots=True)
class Now:
    """What waits and what was paid today, straight from the orders."""

    to_send: int
    oldest_at: datetime | None
    paid_orders: int
    paid_minor: int
    yesterday_minor: int

    @property
    def more_minor(self) -> int:
        return self.paid_minor - self.yesterday_minor

    @property
    def less_minor(self) -> int:
        return -self.more_minor


@dataclass(frozen=True, slots=True)
class SetUp:
    """The steps of opening a shop, each done or not; the last is where money goes."""

    named: bool
    listed: bool
    shared: bool
    endorsed: bool
    payable: bool

    @property
    def done(self) -> int:
        return sum((self.named, self.listed, self.shared, self.endorsed, self.payable))

    @property
    def is_complete(self) -> bool:
        return self.done == 5


def days_of(shop: Shop, *, count: int) -> list[Day]:
    """Return the last ``count`` days, today last; a day without a row is all zeros."""
    last = today()
    first = last - timedelta(days=count - 1)
    rows = {row.day: row for row in ShopDay.objects.filter(shop=shop, day__range=(first, last))}
    return [
        Day(row.day, row.orders, row.goods_minor, row.clicks)
        if (row := rows.get(first + timedelta(days=place)))
        else Day(first + timedelta(days=place), 0, 0, 0)
        for place in range(count)
    ]


def totals_of(days: Sequence[Day]) -> Totals:
    """Return the sums of these days."""
    return Totals(
        orders=sum(day.orders for day in days),
        goods_minor=sum(day.goods_minor for day in days),
        clicks=sum(day.clicks for day in days),
    )


def sources_of(shop: Shop, *, count: int) -> list[Source]:
    """Return who brought the paid orders of the last ``count`` days, most goods first.

    Sharers with clicks and no order yet are in it; orders that nobody brought come last,
    however many sharers there are.
    """
    since = start_of(today() - timedelta(days=count - 1))
    brought = {
        row["attribution__sharer"]: (row["orders"], row["goods"])
        for row in Order.objects.filter(shop=shop, paid_at__gte=since)
        .values("attribution__sharer")
        .annotate(orders=Count("pk"), goods=Sum("goods_minor"))
    }
    clicked = dict(
        ClickHour.objects.filter(link__shop=shop, hour__gte=since, humans__gt=0)
        .values_list("link__person")
        .annotate(humans=Sum("humans"))
    )
    people = Person.objects.in_bulk([pk for pk in {*brought, *clicked} if pk])
    sources = [
        Source(people.get(pk), *brought.get(pk, (0, 0)), clicked.get(pk, 0))
        for pk in {*brought, *clicked}
    ]
    sharers = sorted((source for source in sources if source.person), key=_most_goods_first)
    return sharers[:MOST_SHARERS] + [source for source in sources if not source.person]


def _most_goods_first(source: Source) -> tuple[int, int, int]:
    return -source.goods_minor, -source.clicks, source.person.pk if source.person else 0


def selling_of(shop: Shop, *, count: int) -> list[Selling]:
    """Return what was sold in the last ``count`` days, most goods first."""
    since = start_of(today() - timedelta(days=count - 1))
    rows = (
        OrderLine.objects.filter(order__shop=shop, order__paid_at__gte=since)
        .values("product__title", "product__public_id")
        .annotate(pieces=Sum("quantity"), goods=Sum("total_minor"))
        .order_by("-goods", "product__public_id")[:MOST_PRODUCTS]
    )
    return [
        Selling(row["product__title"], row["product__public_id"], row["pieces"], row["goods"])
        for row in rows
    ]


def now_of(shop: Shop) -> Now:
    """Return what waits to be sent and what was paid today, in one query."""
    midnight = start_of(today())
    day_before = Q(paid_at__gte=start_of(today() - timedelta(days=1)), paid_at__lt=midnight)
    # Yesterday up to the same time of day: half a day is not compared with a whole one.
    same_time = Q(paid_at__lt=clock.now() - timedelta(days=1))
    to_send, paid = Q(state=Order.State.PAID), Q(paid_at__gte=midnight)
    row = Order.objects.filter(shop=shop).aggregate(
        to_send=Count("pk", filter=to_send),
        oldest_at=Min("paid_at", filter=to_send),
        paid_orders=Count("pk", filter=paid),
        paid_minor=Sum("goods_minor", filter=paid, default=0),
        yesterday_minor=Sum("goods_minor", filter=day_before & same_time, default=0),
    )
    return Now(**row)


def set_up_of(shop: Shop) -> SetUp:
    """Return which steps of opening are done, each asked of the rows themselves."""
    goods = Product.objects.filter(shop=shop)
    return SetUp(
        named=bool(shop.name),
        listed=goods.exclude(state=Product.State.DRAFT).exists(),
        shared=ShareLink.objects.filter(shop=shop, person__memberships__shop=shop).exists(),
        endorsed=Endorsement.objects.live().filter(product__shop=shop).exists(),
        payable=Destination.objects.filter(person=shop.owner, retired_at=None).exists(),
    )
