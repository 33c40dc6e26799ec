"""Findings: looking at sales before they are paid for, and holding what the rules doubt."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kit import clock
from kit.locks import locked
from referrals import evidence, fraud, news
from referrals.facts import Facts
from referrals.fraud import Found, Judgement
from referrals.models import Attribution, Commission, Finding, Review, Stage, Verdict

log = logging.getLogger(__name__)

S = Commission.State

# Somebody may still be paid for these, and nobody was yet.
UNPAID = (S.EXPECTED, S.PENDING, S.HELD)

# How much a verdict weighs: what was said with one is not said again with a lighter one.
WEIGHT = {Verdict.OK.value: 0, Verdict.HOLD.value: 1, Verdict.BLOCK.value: 2}

# Sales a transaction: enough that three questions are cheap a sale, few enough locks.
CHUNK = 500


def look_at(attribution: Attribution) -> None:
    """Look at a sale in the transaction that made its commissions, and hold them if doubtful.

    Three questions; nothing is written for a sale in which no rule sees anything.
    """
    _look([attribution.pk], Stage.SALE)


def look_again(now: datetime) -> int:
    """Look once more at every sale whose return window is over by ``now``, before its release.

    Much shows only by then: refunds, rings, a shared account. What somebody decided about a
    sale stays decided, unless a rule sees more than it saw then.

    Returns:
        How many sales wait for a person from now on.
    """
    due = Commission.objects.filter(state=S.HELD, in_review=False, held_until__lte=now)
    ids = sorted(set(due.order_by().values_list("attribution_id", flat=True)))
    chunks = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    return sum(_look(chunk, Stage.RELEASE) for chunk in chunks)


def _look(attribution_ids: Sequence[int], stage: Stage) -> int:
    held = 0
    for facts in evidence.of_sales(attribution_ids):
        judgement = fraud.judge(facts, stage=stage)
        if judgement.found:
            held += _write(facts, judgement, stage)
    return held


@transaction.atomic
def _write(facts: Facts, judgement: Judgement, stage: Stage) -> bool:
    """Write down what is new, and hold the sale if it comes to that; whether it was held."""
    sale_id = facts.sale.attribution_id
    # Whoever releases, refunds or decides holds these rows too: one after the other.
    # What was refunded whole waits with the rest, as its refund may yet be undone.
    mine = Commission.objects.filter(attribution=sale_id, released_at=None)
    rows = locked(mine.filter(state__in=(*UNPAID, S.REVERSED)).select_related("product"))
    fresh = _fresh(sale_id, judgement)
    if not fresh or all(row.state == S.REVERSED for row in rows):
        return False
    review = _review_of(facts) if judgement.verdict != Verdict.OK else None
    Finding.objects.bulk_create(
        finding_of(one, judgement.verdict, stage, facts, review) for one in fresh
    )
    if review is None:
        return False
    if judgement.verdict == Verdict.BLOCK:
        log.error("sale %s earns what it cannot", facts.sale.order_key)
    _hold(rows, review)
    return True


def _fresh(sale_id: int, judgement: Judgement) -> list[Found]:
    """Return what was not said yet with this verdict, or with a heavier one."""
    rows = Finding.objects.filter(attribution=sale_id).values_list("rule", "score", "verdict")
    weight = WEIGHT[judgement.verdict]
    said = {(rule, score) for rule, score, verdict in rows if WEIGHT[verdict] >= weight}
    return [one for one in judgement.found if (one.rule.name, one.score) not in said]


def _review_of(facts: Facts) -> Review:
    review, _is_new = Review.objects.get_or_create(
        attribution_id=facts.sale.attribution_id,
        state=Review.State.OPEN,
        defaults={"person_id": facts.sale.person_id, "opened_at": clock.now()},
    )
    return review


def finding_of(
    one: Found, verdict: Verdict, stage: Stage, facts: Facts, review: Review | None
) -> Finding:
    """Return an unsaved row of what one rule saw."""
    return Finding(
        review=review,
        attribution_id=facts.sale.attribution_id or None,
        person_id=facts.person.person_id,
        rule=one.rule.name,
        version=fraud.VERSION,
        score=one.score,
        verdict=verdict,
        stage=stage,
        evidence=one.evidence,
        at=clock.now(),
    )


def _hold(rows: Sequence[Commission], review: Review) -> None:
    fresh = [row for row in rows if not row.in_review]
    Commission.objects.filter(pk__in=[row.pk for row in fresh]).update(in_review=True)
    for row in fresh:
        # Of one unpaid they hear when it is received; of one refunded nothing is left.
        if row.paid_at is not None and row.net_minor:
            news.to_sharer(row, "commission_in_review", fact=news.of_review(review.pk))
