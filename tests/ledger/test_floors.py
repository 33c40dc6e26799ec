"""Floors after the settings changed: accounts that were opened before go along."""

from __future__ import annotations

import itertools

import pytest

from ledger import accounts, floors
from ledger.balances import balance_of
from ledger.models import Account
from ledger.posting import Overdrawn, post
from ledger.tasks import follow_floors
from tests.races import together

OUTSIDE = accounts.outside("sandbox", "CNY")
SHOP = accounts.shop(1, "CNY")
ESCROW = accounts.escrow(1, "CNY")


def floor_of(side: accounts.Side) -> int | None:
    return Account.objects.values_list("floor_minor", flat=True).get(code=side.code)


@pytest.fixture
def opened(db):
    """A shop at -¥300.00 that may fall to -¥500.00, and an escrow."""
    post(key="refund", legs={SHOP: -30_000, OUTSIDE: 30_000})
    post(key="paid", legs={OUTSIDE: -100, ESCROW: 100})


def test_while_nothing_changed_nothing_is_moved(opened):
    assert follow_floors() == 0


def test_a_deeper_floor_reaches_accounts_that_were_there_before(opened, monkeypatch):
    monkeypatch.setitem(accounts.FLOORS, "shop", -100_000)
    with pytest.raises(Overdrawn):  # the chart says it can be borne, the row does not
        post(key="more", legs={SHOP: -60_000, OUTSIDE: 60_000})

    assert follow_floors() == 1
    assert follow_floors() == 0
    assert post(key="more", legs={SHOP: -60_000, OUTSIDE: 60_000})
    assert (balance_of(SHOP), floor_of(SHOP), floor_of(ESCROW)) == (-90_000, -100_000, 0)


def test_who_is_below_a_higher_floor_keeps_theirs_until_they_have_risen(opened, monkeypatch):
    monkeypatch.setitem(accounts.FLOORS, "shop", -10_000)

    assert follow_floors() == 0
    assert floor_of(SHOP) == -50_000
    post(key="sale", legs={OUTSIDE: -20_000, SHOP: 20_000})
    assert follow_floors() == 1
    assert floor_of(SHOP) == -10_000
    with pytest.raises(Overdrawn):
        post(key="late", legs={SHOP: -1, OUTSIDE: 1})


@pytest.mark.django_db(transaction=True)
def test_while_others_post_and_a_few_at_a_time(monkeypatch):
    shops = [accounts.shop(number, "CNY") for number in range(40)]
    for side in shops:
        post(key=f"first:{side.code}", legs={OUTSIDE: -100, side: 100})
    monkeypatch.setitem(accounts.FLOORS, "shop", -70_000)
    monkeypatch.setattr(floors, "AT_ONCE", 7)
    keys = itertools.count()

    def sell() -> None:
        for side in shops[::-1]:
            post(key=f"sale:{next(keys)}", legs={OUTSIDE: -1, side: 1})

    outcomes = together(sell, sell, follow_floors, follow_floors, sell)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert outcomes[2] + outcomes[3] == 40
    assert {floor_of(side) for side in shops} == {-70_000}
    assert {balance_of(side) for side in shops} == {103}
