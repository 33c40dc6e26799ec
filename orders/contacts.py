"""Where an order goes and how to reach who bought it."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Return the contact of this person's newest order, without its note."""
    order = Order.objects.bought_by(person).first()
    return of(order) if order is not None else None


def of(order: Order) -> Contact:
    """Return the contact an order was placed with, without its note to the vendor."""
    return Contact(
        name=order.contact_name,
        phone=order.phone,
        region=order.region,
        address=order.address,
        email=order.email,
    )
