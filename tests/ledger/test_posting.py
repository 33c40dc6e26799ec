"""Posting: balanced, once, and for ever."""

import pytest
from django.db import connection

from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of, statement_of
from ledger.invariants import INVARIANTS
from ledger.models import Account, Transfer
from ledger.posting import KeyReused, Overdrawn, Unbalanced, post

OUTSIDE = accounts.outside("sandbox", "CNY")
ESCROW = accounts.escrow(1, "CNY")
SHOP = accounts.shop(1, "CNY")


def pay_in(minor: int = 6800) -> bool:
    return post(key="charge:1:settled", legs={OUTSIDE: -minor, ESCROW: minor})


def test_a_posted_fact_moves_both_balances(db):
    assert pay_in() is True

    assert balance_of(ESCROW) == 6800
    assert balance_of(OUTSIDE) == -6800
    assert [entry.amount_minor for entry in statement_of(ESCROW)] == [6800]


def test_the_same_fact_told_twice_is_written_once(db):
    pay_in()

    assert pay_in() is False
    assert Transfer.objects.count() == 1
    assert balance_of(ESCROW) == 6800


def test_a_key_used_for_another_fact_is_refused(db):
    pay_in()

    with pytest.raises(KeyReused):
        pay_in(6900)
    assert balance_of(ESCROW) == 6800


@pytest.mark.parametrize(
    "legs",
    [
        {OUTSIDE: -5, ESCROW: 6},
        {OUTSIDE: -5},
        {},
        {OUTSIDE: -5, accounts.shop(1, "USD"): 5},
    ],
)
def test_legs_that_do_not_balance_write_nothing(db, legs):
    with pytest.raises(Unbalanced):
        post(key="bad", legs=legs)
    assert not Transfer.objects.exists()
    assert not Account.objects.exists()


def test_escrow_cannot_give_more_than_it_holds(db):
    pay_in()

    with pytest.raises(Overdrawn):
        post(key="line:1:completed", legs={ESCROW: -6801, SHOP: 6801})
    assert balance_of(ESCROW) == 6800
    assert balance_of(SHOP) == 0
    assert Transfer.objects.count() == 1


def test_a_shop_may_fall_to_its_floor_and_no_lower(db):
    post(key="refund:1:settled", legs={SHOP: -50_000, OUTSIDE: 50_000})

    with pytest.raises(Overdrawn):
        post(key="refund:2:settled", legs={SHOP: -1, OUTSIDE: 1})
    assert balance_of(SHOP) == -50_000


def test_the_invariants_hold_and_find_a_row_bent_behind_the_triggers(db):
    pay_in()
    assert [finding.broken for finding in check(INVARIANTS)] == [0] * len(INVARIANTS)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_posting SET amount_minor = 6801 WHERE amount_minor = 6800")
        cursor.execute("SET LOCAL session_replication_role = origin")

    broken = {finding.name for finding in check(INVARIANTS) if finding.broken}
    assert broken == {
        "ledger.every_transfer_sums_to_zero",
        "ledger.balances_are_the_sum_of_their_postings",
        "ledger.version_chains_have_no_gap",
    }
