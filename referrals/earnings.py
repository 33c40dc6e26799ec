"""What a sharer has earned: the figures, and the stage each commission has reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from kit import clock
from ledger import accounts
from ledger.balances import balances_of
from payments.models import Payout
from people.models import Person
from referrals.models import Commission, Reversal

S = Commission.State
WEEKS = 12
MOST_REASONS = 5  # more refunds than these nobody reads to understand a balance

# Commissions that stand: paid for, and not taken back.
STANDING = (S.PENDING, S.HELD, S.RELEASED)

KEPT = Q(charity=None)
# Orders that were brought, whoever has what they earned.
BROUGHT = Q(state__in=STANDING) | Q(state=S.GIVEN, paid_at__isnull=False)

GIVEN_AWAY = Q(state=S.GIVEN, paid_at__isnull=False) | Q(state=S.RELEASED, charity__isnull=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one person earned in one currency, in minor units.

    ``available_minor`` is the ledger's word, so a payout under way and what was taken
    back are already off it; ``month_minor`` is of sales paid this month; ``total_minor``
    is everything ever released and not taken back. None of it is of what they gave away:
    that is ``given_minor``, what buyers paid less and charities were given.
    """

    currency: str
    available_minor: int
    pending_minor: int
    month_minor: int
    total_minor: int
    given_minor: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One commission and its stage: a state, ``paid_out`` once payouts have covered it.

    ``donated`` once a charity has what was left to it, ``in_review`` while a person of the
    house looks at the sale, and ``refused`` once they have said no.
    """

    commission: Commission
    stage: str


@dataclass(frozen=True, slots=True)
class Week:
    """What the sales of one week, from its Monday, earned or will earn."""

    starts: datetime
    minor: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """All that the earnings page shows of one person."""

    figures: list[Figures]
    rows: list[Row]


def earnings_of(person: Person) -> Earnings:
    """Return a sharer's figures, one set a currency, and all rows, newest first."""
    return Earnings(
        figures=figures_of(person),
        rows=staged(Commission.objects.earned_by(person).select_related("product", "shop")),
    )


def figures_of(person: Person) -> list[Figures]:
    """Return a sharer's figures, the currency they earned most often in first."""
    net = F("amount_minor") - F("reversed_minor")
    month_began = _month_of(clock.now())
    sums = (
        Commission.objects.filter(sharer=person)
        .values("currency")
        .annotate(
            pending_minor=_sum(net, KEPT & Q(state__in=(S.PENDING, S.HELD))),
            month_minor=_sum(net, KEPT & Q(state__in=STANDING, paid_at__gte=month_began)),
            total_minor=_sum(net, KEPT & Q(state=S.RELEASED)),
            given_minor=_sum(net, GIVEN_AWAY),
            rows=Sum(1),
        )
        .order_by("-rows", "currency")
    )
    found = list(sums) or [
        {"currency": "CNY", "pending_minor": 0, "month_minor": 0, "total_minor": 0}
    ]
    sides = {row["currency"]: accounts.sharer(person.pk, row["currency"]) for row in found}
    balances = balances_of(sides.values())
    return [
        Figures(
            currency=row["currency"],
            available_minor=balances[sides[row["currency"]]],
            pending_minor=row["pending_minor"],
            month_minor=row["month_minor"],
            total_minor=row["total_minor"],
            given_minor=row.get("given_minor", 0),
        )
        for row in found
    ]


def staged(commissions: Iterable[Commission]) -> list[Row]:
    """Return rows with the stage each has reached, in the order given."""
    rows = list(commissions)
    covered = _paid_out({(row.sharer_id, row.currency) for row in rows})
    return [_staged(row, covered) for row in rows]


def all_of(person: Person, commissions: Iterable[Commission]) -> Iterator[Row]:
    """Yield one person's rows with their stages, without holding more than one of them."""
    mine = Commission.objects.filter(sharer=person)
    currencies = mine.order_by().values_list("currency", flat=True).distinct()
    covered = _paid_out({(person.pk, currency) for currency in currencies})
    return (_staged(row, covered) for row in commissions)


def below_zero(person: Person, figures: Figures) -> list[Reversal]:
    """Return the newest refunds that took a sharer below zero; none for who is not."""
    owed_minor = -figures.available_minor
    found: list[Reversal] = []
    if owed_minor <= 0:
        return found
    mine = Reversal.objects.filter(
        commission__sharer=person,
        commission__currency=figures.currency,
        commission__charity=None,
    ).select_related("commission__product")
    undone = set(mine.filter(amount_minor__lt=0).values_list("commission_id", "key"))
    taken = mine.filter(
        amount_minor__gt=F("lost_minor"), at__gte=F("commission__released_at")
    ).order_by("-at", "-pk")
    for reversal in taken.iterator(chunk_size=MOST_REASONS):
        if owed_minor <= 0 or len(found) == MOST_REASONS:
            break
        if (reversal.commission_id, reversal.key.replace(":settled", ":undone")) not in undone:
            found.append(reversal)
            owed_minor -= reversal.amount_minor - reversal.lost_minor
    return found


def _staged(row: Commission, covered: set[int]) -> Row:
    stage = "paid_out" if row.pk in covered else row.state
    if row.refused_at is not None:
        stage = "refused"
    elif row.in_review and row.state not in (S.VOID, S.REVERSED):
        stage = "in_review"
    elif row.charity_id is not None and row.state == S.RELEASED:
        stage = "donated"
    return Row(commission=row, stage=stage)


def weeks_of(person: Person, *, currency: str) -> list[Week]:
    """Return the last twelve weeks of paid sales, the present one last."""
    zone = timezone.get_current_timezone()
    today = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    this_monday = today - timedelta(days=today.weekday())
    starts = [this_monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    sums = dict.fromkeys((start.date() for start in starts), 0)
    paid = Commission.objects.filter(
        KEPT, sharer=person, currency=currency, state__in=STANDING, paid_at__gte=starts[0]
    ).values_list("paid_at", "amount_minor", "reversed_minor")
    for paid_at, amount_minor, reversed_minor in paid:
        if paid_at is None:
            continue
        day = paid_at.astimezone(zone)
        monday = (day - timedelta(days=day.weekday())).date()
        if monday in sums:
            sums[monday] += amount_minor - reversed_minor
    return [Week(starts=start, minor=sums[start.date()]) for start in starts]


def _paid_out(pairs: set[tuple[int, str]]) -> set[int]:
    """Return the commissions that settled payouts have covered, first released first."""
    covered: set[int] = set()
    for sharer_id, currency in pairs:
        side = accounts.sharer(sharer_id, currency)
        left_minor = (
            Payout.objects.filter(
                account=side.code, currency=currency, state=Payout.State.SETTLED
            ).aggregate(sum_minor=Sum("amount_minor"))["sum_minor"]
            or 0
        )
        released = _released(sharer_id, currency) if left_minor else ()
        for pk, net_minor in released:
            left_minor -= net_minor
            if left_minor < 0:
                break
            covered.add(pk)
    return covered


def _released(sharer_id: int, currency: str) -> Iterable[tuple[int, int]]:
    return (
        Commission.objects.filter(KEPT, sharer_id=sharer_id, currency=currency, state=S.RELEASED)
        .order_by("released_at", "pk")
        .values_list("pk", F("amount_minor") - F("reversed_minor"))
    )


def _sum(net: object, condition: Q) -> Coalesce:
    return Coalesce(Sum(net, filter=condition), 0)


def _month_of(now: datetime) -> datetime:
    zone = timezone.get_current_timezone()
    return now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
