"""Where an order goes and how to reach who bought it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orders.models import Order
from people.models import Person


@dataclass(frozen=True, slots=True)
class Contact:
    """A receiver as typed at checkout; the phone is in E.164."""

    name: str
    phone: str
    region: str
    address: str
    email: str = ""
    note: str = ""


def last_of(person: Person) -> Contact | None:
    """Return the contact of this person's newest order, without its note.

    Where a circle fetches its parcels is nobody's door: the place is that of the newest order
    that went to one of their own, or is not known.
    """
    orders = Order.objects.bought_by(person)
    newest = orders.select_related("circle_parcel").first()
    if newest is None:
        return None
    if not hasattr(newest, "circle_parcel"):
        return of(newest)
    home = orders.filter(circle_parcel=None).first()
    region, address = (home.region, home.address) if home is not None else ("", "")
    return replace(of(newest), region=region, address=address)


def of(order: Order) -> Contact:
    """Return the contact an order was placed with, without its note to the vendor."""
    return Contact(
        name=order.contact_name,
        phone=order.phone,
        region=order.region,
        address=order.address,
        email=order.email,
    )
