"""The command that asks every room what must always hold."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from ledger import accounts
from ledger.models import Account
from ledger.posting import post
from weidian.management.commands.invariants import every_invariant


def told(*arguments):
    out = StringIO()
    try:
        call_command("invariants", *arguments, stdout=out)
    except SystemExit as stopped:
        return out.getvalue(), stopped.code
    return out.getvalue(), 0


@pytest.fixture
def bent_balance(db):
    """A balance that nobody posted, written past the trigger that forbids it."""
    outside, escrow = accounts.outside("sandbox", "CNY"), accounts.escrow(1, "CNY")
    post(key="charge:1:settled", legs={outside: -6800, escrow: 6800})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Account.objects.filter(code=escrow.code).update(balance_minor=6900)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_sound_house_answers_with_noughts_and_exit_0(db):
    out, code = told("--json")

    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert all(answer == {"name": answer["name"], "broken": 0} for answer in answers)
    assert "ledger.every_transfer_sums_to_zero" in {answer["name"] for answer in answers}


def test_a_bent_row_is_counted_and_makes_it_exit_1(bent_balance):
    out, code = told("--json")

    broken = {json.loads(line)["name"]: json.loads(line)["broken"] for line in out.splitlines()}
    assert code == 1
    assert broken["ledger.balances_are_the_sum_of_their_postings"] == 1
    assert sum(rows for name, rows in broken.items() if name.startswith("ledger.")) == 1


def test_for_people_it_shows_the_row(bent_balance):
    out, code = told()

    assert code == 1
    assert (
        "BROKEN  ledger.balances_are_the_sum_of_their_postings: 1 rows, such as ('escrow:1'" in out
    )
    assert "ok      ledger.every_transfer_has_two_sides" in out


def test_every_invariant_has_a_name_of_its_own_that_begins_with_its_room():
    names = [invariant.name for invariant in every_invariant()]

    assert len(names) == len(set(names))
    assert {"ledger", "audit"} <= {name.partition(".")[0] for name in names}
