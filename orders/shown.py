"""What the order pages show, gathered in a fixed number of questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from catalog.models import Photo
from kit import clock
from orders import circle_joining, links, story
from orders.models import CircleOrder, Order, OrderLine, OrderRefund
from orders.sums import left_of
from people.models import Person
from people.standing import Standing, standing
from people.trust import blocked_ids
from shops.models import Shop


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with its picture, as far as there still is one."""

    line: OrderLine
    photo: Photo | None


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """A refund with its sum, its parts (words, minor units), and how far it has come."""

    row: OrderRefund
    minor: int
    parts: list[tuple[str, int]]
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Card:
    """An order in a list."""

    order: Order
    path: str
    lines: list[ShownLine]
    sentence: str
    tone: str
    icon: str

    @property
    def pieces(self) -> int:
        return sum(shown.line.quantity for shown in self.lines)


def to_buyer(order: Order, *, viewer: Person | None) -> dict[str, Any]:
    """Return what the buyer's page of one order shows."""
    lines = list(OrderLine.objects.filter(order=order).select_related("product", "variant"))
    beside = Order.objects.filter(checkout=order.checkout_id).exclude(pk=order.pk)
    friend = friend_of(order, viewer=viewer)
    return {
        "order": order,
        "token": links.token_of(order),
        "story": story.of(order),
        "lines": with_photos(lines),
        "left_minor": left_of(order, lines).total_minor,
        "gift_minor": sum(line.given_minor for line in lines),
        "refunds": refunds_of(order),
        "friend": friend,
        "together": together_with(order, viewer=viewer),
        "offered": friend if friend and may_ask(order, friend, viewer=viewer) else None,
        "beside": [(other, links.signed_path(other)) for other in beside.select_related("shop")],
    }


def together_with(order: Order, *, viewer: Person | None) -> CircleOrder | None:
    """Return the circle order that an order is part of, if the viewer may see its page."""
    found = circle_joining.joined_by(order) if viewer is not None else None
    if found is None or viewer is None:
        return None
    return found if circle_joining.is_of_it(found, viewer) else None


def friend_of(order: Order, *, viewer: Person | None) -> Person | None:
    """Return who brought this order, as far as its buyer may hear of them.

    The buyer saw this face on the share link. After a block, either way, nobody is named.
    """
    if order.attribution is None:
        return None
    sharer = order.attribution.sharer
    if not sharer.is_active:
        return None
    if viewer is not None and sharer.pk in blocked_ids(viewer.pk):
        return None
    return sharer


def may_ask(order: Order, friend: Person, *, viewer: Person | None) -> bool:
    """Return whether the buyer is offered to ask who brought them to be friends.

    Offered, and no more: nobody is asked, and nothing written, until the buyer presses.
    """
    if order.state in {Order.State.CANCELLED, Order.State.REFUNDED}:
        return False
    if viewer is None:
        return order.buyer_id is None
    is_buyer = viewer.pk == order.buyer_id
    return is_buyer and standing(viewer=viewer, other=friend) == Standing.STRANGERS


def cards_of(orders: Iterable[Order]) -> list[Card]:
    """Return orders, their lines loaded, as cards of a list; one more question for photos."""
    rows = list(orders)
    lines = with_photos(line for order in rows for line in order.lines.all())
    by_order: dict[int, list[ShownLine]] = {}
    for shown_line in lines:
        by_order.setdefault(shown_line.line.order_id, []).append(shown_line)
    return [
        Card(
            order=order,
            path=links.signed_path(order),
            lines=by_order.get(order.pk, []),
            sentence=order.get_state_display(),
            tone=story.TONES.get(Order.State(order.state), "trust"),
            icon=story.ICONS[Order.State(order.state)],
        )
        for order in rows
    ]


def with_photos(lines: Iterable[OrderLine]) -> list[ShownLine]:
    """Return lines with the photo each was sold with, in one question."""
    rows = list(lines)
    names = {line.photo_name for line in rows if line.photo_name}
    photos = {photo.name: photo for photo in Photo.objects.filter(name__in=names)} if names else {}
    return [ShownLine(line, photos.get(line.photo_name)) for line in rows]


def refunds_of(order: Order) -> list[ShownRefund]:
    """Return what of an order went back or is on its way, the newest first."""
    rows = OrderRefund.objects.filter(order=order).select_related("refund")
    found = rows.prefetch_related("parts__line").order_by("-number")
    return [refund(row, parts=_parts_of(row)) for row in found]


def _parts_of(row: OrderRefund) -> list[tuple[str, int]]:
    parts = [(part.line.title, part.amount_minor) for part in row.parts.all()]
    if row.shipping_minor:
        parts.append((_("Shipping"), row.shipping_minor))
    return parts


def refund(row: OrderRefund, *, parts: Iterable[tuple[str, int]] = ()) -> ShownRefund:
    """Return one refund, loaded with its sum, in words."""
    words, tone = _("On its way back"), "warn"
    if row.undone_at is not None:
        words, tone = _("The bank sent it back"), "plain"
    elif row.settled_at is not None:
        words, tone = _("Paid back"), "trust"
    elif row.refused_at is not None:
        words, tone = _("The provider refused it"), "plain"
    return ShownRefund(row, row.refund.amount_minor, list(parts), words, tone)


def counts_of(shop: Shop) -> dict[str, int]:
    """Return how many orders a shop has in each state."""
    rows = Order.objects.filter(shop=shop).values_list("state").annotate(count=Count("pk"))
    return dict(rows.order_by())


def hours_since(moment: datetime | None) -> int | None:
    """Return how many whole hours ago something was."""
    return int((clock.now() - moment).total_seconds() // 3600) if moment is not None else None
