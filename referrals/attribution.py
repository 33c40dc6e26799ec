"""Attribution: who brought an order, decided once when it is placed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction

from people.models import Person
from referrals import findings, storing
from referrals.expecting import LineToEarn, expect
from referrals.judging import Judged, Purchase, judge
from referrals.models import Attribution, Candidate, Click
from referrals.rules import Rule
from referrals.storing import Opening
from referrals.touches import Touch
from shops.models import Shop

__all__ = ["LineToEarn", "freeze"]


@transaction.atomic
def freeze(  # noqa: PLR0913  # the order's own facts, each of them needed once
    *,
    order_key: str,
    shop: Shop,
    buyer: Person | None,
    fingerprints: frozenset[str],
    touches: Iterable[Touch],
    lines: Sequence[LineToEarn],
    currency: str,
    at: datetime,
    tells_name: Collection[str] = (),
) -> Attribution | None:
    """Decide who brought this order and what each line earns them, once and for ever.

    The last click wins whose sharer may earn from this buyer (``referrals.judging``); every
    candidate is kept with the rule that took or refused it. Money never waits for the click
    stream: a click that has not arrived yet is stored here, from the buyer's cookie.

    Args:
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

    Returns:
        The attribution, with its commissions in state EXPECTED; None when nobody brought it.
    """
    decided = Attribution.objects.filter(order_key=order_key).first()
    if decided is not None:
        return decided
    judged = judge(Purchase(shop, buyer, fingerprints, at), touches)
    taken = next((one for one in judged if one.rule == Rule.TAKEN), None)
    if taken is None or taken.link is None:
        _keep(judged, order_key, at)
        return None
    link, touch = taken.link, taken.touch
    gives, charity = link.given_to
    storing.store([_opening(taken)])
    attribution = Attribution.objects.create(
        order_key=order_key,
        link=link,
        sharer_id=link.person_id,
        buyer=buyer,
        shop=shop,
        click_id=touch.click_id,
        clicked_at=touch.at,
        channel=touch.channel,
        frozen_at=at,
        trace=[one.traced() for one in judged],
        tells_name=buyer is not None and link.person.public_id in tells_name,
        gives=gives,
        charity=charity,
    )
    _keep(judged, order_key, at)
    expect(attribution, lines, currency=currency)
    findings.look_at(attribution)
    return attribution


def _opening(taken: Judged) -> Opening:
    """Return the click as the stream would have brought it, for when it has not yet."""
    kind = Click.Kind.SUSPECT if taken.touch.is_doubtful else Click.Kind.HUMAN
    touch = taken.touch
    return Opening(touch.click_id, touch.link_id, touch.at, kind.value, channel=touch.channel)


def _keep(judged: Iterable[Judged], order_key: str, at: datetime) -> None:
    """Keep each candidate once, whoever was taken, for the sharers to see what became of it."""
    Candidate.objects.bulk_create(
        (
            Candidate(
                order_key=order_key,
                link=one.link,
                click_id=one.touch.click_id,
                clicked_at=one.touch.at,
                channel=one.touch.channel,
                rule=one.rule.value,
                judged_at=at,
            )
            for one in judged
            if one.link is not None
        ),
        ignore_conflicts=True,
    )
