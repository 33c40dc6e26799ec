"""Tracing: why an order was one sharer's and not another's, for whoever has to explain it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from referrals.channels import Channel
from referrals.models import Attribution, Candidate
from referrals.rules import Rule


@dataclass(frozen=True, slots=True)
class Step:
    """One click that was considered: whose, when, how it came, and the rule that decided."""

    sharer: str
    sharer_id: str
    code: str
    clicked_at: datetime
    channel: str
    is_by_account: bool
    rule: str
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Who brought an order, if anybody did, and each click that was considered for it."""

    order_key: str
    attribution: Attribution | None
    judged_at: datetime
    steps: list[Step]


def trace_of(order_key: str) -> Trace | None:
    """Return the trace of an order; None when no click was considered for it, or it is unknown.

    The steps stand in the turn in which the clicks could have earned.
    """
    attribution = (
        Attribution.objects.filter(order_key=order_key)
        .select_related("sharer", "shop", "link__product", "charity")
        .first()
    )
    candidates = list(
        Candidate.objects.filter(order_key=order_key).select_related("link__person").order_by("pk")
    )
    if attribution is None and not candidates:
        return None
    ways = {step["click"]: step.get("way") for step in attribution.trace} if attribution else {}
    return Trace(
        order_key=order_key,
        attribution=attribution,
        judged_at=attribution.frozen_at if attribution else candidates[0].judged_at,
        steps=[_step(one, ways.get(str(one.click_id))) for one in candidates],
    )


def _step(candidate: Candidate, way: str | None) -> Step:
    return Step(
        sharer=candidate.link.person.name,
        sharer_id=candidate.link.person.public_id,
        code=candidate.link.code,
        clicked_at=candidate.clicked_at,
        channel=str(Channel(candidate.channel).label),
        is_by_account=way == "account",
        rule=str(Rule(candidate.rule).label),
        is_taken=candidate.rule == Rule.TAKEN,
    )
