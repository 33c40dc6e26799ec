"""Paid orders, sharers and clicks of a shop, on chosen days."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from catalog.models import Product
from orders.models import Checkout, Order, OrderLine
from payments.models import Charge
from people.models import Person
from referrals.models import Attribution, ClickHour, ShareLink


def pay(
    product: Product,
    *,
    at: datetime,
    quantity: int = 1,
    shipping_minor: int = 0,
    link: ShareLink | None = None,
    state: str = "paid",
) -> Order:
    """Write down one paid order of one line, as the orders room leaves it."""
    variant = product.variants.get()
    goods_minor = variant.price_minor * quantity
    total_minor = goods_minor + shipping_minor
    charge = Charge.objects.create(
        amount_minor=total_minor, currency="CNY", description="x", state="paid", paid_at=at
    )
    checkout = Checkout.objects.create(key=uuid.uuid4().hex, charge=charge, closes_at=at)
    order = Order(
        checkout=checkout, shop=product.shop, state=state, currency="CNY", goods_minor=goods_minor,
        shipping_minor=shipping_minor, total_minor=total_minor, contact_name="周晓雨",
        phone="+8613800138000", region="陕西", address="科技路 10 号", placed_at=at, paid_at=at,
    )  # fmt: skip
    if state == "completed":
        order.completed_at = at
    if link:
        order.attribution = Attribution.objects.create(
            order_key=order.public_id, link=link, sharer=link.person, shop=product.shop,
            click_id=uuid.uuid4(), clicked_at=at, frozen_at=at,
        )  # fmt: skip
    order.save()
    OrderLine.objects.create(
        order=order, key=order.public_id, product=product, variant=variant, title=product.title,
        unit_price_minor=variant.price_minor, quantity=quantity, total_minor=goods_minor,
    )  # fmt: skip
    return order


def click(link: ShareLink, *, at: datetime, humans: int, others: int = 0) -> ClickHour:
    hour = at.replace(minute=0, second=0, microsecond=0)
    return ClickHour.objects.create(link=link, hour=hour, humans=humans, others=others)


@pytest.fixture
def linwei_link(linwei, honey):
    return ShareLink.objects.create(person=linwei, product=honey, shop=honey.shop)


@pytest.fixture
def hao(db):
    return Person.objects.create_user(name="阿浩", email="hao@example.test")


@pytest.fixture
def hao_link(hao, honey):
    return ShareLink.objects.create(person=hao, product=honey, shop=honey.shop)


@pytest.fixture
def packer(hill_shop, xiaoyu):
    hill_shop.memberships.create(person=xiaoyu, role="packer")
    return xiaoyu


@pytest.fixture
def yesterday(noon):
    return noon - timedelta(days=1)
