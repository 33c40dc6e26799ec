"""Posting: balanced, once, and for ever."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of, statement_of
from ledger.invariants import INVARIANTS
from ledger.models import Account, Posting, Transfer
from ledger.posting import KeyReused, Overdrawn, Unbalanced, post
from tests.races import all_at_once

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


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_posting SET amount_minor = 1",
        "DELETE FROM ledger_posting",
        "TRUNCATE ledger_posting CASCADE",
        "UPDATE ledger_transfer SET memo = 'x'",
        "DELETE FROM ledger_transfer",
        "UPDATE ledger_account SET balance_minor = 1 WHERE running",
        "INSERT INTO ledger_posting (transfer_id, account_id, amount_minor)"
        " SELECT transfer_id, account_id + 1000, 7 FROM ledger_posting LIMIT 1",
        "INSERT INTO ledger_posting (transfer_id, account_id, amount_minor)"
        " SELECT t.id, a.id, 7 FROM ledger_transfer t, ledger_account a LIMIT 1",
    ],
)
def test_the_database_itself_refuses_to_bend_the_ledger(db, sql):
    pay_in()
    before = list(Posting.objects.values_list("amount_minor", "balance_after_minor"))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(Posting.objects.values_list("amount_minor", "balance_after_minor")) == before


@pytest.mark.django_db(transaction=True)
def test_a_transfer_without_postings_is_refused_when_it_commits():
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transfer (key, request_hash, memo, occurred_at)"
            " VALUES ('lonely', '', '', now())"
        )
    assert not Transfer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_fact_told_by_eight_at_once_is_written_once():
    outcomes = all_at_once(pay_in, times=8)

    assert sorted(outcomes) == [False] * 7 + [True]
    assert balance_of(ESCROW) == 6800


@pytest.mark.django_db(transaction=True)
def test_forty_takers_of_ten_shares_and_ten_are_served():
    pay_in(1000)
    keys = iter(range(40))

    def take() -> bool:
        return post(key=f"take:{next(keys)}", legs={ESCROW: -100, SHOP: 100})

    outcomes = all_at_once(take, times=40)

    assert outcomes.count(True) == 10
    assert [type(outcome) for outcome in outcomes].count(Overdrawn) == 30
    assert (balance_of(ESCROW), balance_of(SHOP)) == (0, 1000)


@pytest.mark.django_db(transaction=True)
def test_without_the_floor_the_same_forty_overdraw_it():
    pay_in(1000)
    Account.objects.filter(code=ESCROW.code).update(floor_minor=None)
    keys = iter(range(40))

    all_at_once(lambda: post(key=f"take:{next(keys)}", legs={ESCROW: -100, SHOP: 100}), times=40)

    assert balance_of(ESCROW) == -3000


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
