"""Old debts are given up by two people, once, and never for oneself."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import post
from payments import writing_off
from payments.invariants import INVARIANTS
from payments.models import WriteOff
from payments.writing_off import AskedBefore, NotOldEnough, SecondPersonNeeded
from tests.races import all_at_once

LOSS = accounts.clawback_loss("CNY")
FEES = accounts.platform_fees("CNY")


def owe(person, minor: int, *, days: int, key: str = "debt") -> accounts.Side:
    side = accounts.sharer(person.pk, "CNY")
    post(
        key=f"{key}:{side.code}",
        legs={side: -minor, FEES: minor},
        at=clock.now() - timedelta(days=days),
    )
    return side


def test_a_debt_is_old_after_180_days_without_a_break(linwei, xiaoyu, chen, earn, noon):
    owe(linwei, 3000, days=180)
    owe(xiaoyu, 3000, days=179)
    side = owe(chen, 3000, days=400)
    post(key="up", legs={side: 3000, FEES: -3000}, at=noon - timedelta(days=300))
    owe(chen, 100, days=10, key="anew")

    (debt,) = writing_off.old_debts()
    assert (debt.account, debt.owed_minor, debt.since) == (
        f"sharer:{linwei.pk}:CNY",
        3000,
        noon - timedelta(days=180),
    )


def test_two_people_give_it_up_and_the_house_bears_it(linwei, accountants):
    one, other = accountants
    side = owe(linwei, 3000, days=200)
    row = writing_off.ask(account=side.code, reason="Cannot be reached.", by=one)
    assert (row.state, row.amount_minor, balance_of(side)) == ("asked", 3000, -3000)

    writing_off.approve(write_off=row, by=other)

    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("approved", other)
    assert (balance_of(side), balance_of(LOSS)) == (0, -3000)
    assert Transfer.objects.get(key=f"writeoff:{row.pk}").memo == "Cannot be reached."
    acts = AuditEvent.objects.filter(subject=f"writeoff:{row.pk}").order_by("pk")
    assert [(act.act, act.actor) for act in acts] == [
        ("write_off.asked", f"person:{one.pk}"),
        ("write_off.approved", f"person:{other.pk}"),
    ]
    assert [found.name for found in check(INVARIANTS) if found.broken] == []
    with pytest.raises(AskedBefore):
        writing_off.approve(write_off=row, by=other)


def refuses(fact, job) -> None:
    before = Transfer.objects.count(), AuditEvent.objects.count(), WriteOff.objects.count()
    with pytest.raises(fact):
        job()
    assert before == (
        Transfer.objects.count(),
        AuditEvent.objects.count(),
        WriteOff.objects.count(),
    )


def test_who_asked_cannot_approve(linwei, accountants):
    side = owe(linwei, 3000, days=200)
    row = writing_off.ask(account=side.code, reason="r", by=accountants[0])

    refuses(SecondPersonNeeded, lambda: writing_off.approve(write_off=row, by=accountants[0]))
    with pytest.raises(IntegrityError), transaction.atomic():
        WriteOff.objects.filter(pk=row.pk).update(state="approved", decided_by=accountants[0])


def test_nobody_gives_up_their_own_debt(accountants):
    one, other = accountants
    mine = owe(one, 3000, days=200).code
    refuses(SecondPersonNeeded, lambda: writing_off.ask(account=mine, reason="r", by=one))
    row = writing_off.ask(account=mine, reason="r", by=other)

    refuses(SecondPersonNeeded, lambda: writing_off.approve(write_off=row, by=one))


@pytest.mark.parametrize("account", ["", "x", "platform:fees:CNY", "sharer:1:CNY\x00"[:12]])
def test_what_is_no_old_debt_cannot_be_asked_for(linwei, accountants, account):
    owe(linwei, 3000, days=10)

    refuses(NotOldEnough, lambda: writing_off.ask(account=account, reason="r", by=accountants[0]))


def test_a_debt_is_asked_for_once_at_a_time(linwei, accountants):
    side = owe(linwei, 3000, days=200)
    row = writing_off.ask(account=side.code, reason="r", by=accountants[0])
    refuses(
        AskedBefore,
        lambda: writing_off.ask(account=side.code, reason="r", by=accountants[1]),
    )
    writing_off.refuse(write_off=row, by=accountants[0])
    assert writing_off.ask(account=side.code, reason="r", by=accountants[1]).state == "asked"


def test_what_was_earned_meanwhile_is_not_given_up(linwei, accountants, earn):
    side = owe(linwei, 3000, days=200)
    row = writing_off.ask(account=side.code, reason="r", by=accountants[0])
    earn(linwei, 500)

    refuses(NotOldEnough, lambda: writing_off.approve(write_off=row, by=accountants[1]))


@pytest.mark.django_db(transaction=True)
def test_five_presses_give_it_up_once(linwei, accountants):
    side = owe(linwei, 3000, days=200)
    row = writing_off.ask(account=side.code, reason="r", by=accountants[0])

    all_at_once(lambda: writing_off.approve(write_off=row, by=accountants[1]), times=5)

    assert (balance_of(side), balance_of(LOSS)) == (0, -3000)
