"""Attribution: who brought an order, decided once when it is placed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from people.models import Person
from referrals import findings, storing
from referrals.expecting import LineToEarn, expect
from referrals.judging import Judged, Purchase, judge_all
from referrals.models import Attribution, Candidate, Click
from referrals.rules import Rule
from referrals.storing import Opening
from referrals.touches import Touch
from shops.models import Shop

__all__ = ["LineToEarn", "NewOrder", "freeze"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """One order on its way to being placed: all that decides who brought it.

    Attributes:
        order_key: the order's public id.
        shop: whose order it is.
        buyer: who buys, None for a guest.
        fingerprints: ``referrals.fingerprints.of(phone=..., email=...)`` of the contact.
        touches: what the buyer's browser proves; what their account does is looked up.
        lines: what may earn; a line whose rate is 0 gets no commission.
        currency: of every line's base.
        at: when the order was placed.
        tells_name: public ids of those whom the buyer lets learn who bought; of anybody
            else whose link is taken the buyer was told nothing.
    """

    order_key: str
    shop: Shop
    buyer: Person | None
    fingerprints: frozenset[str]
    touches: Sequence[Touch]
    lines: Sequence[LineToEarn]
    currency: str
    at: datetime
    tells_name: Collection[str] = ()


@transaction.atomic
def freeze(*, orders: Sequence[NewOrder]) -> dict[str, Attribution]:
    """Decide who brought each order of one checkout and what each line earns, for ever.

    The last click wins whose sharer may earn from this buyer (``referrals.judging``); every
    candidate is kept with the rule that took or refused it. Money never waits for the click
    stream: a click that has not arrived yet is stored here, from the buyer's cookie.

    Returns:
        By order key the attributions, with their commissions in state EXPECTED; an order
        that nobody brought is not among them.
    """
    decided = Attribution.objects.filter(order_key__in=[order.order_key for order in orders])
    attributions = {one.order_key: one for one in decided}
    judged = _judged([order for order in orders if order.order_key not in attributions])
    # All of them at once: a drain locks the hours it counts in from the least to the
    # greatest, and a checkout that came back for one more would wait with it in a circle.
    _store([one for _, candidates in judged if (one := _taken(candidates))])
    for order, candidates in judged:
        _keep(candidates, order)
        if taken := _taken(candidates):
            attributions[order.order_key] = _attribute(order, candidates, taken)
    return attributions


def _judged(orders: Sequence[NewOrder]) -> list[tuple[NewOrder, list[Judged]]]:
    """Judge the orders of one checkout, each in a shop of its own, in one go."""
    if not orders:
        return []
    purchases = [Purchase(one.shop, one.buyer, one.fingerprints, one.at) for one in orders]
    judged = judge_all(purchases, orders[0].touches)
    return [(order, judged[order.shop.pk]) for order in orders]


def _taken(judged: Iterable[Judged]) -> Judged | None:
    return next((one for one in judged if one.rule == Rule.TAKEN and one.link), None)


def _attribute(order: NewOrder, judged: Iterable[Judged], taken: Judged) -> Attribution:
    """Write down who brought an order, what it earns them, and look at it at once."""
    link, touch = taken.link, taken.touch
    assert link is not None  # or it had not been taken
    gives, charity = link.given_to
    attribution = Attribution.objects.create(
        order_key=order.order_key,
        link=link,
        sharer_id=link.person_id,
        buyer=order.buyer,
        shop=order.shop,
        click_id=touch.click_id,
        clicked_at=touch.at,
        channel=touch.channel,
        frozen_at=order.at,
        trace=[one.traced() for one in judged],
        tells_name=order.buyer is not None and link.person.public_id in order.tells_name,
        gives=gives,
        charity=charity,
    )
    expect(attribution, order.lines, currency=order.currency)
    findings.look_at(attribution)
    return attribution


def _store(taken: Sequence[Judged]) -> None:
    """Store the clicks that are paid for, where the stream has not brought them yet."""
    if taken:
        storing.store([_opening(one) for one in taken])


def _opening(taken: Judged) -> Opening:
    kind = Click.Kind.SUSPECT if taken.touch.is_doubtful else Click.Kind.HUMAN
    touch = taken.touch
    return Opening(touch.click_id, touch.link_id, touch.at, kind.value, channel=touch.channel)


def _keep(judged: Iterable[Judged], order: NewOrder) -> None:
    """Keep each candidate once, whoever was taken, for the sharers to see what became of it."""
    Candidate.objects.bulk_create(
        (
            Candidate(
                order_key=order.order_key,
                link=one.link,
                click_id=one.touch.click_id,
                clicked_at=one.touch.at,
                channel=one.touch.channel,
                rule=one.rule.value,
                judged_at=order.at,
            )
            for one in judged
            if one.link is not None
        ),
        ignore_conflicts=True,
    )
