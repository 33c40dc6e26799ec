"""Balances and statements: they add up, and asking stays cheap as the ledger grows."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import accounts
from ledger.balances import accounts_with_at_least, balance_of, statement_of
from ledger.posting import post

OUTSIDE = accounts.outside("sandbox", "CNY")


def earn(side: accounts.Side, minor: int, *, key: str) -> None:
    post(key=key, legs={OUTSIDE: -minor, side: minor})


def test_who_has_enough_is_found_by_kind(db):
    rich, poor = accounts.sharer(7, "CNY"), accounts.sharer(8, "CNY")
    shop, held = accounts.shop(3, "CNY"), accounts.escrow(1, "CNY")
    coming = accounts.sharer_pending(7, "CNY")
    for side, minor in [(rich, 1000), (poor, 999), (shop, 5000), (held, 9000), (coming, 2000)]:
        earn(side, minor, key=side.code)

    found = accounts_with_at_least(kinds=("sharer", "shop"), minor=1000)

    assert found == [(rich.code, "CNY", 1000), (shop.code, "CNY", 5000)]


def test_who_has_enough_is_found_without_passing_every_order_there_ever_was(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """
            INSERT INTO ledger_account (code, currency, running, balance_minor, version)
            SELECT kind || n || tail, 'CNY', true, CASE WHEN n % 100 = 0 THEN 5000 ELSE 0 END, 1
            FROM generate_series(1, 20000) n,
                 (VALUES ('escrow:', ''), ('sharer:', ':CNY')) kinds (kind, tail)
            """
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE ledger_account")
        with CaptureQueriesContext(connection) as asked:
            assert len(accounts_with_at_least(kinds=("sharer", "shop"), minor=1000)) == 200
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked[0]['sql']}")
        (plan,) = cursor.fetchone()[0]

    assert "accounts_people_are_paid_from" in str(plan)
    assert plan["Plan"]["Shared Hit Blocks"] < 250


def test_a_statement_is_a_chain_of_balances_down_to_nothing(db):
    side = accounts.shop(3, "CNY")
    for number, minor in enumerate([100, 250, 3]):
        earn(side, minor, key=f"sold:{number}")
    post(key="out", legs={side: -53, OUTSIDE: 53})

    entries = statement_of(side)

    assert [(entry.amount_minor, entry.balance_after_minor) for entry in entries] == [
        (-53, 300),
        (3, 353),
        (250, 350),
        (100, 100),
    ]
    assert balance_of(side) == 300
    assert [entry.amount_minor for entry in statement_of(side, most=2)] == [-53, 3]
