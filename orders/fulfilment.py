"""Fulfilment: from paid to received, each step once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from audit import recording
from catalog import endorsing
from kit import clock
from kit.locks import locked
from kit.states import TransitionRefused, move
from kit.sweeping import one_by_one
from orders import escrow, news, trading
from orders.models import CircleOrder, CircleParcel, Order, OrderLine, OrderRefund
from orders.states import MAY_BECOME
from people.models import Person
from referrals import commissions, fingerprints

# The house's clocks: a parcel that nobody complains about for ten days has arrived, and
# who still waits may say so once.
COMPLETION_WAIT = timedelta(days=10)
EXTENSION = timedelta(days=7)


class RefundIsOpen(Exception):
    """Part of the order's money is on its way back: it completes once that is settled."""


@transaction.atomic
def dispatch(*, order: Order, carrier: str, number: str, by: Person) -> Order:
    """Say that a paid order is on its way; who said so is kept for good.

    Raises:
        TransitionRefused: it is not paid, sent already, being refunded, or of a circle order
            that was called off; nothing was written.
    """
    _refuse_called_off(order)
    now = clock.now()
    move(
        order,
        to=Order.State.SHIPPED,
        table=MAY_BECOME,
        carrier=carrier,
        tracking_number=number,
        shipped_at=now,
        completes_at=now + COMPLETION_WAIT,
    )
    news.to_buyer(order, kind="order_shipped")
    recording.record(
        actor=f"person:{by.pk}",
        act="order.dispatched",
        subject=f"order:{order.public_id}",
        after={"carrier": carrier, "number": number},
    )
    return order


def _refuse_called_off(order: Order) -> None:
    """Keep a circle order from being called off until what is sent of it says so, or refuse."""
    together = CircleOrder.objects.filter(pk__in=_parcels_of(order).values("circle_order"))
    if any(row.state == CircleOrder.State.CANCELLED for row in locked(together)):
        raise TransitionRefused(f"{order.public_id} is of what was called off")


def _parcels_of(order: Order) -> QuerySet[CircleParcel]:
    return CircleParcel.objects.filter(order=order)


@transaction.atomic
def confirm(*, order: Order) -> Order:
    """Take a shipped order as received: its money leaves escrow, line by line.

    Raises:
        RefundIsOpen: what is left to give away is not known yet; nothing was written.
        TransitionRefused: it is not on its way, or was received already; nothing was written.
    """
    fresh = _locked(order)
    if fresh.state == Order.State.SHIPPED and fresh.refunds.open().exists():
        raise RefundIsOpen(order.public_id)
    return _complete(fresh)


@transaction.atomic
def extend(*, order: Order) -> Order:
    """Give the buyer seven more days, once.

    Raises:
        TransitionRefused: it is not on its way, or was extended before; nothing was written.
    """
    rows = Order.objects.filter(
        pk=order.pk, state=Order.State.SHIPPED, extended_at=None, completes_at__gt=clock.now()
    )
    if not rows.update(extended_at=clock.now(), completes_at=F("completes_at") + EXTENSION):
        raise TransitionRefused(f"{order.public_id} cannot wait longer")
    order.refresh_from_db(fields=["extended_at", "completes_at"])
    return order


def complete_overdue(now: datetime) -> int:
    """Complete every shipped order whose buyer stayed silent; return how many."""
    waiting = OrderRefund.objects.open().values("order")
    overdue = Order.objects.overdue_for_completion(now=now).exclude(pk__in=waiting)
    due = overdue.order_by("completes_at", "pk")
    return sum(one_by_one(lambda order: complete_quietly(order=order, now=now), due))


@transaction.atomic
def complete_quietly(*, order: Order, now: datetime) -> bool:
    """Complete one overdue order unless the buyer confirmed or extended a moment ago.

    One with an open refund is left until that is settled.
    """
    fresh = _locked(order)
    if fresh.state != Order.State.SHIPPED or fresh.completes_at is None or fresh.completes_at > now:
        return False
    if fresh.refunds.open().exists():
        return False
    _complete(fresh)
    return True


def _complete(order: Order) -> Order:
    now = clock.now()
    move(order, to=Order.State.COMPLETED, table=MAY_BECOME, completed_at=now, ended_at=now)
    lines = list(OrderLine.objects.filter(order=order).order_by("pk"))
    escrow.complete(order=order, lines=lines)
    keeps_from = now + timedelta(days=order.shop.terms.return_days)
    origin = _origin_of(order)
    for line in lines:
        commissions.received(line_key=line.key, at=now, held_until=keeps_from)
        endorsing.receive(
            line_key=line.key,
            person=order.buyer,
            product_id=line.product_id,
            variant_id=line.variant_id,
            quantity=line.quantity,
            net_paid_minor=line.total_minor - line.refunded_minor,
            received_at=now,
            keeps_from=keeps_from,
            origin=origin,
        )
        if line.refunded_minor == line.total_minor:
            endorsing.took_back(line_key=line.key, at=now)
    trading.settled(order=order, lines=lines)
    news.to_vendor(order, kind="order_completed_vendor")
    return order


def _origin_of(order: Order) -> endorsing.Origin:
    """Return who brought an order, and where it went, as nobody can read it."""
    attribution = order.attribution
    marks = fingerprints.of(phone=order.phone, email=order.email)
    if not _parcels_of(order).exists():  # a pickup point is nobody's door
        marks |= {fingerprints.of_door(f"{order.region} {order.address}")}
    return endorsing.Origin(
        brought_by=attribution.sharer if attribution else None,
        marks=tuple(sorted(marks)),
    )


def _locked(order: Order) -> Order:
    rows = locked(Order.objects.filter(pk=order.pk).select_related("shop__terms"))
    return rows[0]
