"""Posting from many threads at once, at both isolation levels, each time with the right end."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.invariants import INVARIANTS
from ledger.models import Account, Posting, Transfer
from ledger.posting import KeyReused, Overdrawn, post
from tests.races import all_at_once, together

pytestmark = pytest.mark.django_db(transaction=True)

OUTSIDE = accounts.outside("sandbox", "CNY")
ESCROW = accounts.escrow(1, "CNY")
SHOP = accounts.shop(1, "CNY")
FEES = accounts.platform_fees("CNY")

# The server takes a hundred connections in all, and other runs have theirs.
SEATS = 30

LEVELS = ["read committed", "repeatable read"]


def isolated(job: Callable[[], Any], level: str) -> Callable[[], Any]:
    """Return ``job`` at an isolation level, at most ``SEATS`` of it connected at a time."""
    seats = threading.BoundedSemaphore(SEATS)

    def run() -> Any:
        with seats:
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET default_transaction_isolation = '{level}'")
                return job()
            finally:
                connections.close_all()

    return run


def taking(*, out_of: accounts.Side = ESCROW) -> Callable[[], bool]:
    keys = itertools.count()
    return lambda: post(key=f"take:{next(keys)}", legs={out_of: -100, SHOP: 100})


def holds() -> bool:
    return not any(finding.broken for finding in check(INVARIANTS))


@pytest.mark.proves("T22", "T42")
@pytest.mark.parametrize("level", LEVELS)
def test_a_hundred_takers_of_thirty_shares_and_thirty_are_served(level):
    post(key="paid", legs={OUTSIDE: -3050, ESCROW: 3050})

    outcomes = all_at_once(isolated(taking(), level), times=100)

    assert outcomes.count(True) == 30
    assert [type(outcome) for outcome in outcomes].count(Overdrawn) == 70
    assert (balance_of(ESCROW), balance_of(SHOP)) == (50, 3000)
    assert holds()


@pytest.mark.proves("T22")
def test_without_the_floor_the_same_hundred_overdraw_it():
    post(key="paid", legs={OUTSIDE: -3050, ESCROW: 3050})
    Account.objects.filter(code=ESCROW.code).update(floor_minor=None)

    all_at_once(isolated(taking(), "read committed"), times=100)

    assert balance_of(ESCROW) == 3050 - 10_000


@pytest.mark.proves("C10")
@pytest.mark.parametrize("level", LEVELS)
def test_fifty_spend_thirty_of_a_hundred_and_three_are_served(level):
    post(key="paid", legs={OUTSIDE: -10_000, ESCROW: 10_000})
    keys = itertools.count()

    def spend() -> bool:
        return post(key=f"spend:{next(keys)}", legs={ESCROW: -3000, SHOP: 3000})

    outcomes = all_at_once(isolated(spend, level), times=50)

    assert outcomes.count(True) == 3
    assert [type(outcome) for outcome in outcomes].count(Overdrawn) == 47
    assert (balance_of(ESCROW), balance_of(SHOP)) == (1000, 9000)


@pytest.mark.proves("T23")
def test_the_versions_of_every_account_are_a_chain_without_gap():
    post(key="paid", legs={OUTSIDE: -5000, ESCROW: 5000})
    all_at_once(isolated(taking(), "read committed"), times=50)

    for account in Account.objects.filter(running=True):
        rows = Posting.objects.filter(account=account).order_by("account_version")
        chain = list(rows.values_list("account_version", "amount_minor", "balance_after_minor"))
        amounts = [minor for _, minor, _ in chain]
        assert [version for version, _, _ in chain] == list(range(1, account.version + 1))
        assert [after for _, _, after in chain] == list(itertools.accumulate(amounts))
        assert chain[-1][2] == account.balance_minor
    assert holds()


@pytest.mark.proves("T25", "T42")
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("to", [ESCROW, FEES], ids=["running", "nobody running"])
def test_one_fact_told_by_twenty_at_once_is_written_once(level, to):
    def tell() -> bool:
        return post(key="charge:1:settled", legs={OUTSIDE: -6800, to: 6800})

    outcomes = all_at_once(isolated(tell, level), times=20)

    assert sorted(map(str, outcomes)) == ["False"] * 19 + ["True"]
    assert Transfer.objects.count() == 1
    assert balance_of(to) == 6800


@pytest.mark.proves("T25")
@pytest.mark.parametrize("to", [ESCROW, FEES], ids=["running", "nobody running"])
def test_one_fact_told_by_twenty_transactions_at_once_is_written_once(to):
    def tell() -> bool:
        with transaction.atomic():
            return post(key="charge:1:settled", legs={OUTSIDE: -6800, to: 6800})

    outcomes = all_at_once(tell, times=20)

    assert sorted(map(str, outcomes)) == ["False"] * 19 + ["True"]
    assert balance_of(to) == 6800


@pytest.mark.proves("T25", "T42")
@pytest.mark.parametrize("level", LEVELS)
def test_who_waited_while_the_last_of_it_was_taken_finds_the_fact_and_not_the_floor(level):
    post(key="paid", legs={OUTSIDE: -100, ESCROW: 100})

    def tell() -> bool:
        return post(key="line:1:completed", legs={ESCROW: -100, SHOP: 100})

    outcomes = all_at_once(isolated(tell, level), times=20)

    assert sorted(map(str, outcomes)) == ["False"] * 19 + ["True"]
    assert (balance_of(ESCROW), balance_of(SHOP)) == (0, 100)


@pytest.mark.proves("T25", "T42")
@pytest.mark.parametrize("level", LEVELS)
def test_one_key_for_twenty_facts_at_once_is_one_of_them(level):
    amounts = itertools.count(1)
    told: list[int] = []

    def tell() -> bool:
        minor = next(amounts)
        done = post(key="charge:1:settled", legs={OUTSIDE: -minor, ESCROW: minor})
        told.append(minor)
        return done

    outcomes = all_at_once(isolated(tell, level), times=20)

    assert outcomes.count(True) == 1
    assert [type(outcome) for outcome in outcomes].count(KeyReused) == 19
    assert told == [balance_of(ESCROW)]


@pytest.mark.proves("T42")
def test_inside_a_callers_older_snapshot_the_crossing_is_the_callers_to_repeat():
    """What ``post`` spares everybody who is not inside a transaction of their own."""
    post(key="paid", legs={OUTSIDE: -3000, ESCROW: 3000})
    looked, crossed = threading.Event(), threading.Event()

    def late() -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM ledger_account")
            looked.set()
            crossed.wait(10)
            return post(key="late", legs={ESCROW: -100, SHOP: 100})

    def early() -> bool:
        looked.wait(10)
        done = post(key="early", legs={ESCROW: -100, SHOP: 100})
        crossed.set()
        return done

    refused, done = together(late, early)

    assert done is True
    assert isinstance(refused, OperationalError)
    assert "could not serialize" in str(refused)
    assert balance_of(SHOP) == 100
