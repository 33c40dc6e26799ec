"""Reviews as the desk shows them: what waits, what was decided, what was only noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from kit import clock
from referrals import fraud
from referrals.findings import UNPAID
from referrals.models import Finding, Review
from referrals.models.finding import ReviewQuerySet

# What a sharer is told on their page: a person looks within a week.
TARGET = timedelta(days=7)
EARLIER = 5


@dataclass(frozen=True, slots=True)
class Sign:
    """What one rule saw, in words."""

    rule: str
    words: str
    score: int
    stage: str
    at: datetime


def waiting() -> ReviewQuerySet:
    """Return what waits, the oldest first, each with the ``minor`` units that wait with it."""
    return _with_sums(Review.objects.open())


def decided() -> QuerySet[Review]:
    """Return what was decided, the newest first."""
    rows = _with_sums(Review.objects.exclude(state=Review.State.OPEN))
    return rows.select_related("decided_by").order_by("-decided_at", "-pk")


def noted() -> QuerySet[Finding]:
    """Return what rules saw that held nothing, the newest first."""
    rows = Finding.objects.filter(review=None, attribution__isnull=False)
    return rows.select_related("person", "attribution__shop").order_by("-at", "-pk")


def one_of(pk: int) -> QuerySet[Review]:
    """Return one review with all that its page shows of the sale."""
    rows = _with_sums(Review.objects.filter(pk=pk))
    return rows.select_related("decided_by", "payout_hold", "attribution__shop__owner")


def signs_of(review: Review) -> list[Sign]:
    """Return what rules saw in this sale, in this review or before it."""
    mine = Q(review=review)
    if review.attribution_id is not None:
        mine |= Q(attribution=review.attribution_id)
    return [sign_of(one) for one in Finding.objects.filter(mine).order_by("at", "pk")]


def sign_of(finding: Finding) -> Sign:
    """Return a finding in the reader's language."""
    return Sign(
        rule=finding.rule,
        words=fraud.said(finding.rule, finding.evidence),
        score=finding.score,
        stage=finding.get_stage_display(),
        at=finding.at,
    )


def earlier_of(review: Review) -> list[Review]:
    """Return the newest decisions about the same person."""
    rows = Review.objects.filter(person=review.person_id).exclude(pk=review.pk)
    rows = rows.exclude(state=Review.State.OPEN).select_related("decided_by")
    return list(rows.order_by("-decided_at", "-pk")[:EARLIER])


def next_after(review: Review) -> Review | None:
    """Return the review that waits longest, other than this one."""
    return Review.objects.open().exclude(pk=review.pk).first()


def late_since() -> datetime:
    """Return the moment before which whatever was opened, and is open, is late."""
    return clock.now() - TARGET


def _with_sums(rows: ReviewQuerySet) -> ReviewQuerySet:
    unpaid = Q(attribution__commissions__state__in=UNPAID, attribution__commissions__in_review=True)
    net = F("attribution__commissions__amount_minor") - F(
        "attribution__commissions__reversed_minor"
    )
    return rows.annotate(
        minor=Coalesce(Sum(net, filter=unpaid), 0),
        currency=Min("attribution__commissions__currency"),
    ).select_related("person", "attribution__link__product", "attribution__shop")
