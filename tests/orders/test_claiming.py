"""What was bought as a guest becomes a person's, where the link went to an address of theirs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.core import mail
from django.test import Client

from catalog import endorsing
from catalog.models import Receipt
from kit.invariants import check
from orders import fulfilment
from orders.claiming import claim
from orders.invariants import INVARIANTS
from orders.models import Order
from shops.models import Membership
from tests.orders.conftest import HOME, buy, pay, the_order

MAIL = "guest@example.test"


def bought_by_guest(jar, provider, *, email: str = MAIL, touches=()) -> Order:
    checkout = buy(jar, contact=replace(HOME, email=email), touches=touches)
    pay(checkout, provider)
    return the_order(checkout)


def test_who_signs_in_by_the_orders_address_has_the_order_and_may_endorse(
    jar, honey, provider, chen
):
    order = bought_by_guest(jar, provider, email="Guest@Example.test")
    fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen)
    fulfilment.confirm(order=order)

    client = Client()
    client.post("/accounts/login/", {"contact": MAIL})
    code = re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))[0]
    client.post("/accounts/login/code/confirm/", {"code": code})

    order.refresh_from_db()
    assert order.buyer is not None
    assert order.buyer.email == MAIL
    assert order.public_id in client.get("/me/orders").content.decode()
    assert endorsing.may_endorse(order.buyer, honey) == Receipt.objects.get()
    assert not any(finding.broken for finding in check(INVARIANTS))


def test_a_parcel_under_way_is_received_by_the_person(jar, honey, provider, chen, xiaoyu):
    order = bought_by_guest(jar, provider)
    fulfilment.dispatch(order=order, carrier="SF", number="SF1398", by=chen)

    assert claim(person=xiaoyu, emails=[MAIL], phone=None) == 1
    fulfilment.confirm(order=order)

    assert Receipt.objects.get().person == xiaoyu
    assert claim(person=xiaoyu, emails=[MAIL], phone=None) == 0


def test_the_phone_counts_where_the_link_went_to_it(jar, provider, xiaoyu):
    by_mail, by_sms = bought_by_guest(jar, provider), bought_by_guest(jar, provider, email="")

    assert claim(person=xiaoyu, emails=[], phone=HOME.phone) == 1

    by_mail.refresh_from_db()
    by_sms.refresh_from_db()
    assert (by_mail.buyer, by_sms.buyer) == (None, xiaoyu)


def test_without_a_proven_address_nothing_is_anybodys(jar, provider, xiaoyu):
    bought_by_guest(jar, provider, email="")

    assert claim(person=xiaoyu, emails=[], phone=None) == 0
    assert claim(person=xiaoyu, emails=[""], phone="") == 0
    assert Order.objects.filter(buyer=None).count() == 1


def test_nobody_claims_what_is_anothers_or_waits_for_payment(jar, placed, xiaoyu, linwei):
    Order.objects.update(email=MAIL)
    buy(jar, contact=replace(HOME, email=MAIL))

    assert claim(person=linwei, emails=[MAIL], phone=None) == 0
    placed.refresh_from_db()
    assert placed.buyer == xiaoyu


@pytest.mark.parametrize("whose", ["linwei", "chen"])
def test_who_earned_by_it_or_sold_it_cannot_vouch_for_it(
    request, jar, provider, brought, hill_shop, whose
):
    bought_by_guest(jar, provider, touches=brought)

    assert claim(person=request.getfixturevalue(whose), emails=[MAIL], phone=None) == 0
    assert Order.objects.get().buyer is None
    assert Membership.objects.filter(shop=hill_shop).count() == 1
