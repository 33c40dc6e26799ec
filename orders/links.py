"""The signed link of an order: whoever holds it may follow the order, for ever."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from kit.public_ids import ALPHABET, LENGTH
from orders.models import Order

SALT = "orders.links"
SIGNATURE_BYTES = 12  # 96 bits: nobody guesses one, and the link still fits an SMS
TOKEN = re.compile(f"([{ALPHABET}]{{{LENGTH}}})([A-Za-z0-9_-]{{16}})")


def signed_path(order: Order) -> str:
    """Return the order's own address, ``/o/<token>``."""
    return f"/o/{token_of(order)}"


def token_of(order: Order) -> str:
    """Return the order's public id with its signature."""
    return order.public_id + _signature(order.public_id, settings.SECRET_KEY)


def order_of(token: str) -> Order | None:
    """Return the order a token stands for, or None when it is not one we signed.

    Links signed with a retired key stay good while it is listed in the settings.
    """
    match = TOKEN.fullmatch(token)
    if match is None:
        return None
    public_id, given = match.groups()
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(_signature(public_id, key), given) for key in keys):
        return None
    orders = Order.objects.select_related("shop__terms", "checkout__charge", "attribution__sharer")
    return orders.filter(public_id=public_id).first()


def _signature(public_id: str, key: str) -> str:
    mac = salted_hmac(SALT, public_id, secret=key, algorithm="sha256").digest()
    return urlsafe_b64encode(mac[:SIGNATURE_BYTES]).decode()
