"""Telling host, shop and members what became of a circle order, where it happened."""

from __future__ import annotations

from typing import Any

from kit.dates import at_time
from notifications.telling import News, tell, tell_many
from orders.models import CircleOrder, CircleParcel, Order
from people import circles, trust
from people.models import Person

# Who is told what became of a parcel: nobody whose order is over.
GOING = (Order.State.PLACED, Order.State.PAID, Order.State.SHIPPED, Order.State.COMPLETED)


def to_shop(row: CircleOrder, kind: str, **more: Any) -> None:
    """Tell the shop's owner, once for each kind."""
    _tell(row, kind, row.shop.owner_id, "shop", f"/shop/together/{row.public_id}", more)


def to_host(row: CircleOrder, kind: str, **more: Any) -> None:
    """Tell who hosts it, once for each kind."""
    _tell(row, kind, row.host_id, "host", row.path, more)


def to_members(row: CircleOrder, kind: str) -> None:
    """Tell everybody in the circle but the host, unless a block stands between the two."""
    others = circles.members(row.circle).exclude(pk=row.host_id)
    told = trust.together(others, row.host_id).values_list("pk", flat=True)
    tell_many([News(pk, kind, _key(row, kind, "member"), _facts(row), row.path) for pk in told])


def to_buyers(row: CircleOrder, kind: str) -> None:
    """Tell everybody who has ordered, once for each kind."""
    parcels = CircleParcel.objects.filter(circle_order=row, order__state__in=GOING)
    buyers = parcels.values_list("order__buyer_id", flat=True).distinct()
    tell_many([News(pk, kind, _key(row, kind, "buyer"), _facts(row), row.path) for pk in buyers])


def to_buyer_of(parcel: CircleParcel, kind: str) -> None:
    """Tell one member what became of their parcel, once for each kind."""
    row, buyer_id = parcel.circle_order, parcel.order.buyer_id
    if buyer_id is not None:
        key = _key(row, kind, f"parcel:{parcel.pk}")
        tell(person_id=buyer_id, kind=kind, key=key, data=_facts(row), path=row.path)


def _tell(
    row: CircleOrder, kind: str, person_id: int, side: str, path: str, more: dict[str, Any]
) -> None:
    data = _facts(row) | more
    tell(person_id=person_id, kind=kind, key=_key(row, kind, side), data=data, path=path)


def _key(row: CircleOrder, kind: str, side: str) -> str:
    return f"circle-order:{row.pk}:{kind}:{side}"


def _facts(row: CircleOrder) -> dict[str, Any]:
    host: Person = row.host
    return {
        "person": host.name,
        "circle": row.circle.name,
        "product": row.product.title,
        "shop": row.shop.name,
        "day": at_time(row.closes_at),
        "reason": row.why,
    }
