"""Recording: one chain, sealed, however many write at once."""

import hashlib
import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import recording
from audit.invariants import INVARIANTS
from audit.models import AuditEvent
from audit.recording import broken_links, record
from kit.invariants import check
from tests.races import all_at_once


def approve(number: int = 7) -> AuditEvent:
    return record(
        actor="person:4",
        act="listing.approved",
        subject=f"product:{number}",
        before={"state": "held"},
        after={"state": "live", "words": "秦岭"},
    )


def change_past_the_triggers(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_the_digest_covers_the_row_and_the_digest_before(db, noon):
    first, second = approve(7), approve(8)

    row = [
        "2026-11-22T04:00:00.000000+00:00",
        "person:4",
        "listing.approved",
        "product:8",
        {"state": "held"},
        {"state": "live", "words": "秦岭"},
    ]
    words = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert first.previous_digest == "0" * 64
    assert second.previous_digest == first.digest
    assert second.digest == hashlib.sha256((first.digest + words).encode()).hexdigest()
    assert broken_links() == []


def test_what_was_read_back_seals_like_what_was_written(db):
    record(actor="house", act="rate.moved", subject="shop:1", after={"share": 0.1, "n": 10**18})

    assert broken_links() == []
    assert AuditEvent.objects.get().after == {"share": "0.1", "n": 10**18}


def test_a_changed_row_is_found(db):
    approve(7), approve(8), approve(9)
    changed = AuditEvent.objects.get(subject="product:8")

    change_past_the_triggers(
        f"UPDATE audit_auditevent SET actor = 'person:5' WHERE id = {changed.pk}"
    )

    assert broken_links() == [changed.pk]


def test_a_missing_row_is_found_by_the_one_that_follows_it(db):
    approve(7), approve(8), approve(9)
    gone, after = AuditEvent.objects.order_by("pk")[1:]

    change_past_the_triggers(f"DELETE FROM audit_auditevent WHERE id = {gone.pk}")

    assert broken_links() == [after.pk]
    assert [finding.broken for finding in check(INVARIANTS)] == [1]


def test_nothing_is_recorded_of_an_act_that_was_rolled_back(db):
    with transaction.atomic():
        approve()
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET actor = 'nobody'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(db, sql):
    approve()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.get().actor == "person:4"


@pytest.mark.django_db(transaction=True)
def test_ten_who_record_at_once_make_one_chain():
    outcomes = all_at_once(approve, times=10)

    assert all(isinstance(outcome, AuditEvent) for outcome in outcomes)
    assert AuditEvent.objects.count() == 10
    assert broken_links() == []
    assert [finding.broken for finding in check(INVARIANTS)] == [0]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_ten_would_fork_the_chain(monkeypatch):
    monkeypatch.setattr(recording, "one_at_a_time", lambda *names: None)
    approve()

    def slowly() -> AuditEvent:
        with transaction.atomic():
            event = approve()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.05)")
        return event

    outcomes = all_at_once(slowly, times=10)

    # Two rows wanted the same place; the database let only one of them have it.
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)
    assert AuditEvent.objects.count() < 11
    assert broken_links() == []
