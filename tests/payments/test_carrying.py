"""Files for the bank: made once, the same bytes again; the statement or a person ends them."""

import hashlib

import pytest

from audit.models import AuditEvent
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from payments import by_hand, cancelling, carrying, destinations, payouts
from payments.carrying import BroughtBefore, NotAStatement, NothingToCarry
from payments.invariants import INVARIANTS
from payments.models import Difference, Payout, PayoutFile, Statement
from tests.races import all_at_once

CARD = "6222021234567890128"
SUSPENSE = accounts.suspense("CNY")
OUTSIDE = accounts.outside("bank_csv", "CNY")


def broken() -> list[str]:
    return [found.name for found in check(INVARIANTS) if found.broken]


@pytest.fixture(autouse=True)
def _bank(settings) -> None:
    settings.PAYOUT_RAILS = ["sandbox", "bank_csv"]


@pytest.fixture
def waiting(linwei, xiaoyu, earn) -> list[Payout]:
    """¥50.00 and ¥70.00, to two cards."""
    made = []
    for person, card, minor in ((linwei, CARD, 5000), (xiaoyu, "4111111111111111", 7000)):
        destinations.set_destination(
            person=person, identifier=card, holder=person.name, provider="bank_csv"
        )
        side = earn(person, minor)
        made.append(payouts.ask(person=person, account=side, amount_minor=minor, run="r"))
    return made


def make(by) -> PayoutFile:
    return carrying.make_file(rail="bank_csv", currency="CNY", by=by)


def bring(text: str, by) -> Statement:
    return carrying.bring_statement(rail="bank_csv", currency="CNY", content=text.encode(), by=by)[
        0
    ]


def states(rows) -> list[str]:
    return [Payout.objects.get(pk=row.pk).state for row in rows]


def test_what_goes_by_file_is_never_sent_by_us(waiting):
    assert payouts.send_due() == 0
    assert states(waiting) == ["reserved", "reserved"]


@pytest.mark.proves("T36")
def test_a_file_is_made_once_and_its_payouts_are_being_checked(waiting, accountants):
    file = make(accountants[0])

    assert (file.payouts_count, file.total_minor) == (2, 12_000)
    stored = bytes(PayoutFile.objects.get().content)
    assert file.sha256 == hashlib.sha256(stored).hexdigest()
    text = stored.decode("utf-8", "replace")
    for row in waiting:
        assert row.reference in text
    assert "50.00" in text
    assert states(waiting) == ["unknown", "unknown"]
    assert payouts.look_up_due() == 0
    with pytest.raises(NothingToCarry):
        make(accountants[1])
    assert PayoutFile.objects.count() == 1
    (act,) = AuditEvent.objects.filter(act="payouts.put_into_a_file")
    assert act.after == {"sha256": file.sha256, "payouts": 2, "total_minor": 12_000}
    assert broken() == []


def test_what_is_in_a_file_cannot_be_called_off(waiting, accountants, linwei):
    make(accountants[0])

    with pytest.raises(cancelling.AlreadySent):
        cancelling.cancel(payout=waiting[0], by=linwei)


@pytest.mark.proves("T36")
@pytest.mark.django_db(transaction=True)
def test_five_presses_make_one_file(waiting, accountants):
    outcomes = all_at_once(lambda: make(accountants[0]), times=5)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        *["NothingToCarry"] * 4,
        "PayoutFile",
    ]
    assert PayoutFile.objects.get().payouts_count == 2
    assert broken() == []


@pytest.mark.proves("T36")
def test_the_bank_statement_ends_them_and_what_differs_stands_in_suspense(waiting, accountants):
    """T36: import twice is once; a partial match is a difference."""
    make(accountants[0])
    one, other = waiting
    text = (
        "date,reference,debit,credit\n"
        f"2026-11-22,{one.reference},50.00,\n"
        "2026-11-22,N0B0DYS000,9.00,\n"
    )

    bring(text, accountants[0])

    assert states(waiting) == ["settled", "unknown"]
    assert [(row.kind, row.reference, row.suspense_minor) for row in Difference.objects.all()] == [
        ("only_theirs", "N0B0DYS000", -900)
    ]
    assert (balance_of(SUSPENSE), balance_of(OUTSIDE)) == (-900, 5900)
    assert broken() == []
    before = Transfer.objects.count(), Statement.objects.count()
    with pytest.raises(BroughtBefore):
        bring(text, accountants[1])
    assert (Transfer.objects.count(), Statement.objects.count()) == before
    assert other.pk


@pytest.mark.proves("T36")
def test_another_amount_in_the_banks_book_freezes_it(waiting, accountants):
    make(accountants[0])
    bring(
        f"date,reference,debit,credit\n2026-11-22,{waiting[0].reference},50.01,\n", accountants[0]
    )

    assert states(waiting) == ["frozen", "unknown"]
    assert balance_of(OUTSIDE) == 0
    assert broken() == []


def test_what_the_bank_sent_back_is_on_the_account_again(waiting, accountants):
    make(accountants[0])
    row = waiting[0]
    bring(f"date,reference,debit,credit\n2026-11-22,{row.reference},50.00,\n", accountants[0])
    bring(f"date,reference,debit,credit\n2026-11-25,{row.reference},,50.00\n", accountants[0])

    assert states(waiting)[0] == "returned"
    assert balance_of(accounts.named(row.account, "CNY")) == 5000
    assert (balance_of(OUTSIDE), balance_of(SUSPENSE)) == (0, 0)
    assert broken() == []


@pytest.mark.parametrize(("has_arrived", "state"), [(True, "settled"), (False, "returned")])
def test_a_person_may_say_what_the_bank_said(waiting, accountants, has_arrived, state):
    make(accountants[0])

    by_hand.decide(
        payout=waiting[0], has_arrived=has_arrived, by=accountants[1], why="The bank's page."
    )

    assert states(waiting) == [state, "unknown"]
    assert broken() == []


def test_a_person_says_nothing_of_what_a_rail_can_be_asked_about(
    linwei, linwei_earned, accountants
):
    payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=5000, run="r")
    payouts.claim()

    with pytest.raises(by_hand.NotForAPerson):
        by_hand.decide(payout=payout, has_arrived=True, by=accountants[0], why="x")


def test_who_cannot_stand_in_the_file_has_the_money_back_and_the_rest_goes(waiting, accountants):
    Payout.objects.filter(pk=waiting[0].pk).update(holder="=+-@")

    file = make(accountants[0])

    assert file.payouts_count == 1
    assert states(waiting) == ["returned", "unknown"]
    assert Payout.objects.get(pk=waiting[0].pk).reason == "fix_destination"
    assert broken() == []


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"a,b\n1,2\n", b"date,reference,amount\n"])
def test_what_is_no_statement_is_refused_and_nothing_is_written(db, accountants, content):
    before = AuditEvent.objects.count()
    with pytest.raises(NotAStatement):
        carrying.bring_statement(
            rail="bank_csv", currency="CNY", content=content, by=accountants[0]
        )
    assert (Statement.objects.count(), AuditEvent.objects.count()) == (0, before)
