"""Matching: each line of a rail's book against what we have under the same reference."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, Sum

from kit.locks import locked
from kit.sweeping import one_by_one
from payments import holds, inbox, outcomes, payouts, suspense
from payments.gateways.port import PayoutFact, PayoutStatus
from payments.gateways.registry import rail
from payments.models import (
    Charge,
    Difference,
    PausedRail,
    Payout,
    Refund,
    Statement,
    StatementLine,
)
from payments.suspense import Found

# Ours may lag behind theirs for a poll or two; after that it is a difference.
LAG = timedelta(hours=48)
# What is missing is found within days; the whole past is not gone through every time.
LOOKED_BACK = timedelta(days=60)
NOTHING_MOVED = frozenset({"rejected", "pending", "accepted", "awaiting_payee"})
AT_ONCE = 1000

Ours = int | None  # what our books say was moved, leaving is negative; None: not known yet


def compare(*, rail: str, now: datetime) -> int:
    """Decide every line of a rail that can be decided by now; return how many were.

    What differs goes into suspense, and a payout of theirs that we do not know rests the
    rail: nothing may be paid again before a person has looked.
    """
    _fees(rail)
    lines = StatementLine.objects.undecided(rail=rail).exclude(kind="fee")
    decided = one_by_one(lambda line: _decide(line, now), list(lines[:AT_ONCE]))
    _only_ours(rail)
    return sum(decided)


def _decide(line: StatementLine, now: datetime) -> bool:
    _hear(line)
    with transaction.atomic():
        row = locked(StatementLine.objects.filter(pk=line.pk))[0]
        if row.match != StatementLine.Match.OPEN:
            return False
        ours, is_known = FINDERS.get(row.kind, _unknown)(row)
        if ours == row.amount_minor:
            return _mark(row, StatementLine.Match.MATCHED)
        if ours is None and is_known and (now - row.at < LAG or _is_under_way(row)):
            return False  # ours is behind, or frozen until a person decides
        _differs(row, ours, is_known=is_known)
        return _mark(row, StatementLine.Match.DIFFERS)


def _mark(row: StatementLine, match: str) -> bool:
    StatementLine.objects.filter(pk=row.pk).update(match=match)
    return True


def _differs(row: StatementLine, ours: Ours, *, is_known: bool) -> None:
    kinds = Difference.Kind
    suspense.open_difference(
        Found(
            rail=row.rail,
            day=row.day,
            kind=kinds.AMOUNT if ours is not None else kinds.ONLY_THEIRS,
            key=f"line:{row.pk}",
            ours_minor=ours or 0,
            theirs_minor=row.amount_minor,
            currency=row.currency,
            reference=row.reference,
            provider_ref=row.provider_ref,
        )
    )
    if row.kind == "payout" and row.amount_minor < 0 and not is_known:
        holds.pause(rail=row.rail, reason=PausedRail.Reason.UNMATCHED)


def _hear(line: StatementLine) -> None:
    """Let what is ours catch up with a line that is news for it, before they are compared.

    A rail that can be asked is asked; of a file the line itself is the bank's word. Charges
    and refunds are orders' to settle, so the news waits in the inbox as if the rail had called.
    """
    if line.kind in {"charge", "refund"}:
        _tell_inbox(line)
        return
    payout = _payout(line)
    if line.kind != "payout" or payout is None or not _is_news(payout, line):
        return
    if not rail(line.rail).capabilities.by_file:
        payouts.refresh(payout.pk)
        return
    status: PayoutStatus = "returned" if line.amount_minor > 0 else "settled"
    fact = PayoutFact(
        "rejected" if line.status in NOTHING_MOVED else status,
        line.provider_ref,
        abs(line.amount_minor),
        line.currency,
    )
    if line.status in NOTHING_MOVED - {"rejected"}:
        return
    with transaction.atomic():
        outcomes.take_over(locked(Payout.objects.filter(pk=payout.pk))[0], fact)


def _tell_inbox(line: StatementLine) -> None:
    ours, is_known = FINDERS[line.kind](line)
    if ours is None and is_known:
        inbox.store(
            provider=line.rail,
            event_id=f"line:{line.pk}",
            kind=f"{line.kind}.in_statement",
            reference=line.reference,
            payload={"line": line.pk},
        )


def _is_news(payout: Payout, line: StatementLine) -> bool:
    if line.amount_minor > 0:
        return payout.state == Payout.State.SETTLED
    return payout.is_open and payout.state != Payout.State.FROZEN


def _is_under_way(line: StatementLine) -> bool:
    payout = _payout(line) if line.kind == "payout" else None
    return payout is not None and payout.is_open


def _payout(line: StatementLine) -> Payout | None:
    if not line.reference:
        return None
    return Payout.objects.filter(provider=line.rail, reference=line.reference).first()


def _of_payout(line: StatementLine) -> tuple[Ours, bool]:
    payout = _payout(line)
    if payout is None:
        return None, False
    if line.status in NOTHING_MOVED:
        return line.amount_minor, True  # it says what was tried; no money moved
    if payout.currency != line.currency or payout.settled_at is None:
        return None, True
    if line.amount_minor < 0:
        return -payout.amount_minor, True
    came_back = payout.state == Payout.State.RETURNED
    return (payout.amount_minor if came_back else None), True


def _of_charge(line: StatementLine) -> tuple[Ours, bool]:
    charge = Charge.objects.filter(provider=line.rail, reference=line.reference).first()
    if charge is None or charge.paid_at is None:
        return None, charge is not None
    return (charge.amount_minor if charge.currency == line.currency else None), True


def _of_refund(line: StatementLine) -> tuple[Ours, bool]:
    refunds = Refund.objects.filter(charge__provider=line.rail, reference=line.reference)
    refund = refunds.select_related("charge").first()
    if refund is None or refund.settled_at is None:
        return None, refund is not None
    if line.amount_minor < 0:
        return -refund.amount_minor, True
    came_back = refund.state == Refund.State.REFUSED
    return (refund.amount_minor if came_back else None), True


def _unknown(line: StatementLine) -> tuple[Ours, bool]:  # noqa: ARG001 -- one of the finders
    return None, False


FINDERS: dict[str, Callable[[StatementLine], tuple[Ours, bool]]] = {
    "payout": _of_payout,
    "charge": _of_charge,
    "refund": _of_refund,
}


@transaction.atomic
def _fees(name: str) -> None:
    """Put the fees of a day into one difference a currency: a person books them at once."""
    fees = StatementLine.objects.undecided(rail=name).filter(kind="fee")
    rows = locked(fees)
    days = StatementLine.objects.filter(pk__in=[row.pk for row in rows]).order_by()
    for day, currency, sum_minor, newest in days.values_list("day", "currency").annotate(
        sum_minor=Sum("amount_minor"), newest=Max("pk")
    ):
        if sum_minor:
            suspense.open_difference(
                Found(
                    rail=name,
                    day=day,
                    kind=Difference.Kind.FEE,
                    key=f"fees:{name}:{day}:{currency}:{newest}",
                    ours_minor=0,
                    theirs_minor=sum_minor,
                    currency=currency,
                )
            )
    days.update(match=StatementLine.Match.DIFFERS)


def _only_ours(name: str) -> None:
    """Find what we say was moved on days whose statements, and the next day's, do not show it."""
    span = Statement.objects.filter(rail=name).aggregate(first=Min("day"), last=Max("day"))
    if span["first"] is None:
        return
    ends = _midnight(span["last"] - timedelta(days=1))
    begins = max(_midnight(span["first"]), ends - LOOKED_BACK)
    lines = StatementLine.objects.filter(rail=name).exclude(reference="")
    settled = Payout.objects.filter(
        provider=name, settled_at__gte=begins, settled_at__lt=ends
    ).exclude(reference__in=lines.filter(kind="payout").values("reference"))
    paid = Charge.objects.filter(provider=name, paid_at__gte=begins, paid_at__lt=ends).exclude(
        reference__in=lines.filter(kind="charge").values("reference")
    )
    refunded = Refund.objects.filter(
        charge__provider=name, settled_at__gte=begins, settled_at__lt=ends
    ).exclude(reference__in=lines.filter(kind="refund").values("reference"))
    is_told = _told_days(name, since=begins)
    for payout in settled:
        if is_told(payout.settled_at):
            _missing(name, payout, -payout.amount_minor, payout.currency, payout.settled_at)
    for charge in paid:
        if is_told(charge.paid_at):
            _missing(name, charge, charge.amount_minor, charge.currency, charge.paid_at)
    for refund in refunded.select_related("charge"):
        if is_told(refund.settled_at):
            sums = -refund.amount_minor, refund.charge.currency
            _missing(name, refund, *sums, refund.settled_at)


def _told_days(name: str, *, since: datetime) -> Callable[[datetime | None], bool]:
    """Return whether a moment's day, and the next, are days that the rail has told us about.

    A day whose statement could not be had says nothing of what is missing in it. A bank's
    file tells of all days up to its last line.
    """
    if rail(name).capabilities.by_file:
        return lambda at: at is not None
    rows = Statement.objects.filter(rail=name, day__gte=since.date())
    days = set(rows.values_list("day", flat=True))

    def is_told(at: datetime | None) -> bool:
        day = at.astimezone(UTC).date() if at else date.min
        return {day, day + timedelta(days=1)} <= days

    return is_told


def _missing(
    name: str, row: Payout | Charge | Refund, ours_minor: int, currency: str, at: datetime | None
) -> None:
    suspense.open_difference(
        Found(
            rail=name,
            day=at.astimezone(UTC).date() if at else date.min,
            kind=Difference.Kind.ONLY_OURS,
            key=f"ours:{row._meta.model_name}:{row.pk}",
            ours_minor=ours_minor,
            theirs_minor=0,
            currency=currency,
            reference=row.reference,
            provider_ref=row.provider_ref,
        )
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)
