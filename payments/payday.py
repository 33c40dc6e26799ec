"""Payday: once a week everybody with enough on their account is sent it, in one run a rail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from kit import clock, states
from kit.after_commit import after_commit
from kit.sweeping import one_by_one
from ledger import accounts
from ledger.locking import locked_balances
from ledger.posting import Fact, post_many
from payments import approving, limits, payees
from payments.gateways.registry import enabled_rails, rail
from payments.models import Payout, PayoutRun
from payments.states import RUN_MAY_BECOME

# Banks and people are both awake by then, and the whole day is left to mend what fails.
ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=10)

CHUNK = 200  # accounts a transaction: short locks, and little to do again after a crash
HOUSE_CURRENCY = "CNY"

Account = tuple[str, str, int]  # its code, its currency, what stood on it when it was read


def run_of(moment: datetime) -> str:
    """Return the name of the newest payday at ``moment``: ``2026-W47``, Mondays at ten."""
    week = (moment.astimezone(ZONE) - HOUR).isocalendar()
    return f"{week.year}-W{week.week:02d}"


def next_payday(moment: datetime) -> datetime:
    """Return when the payday after ``moment`` begins."""
    local = moment.astimezone(ZONE)
    monday = (local - HOUR).date() - timedelta(days=(local - HOUR).weekday())
    return datetime.combine(monday + timedelta(days=7), datetime.min.time(), ZONE) + HOUR


def run(now: datetime) -> int:
    """Ask for the payouts of this week's payday; return how many were asked for.

    Once a run has been filled it is over: what comes in later waits for the next week. A
    run that was cut short is taken up where it stopped, and two beats at once fill it once.
    """
    period = run_of(now)
    if not PayoutRun.objects.filter(period=period).exists():
        begin(period, now=now)
    asked = 0
    for found in PayoutRun.objects.filter(state=PayoutRun.State.FILLING).order_by("pk"):
        asked += fill(found)
    _close_sent()
    return asked


def begin(period: str, *, now: datetime) -> None:
    """Make the runs of a period, one for each currency and rail; making them twice makes none."""
    rich = payees.rich_accounts(minor=settings.PAYOUT_MINIMUM_MINOR)
    currencies = {currency for _, currency, _ in rich} | {HOUSE_CURRENCY}
    runs = [
        PayoutRun(period=period, currency=currency, rail=rail.name, started_at=now)
        for rail in enabled_rails()
        for currency in sorted(currencies & rail.capabilities.currencies)
    ]
    PayoutRun.objects.bulk_create(runs, ignore_conflicts=True)


def fill(payout_run: PayoutRun) -> int:
    """Reserve what the run pays, a chunk at a time; return how many payouts this call made."""
    rich = payees.rich_accounts(minor=settings.PAYOUT_MINIMUM_MINOR)
    mine = [account for account in rich if account[1] == payout_run.currency]
    chunks = [mine[start : start + CHUNK] for start in range(0, len(mine), CHUNK)]
    made = one_by_one(lambda chunk: _fill_chunk(payout_run, chunk), chunks)
    asked: int = sum(count for count in made if count is not None)
    if len(made) < len(chunks):  # a chunk with an odd account in it: the others go on
        asked += _fill_singly(payout_run, mine)
        return asked
    if None not in made:
        close(payout_run)
    return asked


def _fill_singly(payout_run: PayoutRun, rich: list[Account]) -> int:
    """Fill account by account, so that the odd one alone is left out until it is mended."""
    made = one_by_one(lambda account: _fill_chunk(payout_run, [account]), rich)
    return sum(count for count in made if count is not None)


@transaction.atomic
def _fill_chunk(payout_run: PayoutRun, chunk: Sequence[Account]) -> int | None:
    """Lock, insert and reserve one chunk; None while somebody else fills this run."""
    mine = PayoutRun.objects.filter(pk=payout_run.pk, state=PayoutRun.State.FILLING)
    if not mine.select_for_update(skip_locked=True, no_key=True).exists():
        return None
    able = rail(payout_run.rail).capabilities
    sides = [accounts.named(code, currency) for code, currency, _ in chunk]
    transits = [accounts.in_transit(side.code, side.currency) for side in sides]
    found = locked_balances([*sides, *transits])
    least_minor = max(settings.PAYOUT_MINIMUM_MINOR, able.minimum_minor)
    enough = [side for side in sides if found[side] >= least_minor]
    payouts = [
        Payout(
            person=payee.person,
            account=payee.account.code,
            run=payout_run.period,
            batch=payout_run,
            amount_minor=min(found[payee.account], able.maximum_minor),
            currency=payout_run.currency,
            provider=payout_run.rail,
            destination=payee.destination.identifier,
            holder=payee.destination.holder,
            state=Payout.State.AWAITING,
            approvals_needed=int(payee.person is None),
        )
        for payee in payees.payable(enough, rail=payout_run.rail, run=payout_run.period)
    ]
    return _reserve(payouts)


def _reserve(payouts: list[Payout]) -> int:
    """Insert and reserve those payouts whose account has no other open one by now."""
    Payout.objects.bulk_create(payouts, ignore_conflicts=True)
    references = [payout.reference for payout in payouts]
    made = list(Payout.objects.filter(reference__in=references).order_by("pk"))
    shared = limits.shared_places([pay.person_id for pay in made if pay.person_id is not None])
    for payout in made:
        approval = limits.approval_of(
            amount_minor=payout.amount_minor,
            is_shared=payout.person_id in shared,
            is_charity=payout.person_id is None,
        )
        payout.approvals_needed, payout.waits_for = approval.needed, approval.waits_for
    Payout.objects.bulk_update(made, ["approvals_needed", "waits_for"])
    post_many([_reservation(payout) for payout in made])
    return len(made)


def _reservation(payout: Payout) -> Fact:
    account = accounts.named(payout.account, payout.currency)
    transit = accounts.in_transit(payout.account, payout.currency)
    legs = {account: -payout.amount_minor, transit: payout.amount_minor}
    return Fact(f"payout:{payout.pk}:reserved", legs)


@transaction.atomic
def close(payout_run: PayoutRun) -> None:
    """End the filling: what is within the limits is let go, the rest waits for people.

    A run whose sum is above the limit of a run waits as a whole.
    """
    filling = PayoutRun.objects.filter(pk=payout_run.pk, state=PayoutRun.State.FILLING)
    row = filling.select_for_update(skip_locked=True, no_key=True).first()
    if row is None:
        return
    now = clock.now()
    mine = Payout.objects.filter(batch=row, state=Payout.State.AWAITING)
    total_minor = mine.aggregate(sum_minor=Sum("amount_minor"))["sum_minor"] or 0
    if total_minor > settings.PAYOUT_RUN_LIMIT_MINOR:
        mine.filter(approvals_needed=0).update(
            approvals_needed=1, waits_for=Payout.WaitsFor.RUN_TOTAL
        )
    mine.filter(approvals_needed=0).update(state=Payout.State.RESERVED, next_attempt_at=now)
    states.move(row, to=PayoutRun.State.WAITING, table=RUN_MAY_BECOME, filled_at=now)
    approving.close_if_approved(row)
    after_commit("payments.send_payouts")


def _close_sent() -> None:
    """Call approved runs sent once every payout of theirs has been handed to its provider."""
    unsent = Payout.objects.filter(state__in=(Payout.State.AWAITING, Payout.State.RESERVED))
    done = PayoutRun.objects.filter(state__in=RUN_MAY_BECOME[PayoutRun.State.SENT])
    done.exclude(pk__in=unsent.filter(batch__isnull=False).values("batch_id")).update(
        state=PayoutRun.State.SENT
    )
