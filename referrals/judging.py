"""Judging: each click that could have brought an order, and the rule that decides on it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from payments.models import Destination, Payout
from people.models import Block, Person
from referrals import claiming, fingerprints, programme
from referrals.models import Click, Gives, ShareLink
from referrals.programme import Pair
from referrals.rules import Rule
from referrals.touches import Touch, in_turn
from shops.models import Membership, Shop

log = logging.getLogger(__name__)

# A click may seem this much younger than the order: two servers' clocks.
CLOCKS_DIFFER = timedelta(seconds=60)

# A program pretending to be a browser, or a crowd behind one address: such a click earns
# where no certain one does, for refusing it would punish the sharer of a crowd.
DOUBTFUL = frozenset({Click.Kind.SUSPECT.value, Click.Kind.RATE.value})
OF_PEOPLE = frozenset({Click.Kind.HUMAN.value}) | DOUBTFUL


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order as the rules see it; ``fingerprints`` are those of the contact it goes to."""

    shop: Shop
    buyer: Person | None
    fingerprints: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """One candidate and what became of it; ``by_account`` when no cookie proved it here."""

    touch: Touch
    link: ShareLink | None
    rule: Rule
    by_account: bool

    def traced(self) -> dict[str, str]:
        """Return the candidate as an attribution's trace keeps it."""
        return {
            "link": self.link.code if self.link else "",
            "sharer": self.link.person.public_id if self.link else "",
            "click": str(self.touch.click_id),
            "at": self.touch.at.isoformat(),
            "channel": self.touch.channel,
            "way": "account" if self.by_account else "browser",
            "rule": self.rule.value,
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rules compare a candidate with, all of it fetched at once.

    ``contacts`` are those of the buyer's account; what was typed for this order is looked at
    in ``_was_typed``. A pair is a shop and a person.
    """

    links: Mapping[int, ShareLink]
    kinds: Mapping[UUID, str]
    contacts: frozenset[str]
    blocked_ids: frozenset[int]
    staff: frozenset[Pair]
    barred: frozenset[Pair]
    same_account: frozenset[Pair]


def judge(purchase: Purchase, touches: Iterable[Touch]) -> list[Judged]:
    """Return what becomes of each candidate of one order, see ``judge_all``."""
    return judge_all([purchase], touches)[purchase.shop.pk]


def judge_all(purchases: Sequence[Purchase], touches: Iterable[Touch]) -> dict[int, list[Judged]]:
    """Return, by shop, what becomes of each candidate, in the turn in which they may earn.

    Candidates are the buyer's touches of a shop, those of the browser and those that their
    account claimed on others. The first whom no rule refuses is taken, unless the contact
    that was typed is its sharer's: then nobody is. Writes nothing; must stand in the orders'
    transaction: a removal from the programme waits for it.

    Nine queries at most, however many shops and candidates there are.

    Args:
        purchases: of one buyer at one moment, each in a shop of its own.
        touches: what the buyer's browser proves.
    """
    by_click = {touch.click_id: touch for touch in touches}
    of_browser = frozenset(by_click)
    shop_ids = [purchase.shop.pk for purchase in purchases]
    buyer = purchases[0].buyer if purchases else None
    for touch in claiming.claimed_in(buyer.pk if buyer else None, shop_ids=shop_ids):
        by_click.setdefault(touch.click_id, touch)
    candidates = {pk: in_turn(by_click.values(), shop_id=pk) for pk in shop_ids}
    if not any(candidates.values()):
        return {pk: [] for pk in shop_ids}
    known = _known(purchases, [touch for some in candidates.values() for touch in some])
    return {
        one.shop.pk: _judged(one, candidates[one.shop.pk], known, of_browser) for one in purchases
    }


def _judged(
    purchase: Purchase, candidates: list[Touch], known: _Known, of_browser: frozenset[UUID]
) -> list[Judged]:
    refused = [_refusal(touch, known, purchase) for touch in candidates]
    first = next((touch for touch, rule in zip(candidates, refused, strict=True) if not rule), None)
    is_own = first is not None and _was_typed(known.links[first.link_id], purchase)
    return [
        Judged(
            touch,
            None if rule == Rule.NO_SUCH_LINK else known.links[touch.link_id],
            rule or _passed_over(touch, first, is_own=is_own),
            by_account=touch.click_id not in of_browser,
        )
        for touch, rule in zip(candidates, refused, strict=True)
    ]


def _was_typed(link: ShareLink, purchase: Purchase) -> bool:
    """Return whether the contact of this order says that the sharer buys from themselves.

    Anybody can type anybody's phone, so nobody but the sharer may learn from what follows
    whether it was right. What a link gives to its buyer stays off the price that the page
    has shown, and no other link has the order instead of this one.
    """
    if link.gives == Gives.BUYER:
        return False
    sharer = link.person
    theirs = fingerprints.of(phone=sharer.phone or "", email=sharer.email or "")
    return bool(theirs & purchase.fingerprints)


def _passed_over(touch: Touch, first: Touch | None, *, is_own: bool) -> Rule:
    """Return what to call a candidate that no rule refuses by itself."""
    if first is None or touch is first:
        return Rule.OWN_CONTACT if is_own else Rule.TAKEN
    return Rule.IN_DOUBT if touch.is_doubtful and not first.is_doubtful else Rule.OLDER


def _refusal(touch: Touch, known: _Known, purchase: Purchase) -> Rule | None:
    """Return the first rule that refuses a candidate."""
    link = known.links.get(touch.link_id)
    if link is None or link.shop_id != purchase.shop.pk:
        return Rule.NO_SUCH_LINK
    refusals = (*_by_click(touch, link, known, purchase), *_by_sharer(link.person, known, purchase))
    rule = next((rule for rule, holds in refusals if holds), None)
    if rule == Rule.AFTER_THE_ORDER:
        log.error("click %s lies after the order it is to have brought", touch.click_id)
    return rule


def _by_click(
    touch: Touch, link: ShareLink, known: _Known, purchase: Purchase
) -> Iterator[tuple[Rule, bool]]:
    kind = known.kinds.get(touch.click_id)
    yield Rule.AFTER_THE_ORDER, touch.at > purchase.at + CLOCKS_DIFFER
    window = timedelta(days=purchase.shop.terms.attribution_days)
    yield Rule.WINDOW_OVER, purchase.at - touch.at > window
    yield Rule.NOT_A_PERSON, kind is not None and kind not in OF_PEOPLE
    yield Rule.LINK_ENDED, link.ends_at is not None and touch.at >= link.ends_at


def _by_sharer(sharer: Person, known: _Known, purchase: Purchase) -> Iterator[tuple[Rule, bool]]:
    contacts = fingerprints.of(phone=sharer.phone or "", email=sharer.email or "")
    pair = purchase.shop.pk, sharer.pk
    yield Rule.OWN_PURCHASE, purchase.buyer is not None and sharer.pk == purchase.buyer.pk
    yield Rule.OWN_SHOP, pair in known.staff
    yield Rule.INACTIVE, not sharer.is_active
    yield Rule.BLOCKED, sharer.pk in known.blocked_ids
    yield Rule.OWN_CONTACT, bool(contacts & known.contacts)
    yield Rule.OWN_ACCOUNT, pair in known.same_account
    yield Rule.NOT_IN_PROGRAMME, pair in known.barred


def _known(purchases: Sequence[Purchase], candidates: list[Touch]) -> _Known:
    """Fetch what the rules ask for, in eight queries."""
    buyer, at = purchases[0].buyer, purchases[0].at
    shops = {purchase.shop.pk: purchase.shop for purchase in purchases}
    links = (
        ShareLink.objects.filter(pk__in={touch.link_id for touch in candidates})
        .select_related("person", "charity")
        .in_bulk()
    )
    clicks = Click.objects.filter(pk__in=[touch.click_id for touch in candidates])
    pairs = frozenset((one.shop_id, one.person_id) for one in links.values())
    pairs = frozenset(pair for pair in pairs if pair[0] in shops)
    members = Membership.objects.filter(shop__in=shops).values_list("shop_id", "person_id")
    own = (
        fingerprints.of(phone=buyer.phone or "", email=buyer.email or "") if buyer else frozenset()
    )
    return _Known(
        links=links,
        kinds=dict(clicks.values_list("pk", "kind")),
        contacts=own,
        blocked_ids=_blocked_ids(buyer),
        staff=frozenset(members) | {(pk, shop.owner_id) for pk, shop in shops.items()},
        barred=programme.barred_at_order(shop_ids=list(shops), pairs=pairs, at=at),
        same_account=_same_account(shops, buyer, pairs),
    )


def _blocked_ids(buyer: Person | None) -> frozenset[int]:
    """Return whom the buyer blocked, or was blocked by; a shop says it with a removal."""
    if buyer is None:
        return frozenset()
    between = Q(blocker=buyer.pk) | Q(blocked=buyer.pk)
    blocks = Block.objects.filter(between).values_list("blocker_id", "blocked_id")
    return frozenset(person for pair in blocks for person in pair)


def _same_account(
    shops: Mapping[int, Shop], buyer: Person | None, pairs: frozenset[Pair]
) -> frozenset[Pair]:
    """Return the sharers whose money has arrived where the buyer's or a shop's owner's has.

    An account that was only named proves nothing: anybody can type a sharer's.
    """
    people = {person_id for _shop_id, person_id in pairs}
    people |= {shop.owner_id for shop in shops.values()} | ({buyer.pk} if buyer else set())
    arrived = Payout.objects.filter(
        person=OuterRef("person"),
        provider=OuterRef("provider"),
        destination=OuterRef("identifier"),
        state=Payout.State.SETTLED,
    )
    theirs = Destination.objects.filter(Exists(arrived), person_id__in=people)
    places: dict[int | None, set[str]] = {}
    for person_id, place in theirs.exclude(fingerprint="").values_list("person_id", "fingerprint"):
        places.setdefault(person_id, set()).add(place)

    def others(shop_id: int) -> set[str]:
        of_buyer = places.get(buyer.pk, set()) if buyer else set()
        return places.get(shops[shop_id].owner_id, set()) | of_buyer

    return frozenset(pair for pair in pairs if places.get(pair[1], set()) & others(pair[0]))
