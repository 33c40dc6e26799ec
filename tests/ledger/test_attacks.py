"""Every way to bend the ledger with SQL of one's own, and the database that refuses each."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import accounts
from ledger.models import Account, Posting, Transfer
from ledger.posting import KeyReused, post

OUTSIDE = accounts.outside("sandbox", "CNY")
ESCROW = accounts.escrow(1, "CNY")
SHOP = accounts.shop(1, "CNY")
DOLLARS = accounts.shop(1, "USD")

STRIPE = OUTSIDE.stripe_for("charge:1:settled")

# A running leg of 100 on the shop is its second version and leaves 6900.
Leg = tuple[str, int, int | None, int | None]
SHOP_LEG: Leg = (SHOP.code, 100, 6900, 2)
OUTSIDE_LEG: Leg = (STRIPE, -100, None, None)

LEGS = """
INSERT INTO ledger_posting
  (transfer_id, account_id, amount_minor, balance_after_minor, account_version)
SELECT {transfer}, coalesce((SELECT id FROM ledger_account WHERE code = leg.code), -1),
       leg.amount_minor, leg.balance_minor, leg.version
FROM (VALUES {legs}) AS leg (code, amount_minor, balance_minor, version)
"""


def legs(*rows: Leg, transfer: str = "(SELECT id FROM told)") -> str:
    """The statement's part that writes legs, said as ledger_post says it."""
    values = [
        f"('{code}', {minor}, {'NULL' if after is None else after}::bigint,"
        f" {'NULL' if version is None else version}::bigint)"
        for code, minor, after, version in rows
    ]
    return LEGS.format(transfer=transfer, legs=", ".join(values))


def told(*rows: Leg) -> str:
    """A transfer written by hand, header and legs in one statement."""
    return (
        "WITH told AS (INSERT INTO ledger_transfer"
        " (key, request_hash, memo, occurred_at, posted_at)"
        f" VALUES ('by hand', '', '', now(), now()) RETURNING id) {legs(*rows)}"
    )


OLD = "(SELECT id FROM ledger_transfer LIMIT 1)"
POSTING = "SELECT set_config('weidian.posting', 'on', true);"

ATTACKS = {
    "unbalanced": told(OUTSIDE_LEG, (SHOP.code, 101, 6901, 2)),
    "of two currencies": told(OUTSIDE_LEG, (DOLLARS.code, 100, 100, 1)),
    "zero": told(OUTSIDE_LEG, SHOP_LEG, (ESCROW.code, 0, 0, 1)),
    "one leg": told(SHOP_LEG),
    "no legs": "INSERT INTO ledger_transfer (key, request_hash, memo, occurred_at, posted_at)"
    " VALUES ('lonely', '', '', now(), now())",
    "a lone posting on an old transfer": legs((ESCROW.code, 7, 7, 1), transfer=OLD),
    "a balanced pair on an old transfer": legs(
        (ESCROW.code, 7, 7, 1), ("sharer:1:CNY", -7, -7, 1), transfer=OLD
    ),
    "a posting of no transfer": legs(OUTSIDE_LEG, SHOP_LEG, transfer="-1"),
    "a posting on no account": told(OUTSIDE_LEG, ("nobody", 100, 100, 1)),
    "a twin version": told(OUTSIDE_LEG, (SHOP.code, 100, 6900, 1)),
    "no version on a running account": told(OUTSIDE_LEG, (SHOP.code, 100, None, None)),
    "a version on a busy account": told((STRIPE, -100, -6900, 2), SHOP_LEG),
    "half a version": told(OUTSIDE_LEG, (SHOP.code, 100, 6900, None)),
    "a key told before": "INSERT INTO ledger_transfer"
    " (key, request_hash, memo, occurred_at, posted_at)"
    " VALUES ('charge:1:settled', '', '', now(), now())",
    "an amount changed": "UPDATE ledger_posting SET amount_minor = amount_minor * 2",
    "a key changed": "UPDATE ledger_transfer SET key = 'x'",
    "postings deleted": "DELETE FROM ledger_posting",
    "a transfer deleted": "DELETE FROM ledger_transfer",
    "an account deleted": "DELETE FROM ledger_account",
    "postings emptied": "TRUNCATE ledger_posting",
    "transfers emptied": "TRUNCATE ledger_transfer CASCADE",
    "accounts emptied": "TRUNCATE ledger_account CASCADE",
    "a balance edited": "UPDATE ledger_account SET balance_minor = 1 WHERE running",
    "a version edited": "UPDATE ledger_account SET version = 7 WHERE running",
    "an account that begins with money": "INSERT INTO ledger_account"
    " (code, currency, running, balance_minor, version) VALUES ('x', 'CNY', true, 100, 0)",
    "an account in another currency": "UPDATE ledger_account SET currency = 'USD'",
    "an account of somebody else": "UPDATE ledger_account SET code = 'shop:2:CNY'"
    " WHERE code = 'shop:1:CNY'",
    "a floor passed while posting": f"{POSTING} UPDATE ledger_account"
    " SET balance_minor = floor_minor - 1, version = version + 1 WHERE code = 'escrow:1'",
}


@pytest.fixture
def books(db):
    """¥68.00 paid to a shop, and the accounts the attacks are about."""
    post(key="charge:1:settled", legs={OUTSIDE: -6800, SHOP: 6800})
    for side in (ESCROW, DOLLARS, accounts.sharer(1, "CNY")):
        Account.objects.create(code=side.code, currency=side.currency, floor_minor=side.floor_minor)


def everything() -> list[list[Any]]:
    return [
        list(model.objects.order_by("pk").values_list()) for model in (Account, Transfer, Posting)
    ]


@pytest.mark.proves("T21")
@pytest.mark.parametrize("sql", ATTACKS.values(), ids=list(ATTACKS))
def test_an_attack_is_refused_and_changes_nothing(books, sql):
    before = everything()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert everything() == before


@pytest.mark.proves("T21")
def test_the_same_words_without_the_lie_are_taken(books):
    """Else the attacks could be refused for a slip in their spelling."""
    with connection.cursor() as cursor:
        cursor.execute(told(OUTSIDE_LEG, SHOP_LEG))

    assert list(Transfer.objects.values_list("key", flat=True)) == ["charge:1:settled", "by hand"]


@pytest.mark.proves("T25")
def test_a_key_told_again_with_other_legs_is_refused(books):
    before = everything()

    with pytest.raises(KeyReused):
        post(key="charge:1:settled", legs={OUTSIDE: -6801, SHOP: 6801})
    assert everything() == before
