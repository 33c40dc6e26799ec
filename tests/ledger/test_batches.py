"""Many facts in one round trip: the same rows as one by one, or none at all."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Account, Posting, Transfer
from ledger.posting import Fact, KeyReused, Overdrawn, Unbalanced, post, post_many
from tests.races import all_at_once, together

OUTSIDE = accounts.outside("sandbox", "CNY")
ESCROW = accounts.escrow(1, "CNY")
SHOP = accounts.shop(1, "CNY")
PENDING = accounts.sharer_pending(1, "CNY")
SHARER = accounts.sharer(1, "CNY")
FEES = accounts.platform_fees("CNY")


def moved(key: str, minor: int, *, of: accounts.Side, to: accounts.Side) -> Fact:
    return Fact(key, {of: -minor, to: minor})


def test_a_batch_writes_what_is_new_in_one_round_trip(db, django_assert_num_queries):
    post(key="a", legs={OUTSIDE: -500, ESCROW: 500})
    facts = [
        moved("a", 500, of=OUTSIDE, to=ESCROW),
        moved("b", 200, of=ESCROW, to=SHOP),
        moved("c", 300, of=ESCROW, to=SHOP),
        moved("b", 200, of=ESCROW, to=SHOP),
    ]

    with django_assert_num_queries(1):
        assert post_many(facts) == [False, True, True, False]
    assert (balance_of(OUTSIDE), balance_of(ESCROW), balance_of(SHOP)) == (-500, 0, 500)
    assert list(
        Posting.objects.filter(account__code=SHOP.code)
        .order_by("pk")
        .values_list("amount_minor", "balance_after_minor", "account_version")
    ) == [(200, 200, 1), (300, 500, 2)]


def test_one_fact_said_several_times_in_a_batch_is_written_once(db):
    fact, other = moved("a", 5, of=OUTSIDE, to=SHOP), moved("b", 5, of=OUTSIDE, to=SHOP)

    assert post_many([fact, fact]) == [True, False]
    assert post_many([other, fact, other]) == [True, False, False]
    assert balance_of(SHOP) == 10


def test_an_empty_batch_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert post_many([]) == []


@pytest.mark.parametrize("others", [0, 20])
def test_a_dip_in_the_middle_refuses_the_whole_batch_and_names_it(db, others):
    post(key="paid", legs={OUTSIDE: -50, ESCROW: 50})
    facts = [moved(f"other:{number}", 1, of=OUTSIDE, to=SHOP) for number in range(others)]
    facts += [
        moved("early", 51, of=ESCROW, to=SHOP),
        moved("late", 900, of=OUTSIDE, to=ESCROW),
    ]

    with pytest.raises(Overdrawn, match="early"):
        post_many(facts)
    assert (balance_of(ESCROW), balance_of(SHOP)) == (50, 0)
    assert Transfer.objects.count() == 1

    assert post_many(facts[::-1]) == [True] * (others + 2)
    assert (balance_of(ESCROW), balance_of(SHOP)) == (899, 51 + others)


def test_a_key_that_stands_for_something_else_refuses_the_whole_batch(db):
    post(key="a", legs={OUTSIDE: -500, ESCROW: 500})

    with pytest.raises(KeyReused, match="a"):
        post_many([moved("b", 1, of=ESCROW, to=SHOP), moved("a", 501, of=OUTSIDE, to=ESCROW)])
    with pytest.raises(KeyReused, match="c"):
        post_many([moved("c", 1, of=ESCROW, to=SHOP), moved("c", 2, of=ESCROW, to=SHOP)])
    assert Transfer.objects.count() == 1


def test_an_unbalanced_fact_refuses_the_whole_batch_before_asking(db, django_assert_num_queries):
    facts = [moved("a", 500, of=OUTSIDE, to=ESCROW), Fact("b", {ESCROW: -1, SHOP: 2})]

    with django_assert_num_queries(0), pytest.raises(Unbalanced):
        post_many(facts)


def test_after_a_refusal_the_callers_transaction_goes_on(db):
    with transaction.atomic():
        with pytest.raises(Overdrawn):
            post(key="a", legs={ESCROW: -1, SHOP: 1})
        post(key="b", legs={OUTSIDE: -1, SHOP: 1})

    assert list(Transfer.objects.values_list("key", flat=True)) == ["b"]


@pytest.mark.parametrize("minor", [2**63 - 1, 10**18])
def test_sums_beyond_what_a_column_holds_write_nothing(db, minor):
    post(key="first", legs={OUTSIDE: -(2**62), SHOP: 2**62})

    with pytest.raises(Exception, match="out of range"), transaction.atomic():
        post_many([moved(f"{n}", minor, of=OUTSIDE, to=SHOP) for n in range(9)])
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize(
    "memo", ['a "word"', "back\\slash", "{curly, braces}", "NULL", "", "蜂蜜🍯\n'"]
)
def test_a_memo_comes_back_as_it_was_said(db, memo):
    post_many([Fact(f"{memo}:1", {OUTSIDE: -1, SHOP: 1}, memo)])

    assert list(Transfer.objects.values_list("key", "memo")) == [(f"{memo}:1", memo)]


def test_a_busy_side_is_one_side_on_many_stripes(db):
    post_many([moved(f"k{number}", 10, of=OUTSIDE, to=FEES) for number in range(100)])

    stripes = Account.objects.filter(code__startswith="outside:")
    assert stripes.count() == 16
    assert not stripes.filter(running=True).exists()
    assert (balance_of(OUTSIDE), balance_of(FEES)) == (-1000, 1000)


def test_what_the_house_bears_is_busy_and_suspense_is_known_to_the_unit(db):
    loss, suspense = accounts.clawback_loss("CNY"), accounts.suspense("CNY")
    post(key="a", legs={loss: -30, suspense: 30})

    assert (balance_of(loss), balance_of(suspense)) == (-30, 30)
    codes = Account.objects.filter(running=True).values_list("code", "balance_minor")
    assert list(codes) == [("platform:suspense:CNY", 30)]


# --- a batch is one by one ------------------------------------------------------------------

SIDES = [OUTSIDE, FEES, ESCROW, SHOP, PENDING, SHARER]

facts = st.builds(
    lambda key, pair, minor, more: Fact(
        f"k{key}", {pair[0]: -minor - more, pair[1]: minor, pair[2]: more}, f"memo {key}"
    ),
    key=st.integers(0, 30),
    pair=st.permutations(SIDES),
    minor=st.integers(1, 40),
    more=st.integers(0, 5),
)


def rows() -> tuple[list[Any], list[Any]]:
    """All transfers in their order with their legs, and all accounts in use; without ids."""
    legs: dict[str, list[Any]] = {}
    found = Posting.objects.select_related("transfer", "account").order_by("transfer_id")
    for row in found:
        key = f"{row.transfer.key} {row.transfer.request_hash} {row.transfer.memo}"
        leg = (row.account.code, row.amount_minor, row.balance_after_minor, row.account_version)
        legs.setdefault(key, []).append(leg)
    told = [(key, sorted(some)) for key, some in legs.items()]
    fields = ("code", "currency", "running", "floor_minor", "balance_minor", "version")
    used = Account.objects.filter(postings__isnull=False).distinct().order_by("code")
    assert not Account.objects.filter(postings__isnull=True).exclude(balance_minor=0).exists()
    return told, list(used.values_list(*fields))


def in_a_fresh_ledger(job: Any) -> tuple[Any, Any]:
    """Do ``job`` after some money came in; return its outcome and all rows, and undo it."""
    with transaction.atomic():
        post(key="in", legs={OUTSIDE: -90, ESCROW: 60, PENDING: 30})
        try:
            outcome = job()
        except (KeyReused, Overdrawn) as refused:
            outcome = refused
        found = rows()
        transaction.set_rollback(True)
    return outcome, found


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batch=st.lists(facts, max_size=24))
def test_a_batch_leaves_the_same_rows_as_telling_one_by_one(db, batch):
    def one_by_one() -> list[bool]:
        return [post(key=fact.key, legs=fact.legs, memo=fact.memo, at=fact.at) for fact in batch]

    single, expected = in_a_fresh_ledger(one_by_one)
    many, found = in_a_fresh_ledger(lambda: post_many(batch))

    if isinstance(single, list):
        assert many == single
        assert found == expected
    else:
        _, untouched = in_a_fresh_ledger(list)
        assert isinstance(many, KeyReused | Overdrawn)
        assert isinstance(many, KeyReused) or many.args == single.args
        assert found == untouched


# --- batches at once --------------------------------------------------------------------------

PEOPLE = [accounts.sharer(number, "CNY") for number in range(12)]


@pytest.mark.django_db(transaction=True)
def test_batches_that_name_accounts_in_opposite_orders_never_wait_in_a_circle():
    post_many([moved(f"in:{n}", 1000, of=OUTSIDE, to=side) for n, side in enumerate(PEOPLE)])
    names = iter("abcdefgh")

    def batches() -> list[list[bool]]:
        name = next(names)
        way = PEOPLE if name in "aceg" else PEOPLE[::-1]
        return [
            post_many(
                [
                    moved(f"{name}:{turn}:{n}", 1, of=giver, to=taker)
                    for n, (giver, taker) in enumerate(itertools.pairwise(way))
                ]
            )
            for turn in range(10)
        ]

    outcomes = all_at_once(batches, times=8)

    assert outcomes == [[[True] * 11] * 10] * 8
    assert [balance_of(side) for side in PEOPLE] == [1000] * 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
@pytest.mark.parametrize("to", [SHOP, FEES], ids=["running", "nobody running"])
def test_two_batches_with_keys_in_common_write_each_once(to, turn):
    def tell(*keys: int) -> list[bool]:
        return post_many([moved(f"sale:{key}", 10, of=OUTSIDE, to=to) for key in keys])

    upper, lower = together(lambda: tell(*range(20, 60)), lambda: tell(*range(39, -1, -1)))

    both_told = zip(upper[:20], lower[19::-1], strict=True)
    assert all(one != other for one, other in both_told), (upper, lower)
    assert all([*upper[20:], *lower[20:]])
    assert balance_of(to) == 600
