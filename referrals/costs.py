"""What a shop's rates mean in money: of one piece, and of a month like the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from catalog.models import Product, Variant
from kit import clock
from kit.money import share_minor
from shops.models import Shop

# Long enough that one good weekend is not the whole picture, short enough to be the shop
# as it sells now.
LOOKED_BACK = timedelta(days=30)
EXAMPLES = 3

# What refunds took of a commission they took of its goods in the same proportion. What a
# link gives to the buyer or a charity costs the shop the same.
BROUGHT = """
SELECT product_id,
  floor(sum(base_minor::numeric * (amount_minor - reversed_minor) / amount_minor))::bigint
FROM referrals_commission
WHERE shop_id = %(shop)s AND state IN ('pending', 'held', 'released', 'given')
  AND paid_at >= %(since)s AND amount_minor > 0
GROUP BY product_id
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a product at its lowest price, and who gets what of it.

    What is left to the shop is less the house's fee as well.
    """

    title: str
    price_minor: int
    rate_bp: int
    public_id: str = ""

    @property
    def sharer_minor(self) -> int:
        """What goes to whoever brought the buyer."""
        return share_minor(self.price_minor, self.rate_bp)

    @property
    def shop_minor(self) -> int:
        """What is left to the shop."""
        fee_minor = share_minor(self.price_minor, settings.PLATFORM_FEE_BP)
        return self.price_minor - self.sharer_minor - fee_minor


@dataclass(frozen=True, slots=True)
class Forecast:
    """The goods that sharers brought in so many days, and what the same would cost now."""

    days: int
    goods_minor: int
    cost_minor: int


def goods_of(shop: Shop) -> QuerySet[Product]:
    """Return a shop's products, the newest first, each with ``lowest_minor``, its price."""
    lowest = Min("variants__price_minor", filter=Q(variants__is_offered=True))
    goods = Product.objects.filter(shop=shop).annotate(lowest_minor=Coalesce(lowest, 0))
    return goods.order_by("-created_at", "-pk")


def examples(shop: Shop) -> list[Piece]:
    """Return the newest of what the shop sells, at the rates of today."""
    on_sale = goods_of(shop).filter(state=Product.State.LIVE)[:EXAMPLES]
    return [piece(product, default_bp=shop.terms.commission_bp) for product in on_sale]


def piece(product: Any, *, default_bp: int) -> Piece:
    """Return one piece of a product of ``goods_of``."""
    own_bp = product.commission_bp
    rate_bp = default_bp if own_bp is None else own_bp
    return Piece(product.title, product.lowest_minor, rate_bp, product.public_id)


def newest_of(shops: Sequence[Shop]) -> dict[int, list[Piece]]:
    """Return the newest that each of these shops sells and pays for, by shop; one query."""
    turn = Window(RowNumber(), partition_by="shop", order_by=["-published_at", "-pk"])
    price = Variant.objects.filter(product=OuterRef("pk"), is_offered=True).order_by("price_minor")
    newest = (
        Product.objects.on_sale()
        .filter(shop__in=shops)
        .annotate(turn=turn, lowest_minor=Subquery(price.values("price_minor")[:1]))
        .filter(turn__lte=EXAMPLES)
        .order_by("turn")
    )
    default_bp = {shop.pk: shop.terms.commission_bp for shop in shops}
    found: dict[int, list[Piece]] = {shop.pk: [] for shop in shops}
    for product in newest:
        one = piece(product, default_bp=default_bp[product.shop_id])
        if one.price_minor and one.sharer_minor:
            found[product.shop_id].append(one)
    return found


def brought_lately(shop: Shop) -> dict[int, int]:
    """Return the goods that sharers brought and that were not sent back, by product."""
    since = clock.now() - LOOKED_BACK
    with connection.cursor() as cursor:
        cursor.execute(BROUGHT, {"shop": shop.pk, "since": since})
        return dict(cursor.fetchall())


def forecast(
    shop: Shop, *, default_bp: int, own: Mapping[int, int | None] | None = None
) -> Forecast:
    """Return what another month like the last costs; ``own`` are rates not saved yet."""
    brought = brought_lately(shop)
    stored = Product.objects.filter(pk__in=brought).values_list("pk", "commission_bp")
    rates = dict(stored) | {pk: bp for pk, bp in (own or {}).items() if pk in brought}
    return Forecast(
        days=LOOKED_BACK.days,
        goods_minor=sum(brought.values()),
        cost_minor=_cost(brought.items(), rates, default_bp),
    )


def _cost(
    brought: Iterable[tuple[int, int]], rates: Mapping[int, int | None], default_bp: int
) -> int:
    own = ((minor, rates.get(pk)) for pk, minor in brought)
    return sum(share_minor(minor, default_bp if bp is None else bp) for minor, bp in own)
