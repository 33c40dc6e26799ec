"""Large payouts wait for people: one, or two different ones, never the payee."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from kit.invariants import check
from ledger.balances import balance_of
from payments import approving, payouts
from payments.approving import NotWaiting, OwnPayout, SecondPersonNeeded
from payments.invariants import INVARIANTS
from payments.models import Payout
from tests.races import all_at_once, together


def asked(person, earn, send_to, minor: int, *, run: str = "press-1") -> Payout:
    send_to(person, f"wallet-{person.pk}")
    side = earn(person, minor)
    return payouts.ask(person=person, account=side, amount_minor=minor, run=run)


@pytest.mark.parametrize(
    ("minor", "state", "needed"),
    [
        (200_000, "reserved", 0),
        (200_001, "awaiting", 1),
        (500_000, "awaiting", 1),
        (500_001, "awaiting", 2),
    ],
)
def test_what_is_asked_by_the_button_has_the_same_limits(
    linwei, earn, send_to, minor, state, needed
):
    payout = asked(linwei, earn, send_to, minor)

    assert (payout.state, payout.approvals_needed) == (state, needed)


def test_what_waits_is_not_sent(linwei, earn, send_to, provider):
    payout = asked(linwei, earn, send_to, 200_001)

    assert payouts.send_due() == 0
    assert provider.find("payouts", payout.reference) == []


def test_one_approval_lets_it_go(linwei, earn, send_to, accountants):
    payout = approving.approve(payout=asked(linwei, earn, send_to, 200_001), by=accountants[0])

    assert (payout.state, payout.approved_by) == ("reserved", accountants[0])
    (act,) = AuditEvent.objects.filter(act="payout.approved")
    assert (act.actor, act.after["given"], act.after["needed"]) == (
        f"person:{accountants[0].pk}",
        1,
        1,
    )


def test_above_five_thousand_two_different_people_approve(linwei, earn, send_to, accountants):
    one, other = accountants
    payout = approving.approve(payout=asked(linwei, earn, send_to, 500_001), by=one)
    assert payout.state == "awaiting"
    with pytest.raises(SecondPersonNeeded):
        approving.approve(payout=payout, by=one)
    payout.refresh_from_db()
    assert (payout.state, payout.second_by) == ("awaiting", None)

    payout = approving.approve(payout=payout, by=other)

    assert (payout.state, payout.approved_by, payout.second_by) == ("reserved", one, other)
    with pytest.raises(NotWaiting):
        approving.approve(payout=payout, by=one)


def test_nobody_approves_money_for_themselves(accountants, earn, send_to):
    one, _ = accountants
    payout = asked(one, earn, send_to, 200_001)

    with pytest.raises(OwnPayout):
        approving.approve(payout=payout, by=one)
    payout.refresh_from_db()
    assert (payout.state, payout.approved_by, AuditEvent.objects.count()) == ("awaiting", None, 1)


@pytest.mark.parametrize("change", ["same person twice", "the payee", "unapproved", "one of two"])
def test_the_database_itself_refuses(linwei, earn, send_to, accountants, change):
    one, other = accountants
    payout = asked(linwei, earn, send_to, 500_001)
    changes = {
        "same person twice": {"approved_by": one, "second_by": one},
        "the payee": {"approved_by": one, "second_by": linwei},
        "unapproved": {"state": "reserved"},
        "one of two": {"state": "submitting", "approved_by": other},
    }[change]

    with pytest.raises(IntegrityError), transaction.atomic():
        Payout.objects.filter(pk=payout.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_five_presses_of_one_person_are_one_approval(linwei, earn, send_to, accountants):
    payout = asked(linwei, earn, send_to, 500_001)

    outcomes = all_at_once(lambda: approving.approve(payout=payout, by=accountants[0]), times=5)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "Payout",
        *["SecondPersonNeeded"] * 4,
    ]
    payout.refresh_from_db()
    assert (payout.state, payout.second_by) == ("awaiting", None)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_are_two_approvals(linwei, earn, send_to, accountants):
    payout = asked(linwei, earn, send_to, 500_001)

    together(*[lambda by=by: approving.approve(payout=payout, by=by) for by in accountants])

    payout.refresh_from_db()
    assert (payout.state, payout.approvals_given) == ("reserved", 2)
    assert [found.name for found in check(INVARIANTS) if found.broken] == []


def test_people_who_share_an_account_are_looked_at(linwei, xiaoyu, earn, send_to):
    for person in (linwei, xiaoyu):
        send_to(person, "one-wallet")
    made = [
        payouts.ask(
            person=person, account=earn(person, 5000), amount_minor=5000, run=f"p{person.pk}"
        )
        for person in (linwei, xiaoyu)
    ]

    assert [(one.state, one.waits_for) for one in made] == [("awaiting", "shared")] * 2
    assert balance_of(earn(linwei, 5000)) == 0  # set aside all the same
