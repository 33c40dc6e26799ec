"""Seals: a day hashed into a chain, checked by hand, and broken by one changed row."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from kit import clock
from kit.invariants import check
from ledger import accounts, closing, sealing
from ledger.balances import balance_of, statement_of
from ledger.invariants import INVARIANTS
from ledger.models import Checkpoint, DaySeal, Transfer
from ledger.posting import post
from ledger.tasks import seal_days
from tests.races import all_at_once

OUTSIDE = accounts.outside("sandbox", "CNY")
FEES = accounts.platform_fees("CNY")
SHOP = accounts.shop(3, "CNY")

FRIDAY = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in Shanghai
DAY = timedelta(days=1)
ZEROS = "0" * 64


def sold(number: int, *, at: datetime, minor: int = 100) -> None:
    """A sale of ``minor``, 1 of it to the house, written down at ``at``."""
    with clock.stopped_at(at):
        post(key=f"sold:{number}", legs={OUTSIDE: -minor, SHOP: minor - 1, FEES: 1})


def close(at: datetime) -> int:
    with clock.stopped_at(at):
        return closing.close_days()


@pytest.fixture
def two_days(db):
    """Two sales on Friday, one on Saturday, both days closed."""
    sold(1, at=FRIDAY)
    sold(2, at=FRIDAY)
    sold(3, at=FRIDAY + DAY)
    close(FRIDAY + 2 * DAY)
    return list(DaySeal.objects.order_by("day"))


def broken() -> dict[str, list[Any]]:
    return {finding.name: finding.examples for finding in check(INVARIANTS) if finding.broken}


def test_each_day_that_is_over_is_sealed_over_the_day_before(two_days):
    friday, saturday = two_days

    assert [(seal.day, seal.transfers) for seal in two_days] == [
        (date(2026, 11, 20), 2),
        (date(2026, 11, 21), 1),
    ]
    assert friday.previous_digest == ZEROS
    assert saturday.previous_digest == friday.digest
    assert saturday.first == friday.last + 1
    assert broken() == {}


def test_a_seal_can_be_worked_out_by_hand_from_what_a_transfer_says(db):
    sold(1, at=FRIDAY)
    close(FRIDAY + DAY)
    transfer = Transfer.objects.get()
    stripes = {stripe.rpartition(":")[2] for stripe in [FEES.stripe_for("sold:1")]}
    (stripe,) = stripes

    said = "\n".join(
        [
            str(transfer.nonce),
            '"sold:1"',
            '""',
            transfer.request_hash,
            "2026-11-20T04:00:00.000000Z",
            "2026-11-20T04:00:00.000000Z",
            f"outside:sandbox:CNY:{stripe} CNY -100",
            f"platform:fees:CNY:{stripe} CNY 1",
            "shop:3:CNY CNY 99 1 99",
        ]
    )
    digest = hashlib.sha256(said.encode()).hexdigest()
    expected = hashlib.sha256(f"{ZEROS}\n{digest}\n".encode()).hexdigest()

    assert DaySeal.objects.get().digest == expected


def test_a_day_is_not_sealed_before_it_is_over_in_shanghai(db):
    sold(1, at=FRIDAY)

    assert close(datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)) == 0
    assert close(datetime(2026, 11, 20, 16, 0, 0, tzinfo=UTC)) == 1
    assert close(datetime(2026, 11, 20, 16, 1, 0, tzinfo=UTC)) == 0


def test_a_quiet_day_has_no_seal_and_a_late_beat_changes_nothing(db):
    sold(1, at=FRIDAY)
    sold(2, at=FRIDAY + 3 * DAY)

    assert close(FRIDAY + 4 * DAY) == 2
    assert [seal.day.day for seal in DaySeal.objects.order_by("day")] == [20, 23]


def test_a_transfer_that_straddled_midnight_is_sealed_with_the_next_day(db):
    sold(1, at=FRIDAY)
    close(FRIDAY + DAY)
    sold(2, at=FRIDAY)  # its clock was slow, or it took its time

    assert close(FRIDAY + DAY) == 0
    assert close(FRIDAY + 2 * DAY) == 1
    assert DaySeal.objects.latest("day").day == date(2026, 11, 21)


def bend(*statements: str) -> None:
    """Do what only somebody with the database's own keys can: past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_posting DISABLE TRIGGER USER")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ALTER TABLE ledger_posting ENABLE TRIGGER USER")


def test_an_amount_changed_so_that_all_sums_hold_is_found_with_its_day(two_days):
    ours = "transfer_id = (SELECT id FROM ledger_transfer WHERE key = 'sold:3')"
    bend(
        f"UPDATE ledger_posting SET amount_minor = -200 WHERE amount_minor = -100 AND {ours}",
        "UPDATE ledger_posting SET amount_minor = 199, balance_after_minor = 397"
        f" WHERE amount_minor = 99 AND {ours}",
        "UPDATE ledger_account SET balance_minor = 397 WHERE code = 'shop:3:CNY'",
        "UPDATE ledger_checkpoint SET balance_minor = balance_minor - 100 WHERE balance_minor < 0"
        " AND account_id IN (SELECT account_id FROM ledger_posting WHERE amount_minor = -200)",
    )

    saturday = two_days[1]
    assert broken() == {
        "ledger.sealed_days_are_as_they_were_sealed": [(saturday.day, saturday.digest)]
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET memo = 'x' WHERE key = 'sold:1'",
        "UPDATE ledger_transfer SET key = 'sold:9' WHERE key = 'sold:1'",
        "UPDATE ledger_transfer SET occurred_at = occurred_at + interval '1 microsecond'"
        " WHERE key = 'sold:1'",
        "DELETE FROM ledger_posting WHERE transfer_id ="
        " (SELECT id FROM ledger_transfer WHERE key = 'sold:1');"
        " DELETE FROM ledger_transfer WHERE key = 'sold:1'",
        "UPDATE ledger_account SET code = 'shop:4:CNY' WHERE code = 'shop:3:CNY'",
    ],
)
def test_any_changed_or_missing_row_is_found_with_its_day(two_days, statement):
    bend(statement)

    found = broken()["ledger.sealed_days_are_as_they_were_sealed"]
    assert date(2026, 11, 20) in [day for day, _ in found]


def test_a_seal_changed_to_fit_breaks_the_one_that_follows(two_days):
    bend(
        "UPDATE ledger_transfer SET memo = 'x' WHERE key = 'sold:1'",
        "UPDATE ledger_dayseal s SET digest = (SELECT encode(sha256(convert_to("
        " s.previous_digest || E'\\n' || string_agg(d.digest || E'\\n', '' ORDER BY d.id),"
        " 'UTF8')), 'hex') FROM ledger_digests(s.first, s.last) d) WHERE day = '2026-11-20'",
    )

    assert broken() == {"ledger.every_seal_follows_the_one_before": [(date(2026, 11, 21),)]}


@pytest.mark.parametrize("table", ["ledger_dayseal", "ledger_checkpoint"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET id = id", "TRUNCATE {}"])
def test_seals_and_checkpoints_only_grow(two_days, table, act):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))


def test_a_busy_side_is_its_checkpoint_and_what_came_after(two_days):
    with clock.stopped_at(FRIDAY + 2 * DAY):
        for number in range(10, 30):
            sold(number, at=clock.now())

    assert Checkpoint.objects.filter(account__code__startswith="outside:").exists()
    assert (balance_of(OUTSIDE), balance_of(FEES), balance_of(SHOP)) == (-2300, 23, 2277)
    assert [entry.key for entry in statement_of(OUTSIDE, most=3)] == [
        "sold:29",
        "sold:28",
        "sold:27",
    ]
    close(FRIDAY + 3 * DAY)
    assert (balance_of(OUTSIDE), balance_of(FEES)) == (-2300, 23)
    assert broken() == {}


def test_a_bent_checkpoint_is_found(two_days):
    bend("UPDATE ledger_checkpoint SET balance_minor = balance_minor + 1 WHERE balance_minor < 0")

    assert set(broken()) == {"ledger.checkpoints_are_the_sum_of_what_they_count"}


@pytest.mark.django_db(transaction=True)
def test_five_beats_at_once_seal_each_day_once():
    for number in range(30):
        sold(number, at=FRIDAY + number % 3 * DAY)

    with clock.stopped_at(FRIDAY + 3 * DAY):
        outcomes = all_at_once(seal_days, times=5)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert sum(DaySeal.objects.values_list("transfers", flat=True)) == 30
    assert broken() == {}
    assert balance_of(OUTSIDE) == -3000


@contextmanager
def a_slow_sale() -> Iterator[None]:
    """A sale whose transaction is open all the while, with a later one committed past it."""
    written, may_commit = threading.Event(), threading.Event()
    other = accounts.shop(4, "CNY")

    def sell() -> None:
        try:
            with transaction.atomic():
                post(key="slow", legs={OUTSIDE: -100, other: 99, FEES: 1}, at=FRIDAY)
                written.set()
                may_commit.wait(10)
        finally:
            connections.close_all()

    assert {OUTSIDE.stripe_for(key) for key in ("k8", "slow", "k10")} == {f"{OUTSIDE.code}:13"}
    with clock.stopped_at(FRIDAY):
        post(key="k8", legs={OUTSIDE: -100, SHOP: 99, FEES: 1})
        slow = threading.Thread(target=sell)
        slow.start()
        assert written.wait(10)
        post(key="k10", legs={OUTSIDE: -100, SHOP: 99, FEES: 1})
    try:
        yield
    finally:
        may_commit.set()
        slow.join(10)


@pytest.mark.django_db(transaction=True)
def test_a_transfer_under_way_holds_the_seal_back_and_is_in_the_next_try():
    with a_slow_sale():
        assert close(FRIDAY + DAY) == 0

    assert close(FRIDAY + DAY) == 1
    assert DaySeal.objects.get().transfers == 3
    assert balance_of(OUTSIDE) == -300
    assert broken() == {}


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_transfer_under_way_would_be_missed():
    with a_slow_sale(), clock.stopped_at(FRIDAY + DAY):
        newest = Transfer.objects.latest("pk")
        closing.take_checkpoints(closing.Cut(newest.pk, newest.postings.latest("pk").pk))
        sealing.seal_through(newest.pk)

    assert balance_of(OUTSIDE) == -200  # 300 were taken
    assert set(broken()) == {
        "ledger.sealed_days_are_as_they_were_sealed",
        "ledger.checkpoints_are_the_sum_of_what_they_count",
    }


def test_a_day_is_read_from_id_to_id_however_far_apart(db, monkeypatch):
    """Told twice, a fact leaves a gap; a day of a few must not be asked for in a million steps."""
    with clock.stopped_at(FRIDAY), connection.cursor() as cursor:
        for number in range(5):
            post(key=f"gap:{number}", legs={OUTSIDE: -100, SHOP: 100})
            cursor.execute(
                "SELECT setval('ledger_transfer_id_seq',"
                " nextval('ledger_transfer_id_seq') + 10000000)"
            )
    close(FRIDAY + DAY)
    seal = DaySeal.objects.get()
    monkeypatch.setattr(sealing, "CHUNK", 2)

    with CaptureQueriesContext(connection) as asked:
        lines = "".join(
            sealing.lines_of(previous=seal.previous_digest, first=seal.first, last=seal.last)
        )
    assert len(asked) == 4  # two, two, one and none
    assert lines.count("\n") == 6
    assert hashlib.sha256(lines.encode()).hexdigest() == seal.digest
    assert broken() == {}
