"""What the tests of the public doors ask of them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from referrals import clicks
from referrals.models import Click
from referrals.touches import COOKIE_NAME, Touch, read_cookie

WHATSAPP: dict[str, Any] = {"HTTP_USER_AGENT": "WhatsApp/2.23.20.0 A"}
GAIN_EN = "they may earn ¥6.80 if you buy"


def path_of(link) -> str:
    return f"/s/{link.code}"


def touches_of(client: Client) -> list[Touch]:
    """What the browser proves by its cookie."""
    cookie = client.cookies.get(COOKIE_NAME)
    return read_cookie(cookie.value if cookie else None)


def stored() -> list[tuple[str, int]]:
    """Drain the stream; the kind and the link of every click there is."""
    clicks.drain(5)
    return list(Click.objects.order_by("at", "id").values_list("kind", "link_id"))
