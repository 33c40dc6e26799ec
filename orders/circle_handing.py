"""Handing out: the host's list of a circle order, with a tick for each parcel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from kit import clock
from kit.states import TransitionRefused
from orders import circle_news, circle_orders, links
from orders.models import CircleOrder, CircleParcel, Order
from people.models import Person

# What the shop has sent can have come; what the buyer has confirmed was handed out.
ARRIVED = frozenset({Order.State.SHIPPED, Order.State.COMPLETED})


class NothingThereYet(Exception):
    """The shop has not sent this parcel, or it is over; nothing was written."""


@dataclass(frozen=True, slots=True)
class Handful:
    """One member's parcel as a list shows it: a name and pieces, no phone and no sums."""

    parcel: CircleParcel
    name: str
    pieces: list[tuple[str, int]]
    path: str

    @property
    def order(self) -> Order:
        """The order it is."""
        return self.parcel.order

    @property
    def can_tick(self) -> bool:
        """Whether it can have come."""
        return self.order.state in ARRIVED and self.parcel.handed_out_at is None


def listed(circle_order: CircleOrder) -> list[Handful]:
    """Return what is to be handed out, by name; two queries. Orders that are over are not."""
    parcels = _parcels(circle_order).filter(order__state__in=circle_news.GOING)
    return _handfuls(parcels.order_by("order__contact_name", "pk"))


def of_buyer(circle_order: CircleOrder, person: Person) -> list[Handful]:
    """Return what one member has ordered in it, the newest first; two queries."""
    return _handfuls(_parcels(circle_order).filter(order__buyer=person).order_by("-pk"))


@transaction.atomic
def tick(*, parcel: CircleParcel, is_handed: bool) -> CircleParcel:
    """Say that a parcel was handed out, or that it was not after all; its buyer is told once.

    The last one ends the circle order. Only the buyer's own word lets their money go.

    Raises:
        NothingThereYet: the shop has not sent it, or it went back; nothing was written.
        TransitionRefused: the circle order is not being handed out any more.
    """
    row = circle_orders.hold(parcel.circle_order)
    if row.state != CircleOrder.State.CLOSED:
        raise TransitionRefused(f"{row.public_id} is {row.state}")
    fresh = _parcels(row).get(pk=parcel.pk)
    if fresh.order.state not in ARRIVED:
        raise NothingThereYet(fresh.order.public_id)
    if (fresh.handed_out_at is not None) == is_handed:
        return fresh
    fresh.handed_out_at = clock.now() if is_handed else None
    fresh.save(update_fields=["handed_out_at"])
    if is_handed:
        circle_news.to_buyer_of(fresh, "circle_order_handed")
        circle_orders.end_if_done(row)
    return fresh


def _parcels(circle_order: CircleOrder) -> QuerySet[CircleParcel]:
    parcels = CircleParcel.objects.filter(circle_order=circle_order)
    return parcels.select_related(
        "order", "circle_order__circle", "circle_order__host", "circle_order__shop",
        "circle_order__product",
    ).prefetch_related("order__lines")  # fmt: skip


def _handfuls(parcels: Iterable[CircleParcel]) -> list[Handful]:
    return [
        Handful(
            parcel=parcel,
            name=parcel.order.contact_name,
            pieces=[(one.variant_name, one.quantity) for one in parcel.order.lines.all()],
            path=links.signed_path(parcel.order),
        )
        for parcel in parcels
    ]
