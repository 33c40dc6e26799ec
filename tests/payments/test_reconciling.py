"""Reconciliation: their book against ours, differences in suspense, and nothing paid twice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from audit.models import AuditEvent
from kit import clock
from kit.invariants import check
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Transfer
from ledger.posting import Overdrawn
from notifications.models import Notice
from payments import cancelling, matching, outcomes, payday, payouts, reconciling, suspense
from payments.gateways.port import StatementLine as Line
from payments.invariants import INVARIANTS
from payments.models import Charge, Difference, PausedRail, Payout, Statement, StatementLine
from tests.provider import running_provider

SUSPENSE = accounts.suspense("CNY")
OUTSIDE = accounts.outside("sandbox", "CNY")
DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def broken() -> list[str]:
    return [found.name for found in check(INVARIANTS) if found.broken]


def line(
    reference="", minor=-5000, kind="payout", *, ref="po_1", status="settled", at=NOON
) -> Line:
    return Line(reference, ref, minor, "CNY", kind, status, at)


def bring(*lines, day=DAY, now=NOON) -> None:
    reconciling.keep(rail="sandbox", day=day, lines=lines)
    matching.compare(rail="sandbox", now=now)


def differences() -> list[tuple[str, int, int, int]]:
    rows = Difference.objects.order_by("pk")
    return [(row.kind, row.ours_minor, row.theirs_minor, row.suspense_minor) for row in rows]


@pytest.fixture
def settled(noon, linwei, linwei_earned) -> Payout:
    """¥50.00 that arrived."""
    payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=5000, run="r")
    Payout.objects.filter(pk=payout.pk).update(state="settled", settled_at=noon)
    outcomes.settle(payout)
    payout.refresh_from_db()
    return payout


def test_a_line_with_our_reference_and_amount_matches(settled):
    bring(line(settled.reference))

    assert StatementLine.objects.get().match == "matched"
    assert differences() == []
    assert balance_of(SUSPENSE) == 0


def test_another_amount_stands_in_suspense_and_finance_is_told(settled, accountants, xiaoyu):
    for _ in range(2):
        bring(line(settled.reference, -5003))

    told = Notice.objects.filter(kind="books_differ").order_by("person_id")
    assert [notice.person for notice in told] == accountants
    assert told[0].data == {
        "rail": "sandbox", "day": "2026-11-22", "amount_minor": -3, "currency": "CNY"
    }  # fmt: skip
    assert told[0].path == f"/desk/money/differences/{Difference.objects.get().pk}"

    assert differences() == [("amount", -5000, -5003, -3)]
    assert (balance_of(SUSPENSE), balance_of(OUTSIDE)) == (-3, -10_000 + 5003)
    assert broken() == []


@pytest.mark.proves("T36")
def test_the_same_statement_twice_is_once(settled):
    bring(line(settled.reference, -5003))
    before = Transfer.objects.count()
    bring(line(settled.reference, -5003))

    assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 1)
    assert (len(differences()), Transfer.objects.count()) == (1, before)


def test_a_later_statement_of_the_same_day_brings_only_what_is_new(settled):
    bring(line(settled.reference))
    bring(line(settled.reference), line("", 700, "other", ref="x"))

    assert StatementLine.objects.count() == 2
    assert differences() == [("only_theirs", 0, 700, 700)]
    assert balance_of(SUSPENSE) == 700


def test_fees_of_a_day_are_one_difference(db):
    bring(line("", -30, "fee", ref="a"), line("", -12, "fee", ref="b"))

    assert differences() == [("fee", 0, -42, -42)]
    assert broken() == []


def test_what_only_our_book_says_is_found_once_the_next_day_is_there(settled):
    bring(day=DAY - timedelta(days=1))
    bring(day=DAY)
    assert differences() == []  # their day may begin at another hour
    bring(day=DAY + timedelta(days=1), now=NOON + timedelta(days=2))
    bring(day=DAY + timedelta(days=2), now=NOON + timedelta(days=3))

    assert differences() == [("only_ours", -5000, 0, 5000)]
    assert (balance_of(SUSPENSE), balance_of(OUTSIDE)) == (5000, -10_000)


def test_a_day_without_a_statement_says_nothing_of_what_is_missing_in_it(settled):
    bring(day=DAY - timedelta(days=3))
    bring(day=DAY + timedelta(days=9), now=NOON + timedelta(days=9))

    assert differences() == []


def test_after_a_long_silence_every_day_since_is_asked_for(db, monkeypatch):
    asked: list[date] = []

    def nothing_moved(name: str, day: date) -> list[Line]:
        asked.append(day)
        return []

    monkeypatch.setattr(reconciling, "_ask", nothing_moved)
    Charge.objects.create(amount_minor=100, currency="CNY", description="honey")
    with clock.stopped_at(NOON):
        reconciling.run(NOON)
    asked.clear()

    with clock.stopped_at(NOON + timedelta(days=9)):
        reconciling.run(NOON + timedelta(days=9))

    # The 22nd had not ended when it was last asked for.
    assert asked == [DAY + timedelta(days=number) for number in range(10)]


def test_a_charge_of_ours_that_is_paid_matches_and_an_unknown_one_does_not(paid_charge):
    bring(
        line(paid_charge.reference, 10_000, "charge", ref="ch_1"),
        line("NOBODYS000", 900, "charge", ref="ch_2"),
    )

    assert differences() == [("only_theirs", 0, 900, 900)]
    assert not PausedRail.objects.exists()  # money that came in is no reason to stop


def test_ours_may_lag_behind_for_two_days(linwei, linwei_earned, nobody_answers):
    payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=5000, run="r")
    bring(line(payout.reference), now=NOON + timedelta(hours=47))
    assert StatementLine.objects.get().match == "open"
    assert differences() == []


# --- a transfer that we do not remember (T39) -------------------------------------------------


@pytest.mark.proves("T39")
def test_after_a_restore_the_orphans_are_listed_and_nothing_is_paid_before_a_person_acts(
    linwei, linwei_earned, accountants, tmp_path, settings
):
    """The books went back ten minutes; the provider kept its own."""
    with running_provider(tmp_path) as own:
        own.point_here(settings)
        first = payouts.ask(person=linwei, account=linwei_earned, amount_minor=2000, run="before")
        payouts.send_due()
        own.wait_for("payouts", first.reference, "settled")
        payouts.refresh(first.pk)
        orphan = own.ask(
            "POST",
            "/v1/payouts",
            reference="FORG0TTEN0",
            amount_minor=8000,
            currency="CNY",
            destination="linwei-wallet",
        )
        own.wait_for("payouts", "FORG0TTEN0", "settled")

        reconciling.run(clock.now())

        (found,) = Difference.objects.all()
        assert (found.kind, found.reference, found.provider_ref, found.suspense_minor) == (
            "only_theirs",
            "FORG0TTEN0",
            orphan["id"],
            -8000,
        )
        assert PausedRail.objects.get().reason == "unmatched"
        assert balance_of(linwei_earned) == 8000  # as if it had never been paid
        payday.run(clock.now())
        assert payouts.send_due() == 0
        assert own.money_moved() == {first.reference: -2000, "FORG0TTEN0": -8000}

        cancelled = cancelling.cancel(payout=Payout.objects.latest("pk"), by=linwei)
        assert cancelled.state == "cancelled"
        suspense.resolve(
            difference=found,
            resolution="account",
            account=linwei_earned.code,
            reason="Paid before the restore.",
            by=accountants[0],
        )
    assert balance_of(linwei_earned) == balance_of(SUSPENSE) == 0
    assert balance_of(OUTSIDE) == 0
    assert broken() == []


def test_a_run_twice_and_at_night_changes_nothing(linwei, linwei_earned, tmp_path, settings):
    with running_provider(tmp_path) as own:
        own.point_here(settings)
        payout = payouts.ask(person=linwei, account=linwei_earned, amount_minor=2000, run="r")
        payouts.send_due()
        own.wait_for("payouts", payout.reference, "settled")
        payouts.refresh(payout.pk)

        assert reconciling.run(clock.now()) >= 1
        before = Transfer.objects.count(), StatementLine.objects.count()
        assert reconciling.run(clock.now()) == 0
    assert (Transfer.objects.count(), StatementLine.objects.count()) == before
    assert StatementLine.objects.get().match == "matched"
    assert differences() == []


def test_a_provider_that_is_away_is_asked_again_later(linwei, linwei_earned, nobody_answers):
    payouts.ask(person=linwei, account=linwei_earned, amount_minor=2000, run="r")

    assert reconciling.run(clock.now()) == 0
    assert not Statement.objects.exists()


# --- a person explains ------------------------------------------------------------------------


@pytest.fixture
def missing(settled) -> Difference:
    """¥0.03 more left than we know of."""
    bring(line(settled.reference, -5003))
    return Difference.objects.get()


def explain(difference, by, resolution="house", account="") -> Difference:
    return suspense.resolve(
        difference=difference, resolution=resolution, reason="Why.", by=by, account=account
    )


@pytest.mark.parametrize(
    ("resolution", "side"),
    [
        ("house", accounts.platform_fees("CNY")),
        ("theirs", OUTSIDE),
    ],
)
def test_a_person_says_who_bears_it(missing, accountants, resolution, side):
    before = balance_of(side)
    explain(missing, accountants[0], resolution)

    assert (balance_of(SUSPENSE), balance_of(side) - before) == (0, -3)
    (act,) = AuditEvent.objects.filter(act="difference.resolved")
    assert (act.actor, act.after["reason"], act.after["amount_minor"]) == (
        f"person:{accountants[0].pk}",
        "Why.",
        -3,
    )
    assert broken() == []


def refuses(fact, difference, by, **words):
    before = Transfer.objects.count(), AuditEvent.objects.count()
    with pytest.raises(fact):
        explain(difference, by, **words)
    difference.refresh_from_db()
    assert (Transfer.objects.count(), AuditEvent.objects.count()) == before


def test_it_is_explained_once(missing, accountants):
    explain(missing, accountants[0])

    refuses(suspense.AlreadyResolved, missing, accountants[1])


@pytest.mark.parametrize(
    "account", ["", "x", "sharer:0:CNY", "sharer:99999999:CNY", "outside:sandbox:CNY", "shop:1:USD"]
)
def test_only_an_open_account_of_somebody_bears_it(missing, accountants, account):
    refuses(suspense.NoSuchAccount, missing, accountants[0], resolution="account", account=account)
    assert missing.resolved_at is None


def test_nobody_books_it_to_themselves(missing, accountants):
    mine = f"sharer:{accountants[0].pk}:CNY"
    refuses(suspense.OwnAccount, missing, accountants[0], resolution="account", account=mine)


def test_no_account_is_taken_below_its_floor(linwei, linwei_earned, accountants):
    bring(line("", -70_000, "other", ref="big"))
    refuses(
        Overdrawn,
        Difference.objects.get(),
        accountants[0],
        resolution="account",
        account=linwei_earned.code,
    )
