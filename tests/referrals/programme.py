"""What the pages of a programme say, and what their forms send."""

from __future__ import annotations

import re

from catalog.models import Product
from referrals import rates_seen
from shops.models import Shop

SHARERS, RATES, WHO = "/shop/sharers", "/shop/sharers/rates", "/shop/sharers/who"


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def sent(honey, tea, **more) -> dict[str, str]:
    stored = {
        "act": "save",
        "commission_bp": "10",
        f"own_{honey.public_id}": "",
        f"own_{tea.public_id}": "12.5",
        "seen": seen(honey.shop_id, honey, tea),
    }
    return stored | more


def seen(shop_id: int, *goods) -> str:
    """Return what the page that is loaded now says it has seen of these products."""
    shown = Product.objects.filter(pk__in=[one.pk for one in goods])
    return rates_seen.written(Shop.objects.get(pk=shop_id), shown)
