"""Stock is counted once, whoever asks how often at the same moment."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass

import pytest
from django.db import transaction

from catalog import stock
from catalog.invariants import INVARIANTS
from catalog.models import StockMove, Variant
from kit.invariants import check
from tests.races import all_at_once


def pieces(variant):
    variant.refresh_from_db()
    return variant.available, variant.reserved


def broken():
    names = {"catalog.stock_is_the_sum_of_its_moves", "catalog.no_more_is_sold_than_there_was"}
    return sum(found.broken for found in check(i for i in INVARIANTS if i.name in names))


def test_reserved_pieces_are_no_longer_available(jar):
    stock.reserve(variant_id=jar.pk, quantity=3, key="line:1:reserved")

    assert pieces(jar) == (7, 3)


def test_reserving_takes_none_when_too_few_are_left(jar):
    with pytest.raises(stock.OutOfStock) as refused:
        stock.reserve(variant_id=jar.pk, quantity=11, key="line:1:reserved")

    assert refused.value.variant_id == jar.pk
    assert pieces(jar) == (10, 0)
    assert not StockMove.objects.filter(key="line:1:reserved").exists()


def test_a_refused_reservation_leaves_the_callers_transaction_usable(jar):
    with transaction.atomic():
        with pytest.raises(stock.OutOfStock):
            stock.reserve(variant_id=jar.pk, quantity=11, key="line:1:reserved")
        stock.reserve(variant_id=jar.pk, quantity=2, key="line:2:reserved")

    assert pieces(jar) == (8, 2)


def test_a_reservation_told_twice_is_made_once(jar):
    for _ in range(3):
        stock.reserve(variant_id=jar.pk, quantity=3, key="line:1:reserved")

    assert pieces(jar) == (7, 3)
    assert StockMove.objects.filter(variant=jar).count() == 2  # the count, and this one


@pytest.mark.parametrize("quantity", [0, -1])
def test_no_pieces_are_no_reservation(jar, quantity):
    with pytest.raises(ValueError, match="no pieces"):
        stock.reserve(variant_id=jar.pk, quantity=quantity, key="line:1:reserved")

    assert pieces(jar) == (10, 0)


def test_a_key_that_told_something_else_is_refused(jar):
    stock.reserve(variant_id=jar.pk, quantity=3, key="line:1")

    with pytest.raises(stock.StockKeyReused):
        stock.reserve(variant_id=jar.pk, quantity=4, key="line:1")
    with pytest.raises(stock.StockKeyReused):
        stock.release(variant_id=jar.pk, quantity=3, key="line:1")

    assert pieces(jar) == (7, 3)


def test_released_pieces_can_be_bought_again(jar):
    stock.reserve(variant_id=jar.pk, quantity=3, key="r")
    stock.release(variant_id=jar.pk, quantity=3, key="x")

    assert pieces(jar) == (10, 0)


def test_sold_pieces_are_gone_and_come_back_when_taken_back(jar):
    stock.reserve(variant_id=jar.pk, quantity=3, key="r")
    stock.sell(variant_id=jar.pk, quantity=3, key="s")
    assert pieces(jar) == (7, 0)

    stock.take_back(variant_id=jar.pk, quantity=2, key="t")
    assert pieces(jar) == (9, 0)
    assert broken() == 0


@pytest.mark.parametrize("job", [stock.sell, stock.release])
def test_what_is_not_put_aside_can_neither_be_sold_nor_given_back(jar, job):
    with pytest.raises(stock.NothingReserved):
        job(variant_id=jar.pk, quantity=1, key="x")

    assert pieces(jar) == (10, 0)
    assert not StockMove.objects.filter(key="x").exists()


def test_a_count_adds_and_takes_away_but_never_below_nothing(jar):
    stock.adjust(variant_id=jar.pk, change=5, key="a")
    stock.adjust(variant_id=jar.pk, change=-15, key="b")
    stock.adjust(variant_id=jar.pk, change=0, key="c")
    assert pieces(jar) == (0, 0)

    with pytest.raises(stock.OutOfStock):
        stock.adjust(variant_id=jar.pk, change=-1, key="d")
    assert pieces(jar) == (0, 0)


def test_an_unknown_variant_is_out_of_stock(db):
    with pytest.raises(stock.OutOfStock):
        stock.reserve(variant_id=987654, quantity=1, key="x")


@pytest.fixture
def three_jars(jar):
    stock.adjust(variant_id=jar.pk, change=-7, key="down to three")
    return jar


@dataclass(frozen=True)
class Crowd:
    """Three pieces that many reach for at once, one each."""

    job: str
    quantity: int  # -1 takes one away by a count
    refusal: type[Exception]
    start: tuple[int, int]  # available, reserved
    end: tuple[int, int]

    def reach(self, jar, key):
        if self.job == "adjust":
            return stock.adjust(variant_id=jar.pk, change=self.quantity, key=key)
        return getattr(stock, self.job)(variant_id=jar.pk, quantity=self.quantity, key=key)


CROWDS = [
    Crowd("reserve", 1, stock.OutOfStock, start=(3, 0), end=(0, 3)),
    Crowd("release", 1, stock.NothingReserved, start=(0, 3), end=(3, 0)),
    Crowd("sell", 1, stock.NothingReserved, start=(0, 3), end=(0, 0)),
    Crowd("adjust", -1, stock.OutOfStock, start=(3, 0), end=(0, 0)),
]
each_job = pytest.mark.parametrize("crowd", CROWDS, ids=lambda crowd: crowd.job)


def three_in(jar, crowd):
    if crowd.start == (0, 3):
        stock.reserve(variant_id=jar.pk, quantity=3, key="three put aside")
    return jar


@pytest.mark.django_db(transaction=True)
@each_job
def test_twelve_reach_for_three_pieces_and_three_get_one(three_jars, crowd):
    jar, number = three_in(three_jars, crowd), itertools.count()

    outcomes = all_at_once(lambda: crowd.reach(jar, f"line:{next(number)}"), times=12)

    assert [type(one) for one in outcomes].count(crowd.refusal) == 9
    assert outcomes.count(None) == 3
    assert pieces(jar) == crowd.end
    assert broken() == 0


@pytest.mark.django_db(transaction=True)
@each_job
def test_one_order_told_eight_times_at_once_moves_its_piece_once(three_jars, crowd):
    jar = three_in(three_jars, crowd)

    outcomes = all_at_once(lambda: crowd.reach(jar, "line:1"), times=8)

    assert outcomes == [None] * 8
    after = {"reserve": (2, 1), "release": (1, 2), "sell": (0, 2), "adjust": (2, 0)}
    assert pieces(jar) == after[crowd.job]
    assert broken() == 0


@pytest.mark.django_db(transaction=True)
def test_eight_returns_at_once_all_come_back_each_once(three_jars):
    numbers = itertools.chain(range(8), range(8))

    outcomes = all_at_once(
        lambda: stock.take_back(variant_id=three_jars.pk, quantity=1, key=f"back:{next(numbers)}"),
        times=16,
    )

    assert outcomes == [None] * 16
    assert pieces(three_jars) == (11, 0)
    assert broken() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("job", ["reserve", "release", "sell", "adjust", "take_back"])
def test_without_the_guard_the_same_crowd_loses_count(three_jars, job):
    """The control: reading, deciding and saving lets two move the same piece."""
    Variant.objects.filter(pk=three_jars.pk).update(available=1, reserved=1)
    changes = {
        "reserve": (-1, +1),
        "release": (+1, -1),
        "sell": (0, -1),
        "adjust": (-1, 0),
        "take_back": (+1, 0),
    }
    available, reserved = changes[job]
    both_have_read = threading.Barrier(2)

    def careless():
        with transaction.atomic():
            variant = Variant.objects.get(pk=three_jars.pk)
            both_have_read.wait(timeout=20)
            variant.available += available
            variant.reserved += reserved
            if variant.available < 0 or variant.reserved < 0:
                return "refused"
            variant.save(update_fields=["available", "reserved"])
            return "moved"

    assert all_at_once(careless, times=2) == ["moved", "moved"]
    assert pieces(three_jars) == (1 + available, 1 + reserved)  # two moved, one was counted
