"""What the tests of brands send, and what they look at afterwards."""

from __future__ import annotations

import re
from datetime import timedelta

from catalog import pages
from catalog.invariants import INVARIANTS
from catalog.models import Product
from kit import clock
from kit.invariants import check
from notifications.models import Notice

LIVE, HELD, DOWN = Product.State.LIVE, Product.State.HELD, Product.State.UNLISTED

REGISTRATION = {
    "name_zh": "山蜜",
    "name_en": "Shanmi",
    "spellings": "山蜜牌\nShan Mi",
    "register_office": "CNIPA",
    "register_number": "12345678",
    "policy": "block",
}
CERTIFICATE = {
    "shop": "shanli",
    "first_day": "2026-11-22",
    "last_day": "2027-11-21",
    "price_min": "50",
    "price_max": "80",
    "areas": "陕西，四川",
    "channels": ["wechat", "weibo"],
}


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def state(product):
    product.refresh_from_db()
    return product.state


def kinds(person):
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def broken():
    return {found.name: found.broken for found in check(INVARIANTS) if found.broken}


def later(**delta):
    return clock.stopped_at(clock.now() + timedelta(**delta))


def page_of(product):
    body = pages.product_body(product.public_id, language="en")
    return body.filled() if body else ""
