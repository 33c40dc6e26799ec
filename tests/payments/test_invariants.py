"""The invariants hold over every end a payout can have, and each finds what it is for."""

import pytest
from django.db import connection

from kit.invariants import check
from payments import payouts, refunding
from payments.invariants import INVARIANTS


def broken() -> set[str]:
    return {
        finding.name.removeprefix("payments.") for finding in check(INVARIANTS) if finding.broken
    }


@pytest.fixture
def world(linwei, linwei_earned, paid_charge, provider, settings):
    """A payout that arrived, one that came back, one that waits; a refund."""
    settings.SANDBOX_SCRIPT = True
    for run, minor in (("arrived", 2000), ("back", 2001), ("waits", 3000)):
        payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=minor, run=run)
        if run != "waits":
            payouts.send_due()
        if run == "arrived":
            provider.wait_for("payouts", payout.reference, "settled")
            payouts.refresh(payout.pk)
    refunding.ask(charge=paid_charge, amount_minor=1000, key="k")
    assert broken() == set()


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "UPDATE payments_payout SET amount_minor = 3001 WHERE run = 'waits'",
            {"in_transit_is_the_sum_of_open_payouts", "every_payout_was_reserved_first"},
        ),
        (
            "UPDATE payments_payout SET state = 'settled' WHERE run = 'waits'",
            {
                "in_transit_is_the_sum_of_open_payouts",
                "a_payout_is_posted_as_it_stands",
            },
        ),
        (
            "UPDATE payments_payout SET state = 'returned' WHERE run = 'arrived'",
            {"a_payout_is_posted_as_it_stands"},
        ),
        (
            "UPDATE payments_payout SET provider = 'other' WHERE run = 'arrived'",
            {"a_settled_payout_left_through_its_provider"},
        ),
        ("DELETE FROM payments_payoutattempt", {"every_attempt_was_written_down"}),
        ("UPDATE payments_charge SET refunded_minor = 999", {"refunds_of_a_charge_add_up"}),
        (
            "UPDATE payments_refund SET amount_minor = 1001",
            {"refunds_of_a_charge_add_up"},
        ),
        ("UPDATE payments_charge SET state = 'open'", {"only_paid_charges_are_refunded"}),
    ],
)
def test_each_invariant_finds_what_it_is_for(world, sql, found):
    with connection.cursor() as cursor:
        cursor.execute(sql)

    assert broken() == found
