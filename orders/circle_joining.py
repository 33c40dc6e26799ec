"""Joining a circle order: who may, until when, and the order that stands in it."""

from __future__ import annotations

import re
from collections.abc import Collection

from kit import clock
from kit.public_ids import PATTERN
from orders import circle_orders
from orders.models import CircleOrder, CircleParcel, Order
from people import circle_reading, trust
from people.models import Person


class NotOpen(Exception):
    """It has closed, or was called off; nothing was written."""


class NotInTheCircle(Exception):
    """Whoever orders is not in the circle, or a block parts them from its host."""


class OtherGoods(Exception):
    """It is of one product, and something else was to be bought; nothing was written."""


def seen_by(person: Person | None, public_id: str) -> CircleOrder | None:
    """Return a circle order as somebody of its circle may see it; None for everybody else."""
    if person is None or not re.fullmatch(PATTERN, public_id):
        return None
    rows = CircleOrder.objects.select_related("circle", "host", "shop__terms", "product")
    row = rows.filter(public_id=public_id.upper()).first()
    return row if row is not None and is_of_it(row, person) else None


def is_of_it(row: CircleOrder, person: Person) -> bool:
    """Whether this person is in the circle, and no block parts them from who hosts it."""
    if person.pk == row.host_id:
        return True
    is_in = circle_reading.is_member(row.circle_id, person.pk)
    return is_in and row.host_id not in trust.blocked_ids(person.pk)


def is_host(row: CircleOrder, person: Person) -> bool:
    """Whether this person hands out: who asked for it, or who hosts the circle by now."""
    return person.pk in {row.host_id, row.circle.host_id} and is_of_it(row, person)


def is_open(row: CircleOrder) -> bool:
    """Whether orders are taken at this moment."""
    is_over = row.closes_at is None or row.closes_at <= clock.now()
    return row.state == CircleOrder.State.OPEN and not is_over


def hold(
    circle_order: CircleOrder, *, buyer: Person | None, product_ids: Collection[int]
) -> CircleOrder:
    """Keep a circle order from closing until the order that joins it is written.

    Stands in the order's transaction: who closes it waits for that, and comes after.

    Raises:
        NotOpen, NotInTheCircle, OtherGoods: as they say.
    """
    row = circle_orders.hold(circle_order)
    if not is_open(row):
        raise NotOpen(row.public_id)
    if buyer is None or not is_of_it(row, buyer):
        raise NotInTheCircle(row.public_id)
    if set(product_ids) != {row.product_id}:
        raise OtherGoods(row.public_id)
    return row


def keep(circle_order: CircleOrder, order: Order) -> CircleParcel:
    """Write down that an order is part of a circle order that is held."""
    return CircleParcel.objects.create(
        circle_order=circle_order, order=order, joined_at=clock.now()
    )


def joined_by(order: Order) -> CircleOrder | None:
    """Return the circle order that an order is part of, if it is of one."""
    parcels = CircleParcel.objects.filter(order=order).select_related("circle_order")
    found = parcels.first()
    return found.circle_order if found is not None else None
