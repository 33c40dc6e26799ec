"""Attribution: who brought an order, decided once when it is placed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalog.models import Product
from kit.money import BASIS_POINTS, split
from people.models import Block, Person
from referrals import fingerprints as contacts
from referrals import storing
from referrals.links import rate_of
from referrals.models import Attribution, Click, Commission, ShareLink
from referrals.storing import Opening
from referrals.touches import Touch
from shops.models import Membership, Shop

# A click may seem this much younger than the order: two servers' clocks.
CLOCKS_DIFFER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class LineToEarn:
    """An order line as it earns: its goods, net of discounts and without shipping."""

    line_key: str
    product_id: int
    base_minor: int


@dataclass(frozen=True, slots=True)
class _Purchase:
    """What the rules compare a candidate with."""

    shop: Shop
    buyer_id: int | None
    contacts: frozenset[str]
    at: datetime
    window: timedelta
    staff_ids: frozenset[int]
    blocked_ids: frozenset[int]


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
) -> Attribution | None:
    """Decide who brought this order and what each line earns them, once and for ever.

    The last click wins whose sharer may earn from this buyer; every candidate stands in
    the trace with the rule that took or refused it. Money never waits for the click
    stream: a click that has not arrived yet is stored here, from the buyer's cookie.

    Args:
        order_key: the order's public id.
        shop: whose order it is.
        buyer: who buys, None for a guest.
        fingerprints: ``referrals.fingerprints.of(phone=..., email=...)`` of the contact.
        touches: ``referrals.touches.read_cookie`` of the buyer's cookie.
        lines: what may earn; a line whose rate is 0 gets no commission.
        currency: of every line's base.
        at: when the order was placed.

    Returns:
        The attribution, with its commissions in state EXPECTED; None when nobody brought it.
    """
    decided = Attribution.objects.filter(order_key=order_key).first()
    if decided is not None:
        return decided
    candidates = sorted(
        (touch for touch in touches if touch.shop_id == shop.pk),
        key=lambda touch: (touch.at, touch.click_id),
        reverse=True,
    )
    if not candidates:
        return None
    purchase = _purchase(shop, buyer, fingerprints, at)
    taken, trace = _judged(candidates, purchase)
    if taken is None:
        return None
    touch, link = taken
    storing.store([Opening(touch.click_id, link.pk, touch.at, Click.Kind.HUMAN.value)])
    attribution = Attribution.objects.create(
        order_key=order_key,
        link=link,
        sharer_id=link.person_id,
        buyer=buyer,
        shop=shop,
        click_id=touch.click_id,
        clicked_at=touch.at,
        frozen_at=at,
        trace=trace,
    )
    _expect(attribution, lines, currency)
    return attribution


def _purchase(
    shop: Shop, buyer: Person | None, fingerprints: frozenset[str], at: datetime
) -> _Purchase:
    own = contacts.of(phone=buyer.phone or "", email=buyer.email or "") if buyer else frozenset()
    members = Membership.objects.filter(shop=shop).values_list("person_id", flat=True)
    between = Q(blocker=shop.owner_id)
    if buyer is not None:
        between |= Q(blocker=buyer.pk) | Q(blocked=buyer.pk)
    blocks = Block.objects.filter(between).values_list("blocker_id", "blocked_id")
    return _Purchase(
        shop=shop,
        buyer_id=buyer.pk if buyer else None,
        contacts=fingerprints | own,
        at=at,
        window=timedelta(days=shop.terms.attribution_days),
        staff_ids=frozenset(members) | {shop.owner_id},
        blocked_ids=frozenset(person for pair in blocks for person in pair),
    )


def _judged(
    candidates: Sequence[Touch], purchase: _Purchase
) -> tuple[tuple[Touch, ShareLink] | None, list[dict[str, Any]]]:
    """Return the candidate that was taken, and what became of each, newest first."""
    wanted = {touch.link_id for touch in candidates}
    links = ShareLink.objects.filter(pk__in=wanted).select_related("person").in_bulk()
    kinds = dict(
        Click.objects.filter(pk__in=[touch.click_id for touch in candidates]).values_list(
            "pk", "kind"
        )
    )
    taken: tuple[Touch, ShareLink] | None = None
    trace = []
    for touch in candidates:
        link = links.get(touch.link_id)
        rule = "older" if taken else _refusal(touch, link, kinds.get(touch.click_id), purchase)
        if not rule and link is not None:
            taken = (touch, link)
        trace.append(
            {
                "link": link.code if link else "",
                "sharer": link.person.public_id if link else "",
                "click": str(touch.click_id),
                "at": touch.at.isoformat(),
                "rule": rule or "taken",
            }
        )
    return taken, trace


def _refusal(touch: Touch, link: ShareLink | None, kind: str | None, purchase: _Purchase) -> str:
    """Return the name of the rule that refuses a candidate, or nothing."""
    if link is None or link.shop_id != purchase.shop.pk:
        return "no such link"
    return next((rule for rule, holds in _rules(touch, link, kind, purchase) if holds), "")


def _rules(
    touch: Touch, link: ShareLink, kind: str | None, purchase: _Purchase
) -> Iterator[tuple[str, bool]]:
    sharer = link.person
    yield "after the order", touch.at > purchase.at + CLOCKS_DIFFER
    yield "outside the window", purchase.at - touch.at > purchase.window
    yield "not a person", kind not in {None, Click.Kind.HUMAN.value}
    yield "own purchase", sharer.pk == purchase.buyer_id
    yield "own shop", sharer.pk in purchase.staff_ids
    yield "sharer inactive", not sharer.is_active
    yield "blocked", sharer.pk in purchase.blocked_ids
    own = contacts.of(phone=sharer.phone or "", email=sharer.email or "")
    yield "own contact", bool(own & purchase.contacts)


def _expect(attribution: Attribution, lines: Sequence[LineToEarn], currency: str) -> None:
    """Make the commission of each line: the total rounded down, then dealt to the lines."""
    products = Product.objects.in_bulk({line.product_id for line in lines})
    default_bp = attribution.shop.terms.commission_bp
    rates = [rate_of(products[line.product_id], default_bp=default_bp) for line in lines]
    exact = [line.base_minor * rate_bp for line, rate_bp in zip(lines, rates, strict=True)]
    amounts = split(sum(exact) // BASIS_POINTS, exact)
    Commission.objects.bulk_create(
        Commission(
            attribution=attribution,
            line_key=line.line_key,
            sharer_id=attribution.sharer_id,
            shop_id=attribution.shop_id,
            product_id=line.product_id,
            base_minor=line.base_minor,
            rate_bp=rate_bp,
            amount_minor=amount_minor,
            currency=currency,
            ordered_at=attribution.frozen_at,
        )
        for line, rate_bp, amount_minor in zip(lines, rates, amounts, strict=True)
        if amount_minor
    )
