"""The queue: what waits for a person's eyes, and all a moderator needs to judge one listing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Hold, Product
from kit import clock
from moderation.models import Decision
from orders.models import Order
from shops.models import Shop

# What the house promises a new vendor: an answer while they still sit at the table.
TARGET = timedelta(hours=2)
EARLIER_DECISIONS = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits, for which cause, and since when."""

    count: int
    new_shop: int
    rule: int
    again: int
    brand: int
    oldest_at: datetime | None

    @property
    def is_late(self) -> bool:
        return self.oldest_at is not None and clock.now() - self.oldest_at > TARGET


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``is_hit`` when it is the word a rule saw."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class ShopRecord:
    """What the house knows of a shop: its age in days and how it has done so far."""

    shop: Shop
    days: int
    live: int
    approved: int
    returned: int
    completed_orders: int


def waiting() -> Waiting:
    """Return the figures above the queue, in one query."""
    row = Hold.objects.waiting().aggregate(
        count=Count("pk"),
        new_shop=Count("pk", filter=Q(cause=Hold.Cause.NEW_SHOP)),
        rule=Count("pk", filter=Q(cause=Hold.Cause.RULE)),
        again=Count("pk", filter=Q(cause=Hold.Cause.AGAIN)),
        brand=Count("pk", filter=Q(cause=Hold.Cause.BRAND)),
        oldest_at=Min("created_at"),
    )
    return Waiting(**row)


def holds(cause: str = "") -> QuerySet[Hold]:
    """Return what waits, oldest first; of one cause when one is named."""
    rows = Hold.objects.waiting().select_related("product__shop", "rule", "brand")
    rows = rows.prefetch_related("product__photos")
    return rows.filter(cause=cause) if cause in Hold.Cause.values else rows


def next_after(hold: Hold) -> Hold | None:
    """Return the hold that waits longest after this one, else the oldest of all."""
    others = Hold.objects.waiting().exclude(pk=hold.pk)
    later = others.filter(
        Q(created_at__gt=hold.created_at) | Q(created_at=hold.created_at, pk__gt=hold.pk)
    )
    return later.first() or others.first()


def before(hold: Hold) -> Hold | None:
    """Return the hold just ahead of this one in the queue."""
    earlier = Q(created_at__lt=hold.created_at) | Q(created_at=hold.created_at, pk__lt=hold.pk)
    return Hold.objects.waiting().filter(earlier).last()


def pieces_of(text: str, matched: str) -> list[Piece]:
    """Cut ``text`` at every place where the matched word stands, as screening sees it.

    Whatever its case; an English word only where it stands alone, a Chinese one also past
    blanks and signs put between.
    """
    if not matched:
        return [Piece(text, is_hit=False)] if text else []
    if matched.isascii():
        pattern = rf"(?<![a-z0-9]){re.escape(matched)}(?![a-z0-9])"
    else:
        pattern = r"(?:[^\w\n]|_)*".join(re.escape(sign) for sign in matched if sign.isalnum())
    parts = re.split(f"({pattern})", text, flags=re.IGNORECASE) if pattern else [text]
    return [Piece(part, is_hit=place % 2 == 1) for place, part in enumerate(parts) if part]


def record_of(shop: Shop) -> ShopRecord:
    """Return what the house knows of a shop, in three queries."""
    decided = Decision.objects.filter(hold__product__shop=shop).aggregate(
        approved=Count("pk", filter=Q(verdict=Decision.Verdict.APPROVED)),
        returned=Count("pk", filter=Q(verdict=Decision.Verdict.RETURNED)),
    )
    return ShopRecord(
        shop=shop,
        days=(clock.now() - shop.opened_at).days,
        live=shop.products.filter(state=Product.State.LIVE).count(),
        completed_orders=shop.orders.filter(state=Order.State.COMPLETED).count(),
        **decided,
    )


def earlier_decisions(shop: Shop) -> QuerySet[Decision]:
    """Return the newest decisions about a shop's listings."""
    rows = Decision.objects.filter(hold__product__shop=shop)
    return rows.select_related("hold__product", "moderator").order_by("-at", "-pk")[
        :EARLIER_DECISIONS
    ]


def suggested_reason(hold: Hold) -> str:
    """Return why it waits, in the language the vendor reads; empty without rule or brand."""
    language = hold.product.shop.owner.language
    if hold.cause == Hold.Cause.BRAND and hold.brand is not None:
        with translation.override(language):
            return _lacks(hold.brand.name)
    if hold.rule is None:
        return ""
    reads_chinese = language.startswith("zh")
    return hold.rule.reason_zh if reads_chinese else hold.rule.reason_en


def _lacks(brand: str) -> str:
    return _("It names %(brand)s. Ask its owner for a certificate, or take the name out.") % {
        "brand": brand
    }
