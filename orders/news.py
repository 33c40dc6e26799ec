"""Telling buyer and vendor what happened to an order, in the transaction where it did."""

from __future__ import annotations

from typing import Any

from notifications import telling
from orders import links
from orders.models import Order, OrderLine


def to_buyer(order: Order, *, kind: str, time: int = 1, **more: Any) -> None:
    """Tell who bought: in their inbox, or a guest by e-mail, or else by SMS.

    Told once for each kind and order, however often it is called; what can happen to an
    order more than once says the how-manieth ``time`` it is.
    """
    told: dict[str, Any] = {
        "kind": kind,
        "key": _key(order, kind, time, "buyer"),
        "data": _facts(order) | more,
        "path": links.signed_path(order),
    }
    if order.buyer_id is not None:
        telling.tell(person_id=order.buyer_id, **told)
    elif order.email:
        telling.write_to(address=order.email, channel="email", language=order.language, **told)
    else:
        telling.write_to(address=order.phone, channel="sms", language=order.language, **told)


def to_vendor(order: Order, *, kind: str, time: int = 1, **more: Any) -> None:
    """Tell the shop's owner, once for each kind, order and ``time``."""
    telling.tell(
        person_id=order.shop.owner_id,
        kind=kind,
        key=_key(order, kind, time, "vendor"),
        data=_facts(order) | more,
        path=f"/shop/orders/{order.public_id}",
    )


def _key(order: Order, kind: str, time: int, side: str) -> str:
    again = f":{time}" if time > 1 else ""
    return f"order:{order.public_id}:{kind}:{side}{again}"


def _facts(order: Order) -> dict[str, Any]:
    titles = list(OrderLine.objects.filter(order=order).values_list("title", flat=True)[:1])
    return {
        "order": order.public_id,
        "shop": order.shop.name,
        "title": titles[0] if titles else "",
        "amount_minor": order.total_minor,
        "currency": order.currency,
        "person": order.contact_name,
    }
