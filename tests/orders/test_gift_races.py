"""Gifts when their giver changes their mind amid an order: one gift, and no commission."""

from __future__ import annotations

import threading

import pytest

from ledger.models import Transfer
from orders import placing
from referrals import attribution, giving, storing
from referrals.models import Commission, Gives
from tests.orders.conftest import buy, the_order
from tests.orders.gifts import TOTAL_MINOR, broken
from tests.races import together

S = Commission.State


def changed_in_the_middle(monkeypatch, gift_link) -> tuple[threading.Event, threading.Event]:
    """Let whoever places wait, once the link is read, until its maker has changed their mind."""
    was_read, was_changed = threading.Event(), threading.Event()
    store = storing.store

    def slowly(openings):
        was_read.set()
        was_changed.wait(timeout=10)
        return store(openings)

    monkeypatch.setattr(storing, "store", slowly)
    return was_read, was_changed


@pytest.mark.django_db(transaction=True)
def test_a_change_of_mind_amid_an_order_leaves_one_gift_and_no_commission(
    jar, xiaoyu, given, gift_link, monkeypatch
):
    was_read, was_changed = changed_in_the_middle(monkeypatch, gift_link)

    def change() -> None:
        was_read.wait(timeout=10)
        giving.choose(link=gift_link, gives=Gives.KEEP)
        was_changed.set()

    placed, _ = together(
        lambda: buy(jar, buyer=xiaoyu, touches=given, seen_total_minor=TOTAL_MINOR), change
    )

    assert (the_order(placed).lines.get().given_minor, Commission.objects.get().state) == (
        1360,
        S.GIVEN,
    )
    assert not Transfer.objects.exists()
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_with_the_gift_and_the_attribution_decided_apart_both_are_due(
    jar, xiaoyu, given, gift_link, monkeypatch
):
    freeze = placing._freeze

    def apart(parcels, purchase) -> None:
        (parcel,) = parcels
        lines = [
            attribution.LineToEarn(item.key, item.variant.product_id, item.full_minor)
            for item in parcel.items
        ]
        seen = giving.foreseen(
            touches=purchase.touches,
            buyer=purchase.buyer,
            baskets=[giving.Basket(parcel.shop, lines)],
        )[parcel.shop.pk]
        together(lambda: giving.choose(link=gift_link, gives=Gives.KEEP))
        freeze(parcels, purchase)
        monkeypatch.setattr(placing._Item, "given_minor", seen.minor)

    monkeypatch.setattr(placing, "_freeze", apart)
    placed = buy(jar, buyer=xiaoyu, touches=given, seen_total_minor=TOTAL_MINOR)

    assert (the_order(placed).lines.get().given_minor, Commission.objects.get().state) == (
        1360,
        S.EXPECTED,
    )
    assert "orders.a_gift_is_what_its_commission_says" in broken()
