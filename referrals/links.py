"""Share links: one for each person and product, and what a page must know of one at once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import redis
from django.core.cache import cache
from django.db.models import Max, Min

from catalog.models import Endorsement, Product, Receipt, Variant
from kit import clock
from kit.money import Money, share_minor
from kit.public_ids import ALPHABET, LENGTH
from people.models import Person
from referrals.models import ShareLink
from shops.models import Membership

# How old a page's knowledge of a link may be: at most twice this, through two caches.
FRESH_SECONDS = 30
UNKNOWN_SECONDS = 5
MOST_KEPT = 20_000

CODE_SIGNS = frozenset(ALPHABET)


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What a page says about a link and the person behind it.

    ``earns_minor`` to ``earns_most_minor`` is what the sharer gets for one piece of the
    cheapest and of the dearest variant. ``bought`` is ``kept``, ``received`` or nothing.
    """

    code: str
    link_id: int
    product_id: int
    product_public_id: str
    product_title: str
    shop_id: int
    shop_handle: str
    attribution_days: int
    sharer_id: int
    sharer_name: str
    sharer_avatar: str
    sharer_language: str
    sharer_is_active: bool
    sharer_is_staff: bool
    words: str
    words_language: str
    bought: str
    currency: str
    earns_minor: int
    earns_most_minor: int

    @property
    def can_pay(self) -> bool:
        """Whether a sale through this link can earn its sharer anything at all."""
        return self.sharer_is_active and not self.sharer_is_staff

    def earns(self, language: str) -> str:
        """Return what one sale earns as a reader writes it: ``¥6.80``, or ``¥6.80–¥9.90``."""
        amounts = dict.fromkeys((self.earns_minor, self.earns_most_minor))
        return "–".join(Money(minor, self.currency).display(language) for minor in amounts)


def link_for(*, person: Person, product: Product) -> ShareLink:
    """Return this person's link to this product, made when they share it first."""
    link, _ = ShareLink.objects.get_or_create(
        person=person, product=product, defaults={"shop_id": product.shop_id}
    )
    return link


def resolve(code: str) -> LinkFacts | None:
    """Return the facts of a link by its code, or None when there is no such link."""
    code = code.upper()
    if len(code) != LENGTH or not CODE_SIGNS.issuperset(code):
        return None
    return _remembered(f"code:{code}", {"code": code})


def facts_of(link_id: int) -> LinkFacts | None:
    """Return the facts of a link by its id, as a visitor's touch names it."""
    return _remembered(f"id:{link_id}", {"pk": link_id})


def forget_all() -> None:
    """Forget what this process remembers, as tests do between two worlds."""
    with _lock:
        _near.clear()


_lock = threading.Lock()
_near: dict[str, tuple[float, LinkFacts | None]] = {}


def _remembered(key: str, wanted: dict[str, Any]) -> LinkFacts | None:
    until, facts = _near.get(key, (0.0, None))
    now = time.monotonic()
    if now < until:
        return facts
    facts = _from_afar(key) or _looked_up(key, wanted)
    with _lock:
        if len(_near) >= MOST_KEPT:
            _near.clear()  # a flood of codes costs a few look-ups, never memory
        _near[key] = (now + (FRESH_SECONDS if facts else UNKNOWN_SECONDS), facts)
    return facts


def _from_afar(key: str) -> LinkFacts | None:
    try:
        found = cache.get(f"link:{key}")
    except redis.RedisError:
        return None
    return found if isinstance(found, LinkFacts) else None


def _looked_up(key: str, wanted: dict[str, Any]) -> LinkFacts | None:
    link = (
        ShareLink.objects.filter(**wanted)
        .select_related("person", "product", "shop", "shop__terms")
        .first()
    )
    if link is None:
        return None
    facts = facts_from(link)
    try:
        cache.set(f"link:{key}", facts, FRESH_SECONDS)
    except redis.RedisError:
        return facts
    return facts


def facts_from(link: ShareLink) -> LinkFacts:
    """Read the facts of one link as they are now; four queries."""
    product, person, terms = link.product, link.person, link.shop.terms
    endorsement = (
        Endorsement.objects.live()
        .filter(person=person, product=product)
        .exclude(verdict=Endorsement.Verdict.NO)
        .exclude(visibility=Endorsement.Visibility.VENDOR)
        .first()
    )
    prices = Variant.objects.filter(product=product, is_offered=True).aggregate(
        least=Min("price_minor"), most=Max("price_minor")
    )
    rate_bp = rate_of(product, default_bp=terms.commission_bp)
    return LinkFacts(
        code=link.code,
        link_id=link.pk,
        product_id=product.pk,
        product_public_id=product.public_id,
        product_title=product.title,
        shop_id=link.shop_id,
        shop_handle=link.shop.handle,
        attribution_days=terms.attribution_days,
        sharer_id=person.pk,
        sharer_name=person.name,
        sharer_avatar=person.avatar,
        sharer_language=person.language,
        sharer_is_active=person.is_active,
        sharer_is_staff=Membership.objects.filter(shop=link.shop, person=person).exists(),
        words=endorsement.words if endorsement else "",
        words_language=endorsement.language if endorsement else "",
        bought=_bought(person, product),
        currency=link.shop.currency,
        earns_minor=share_minor(prices["least"] or 0, rate_bp),
        earns_most_minor=share_minor(prices["most"] or 0, rate_bp),
    )


def rate_of(product: Product, *, default_bp: int) -> int:
    """Return what a sharer of this product earns, in basis points of the goods paid."""
    return default_bp if product.commission_bp is None else product.commission_bp


def _bought(person: Person, product: Product) -> str:
    receipts = Receipt.objects.filter(person=person, product=product, returned_at__isnull=True)
    keeps_from = receipts.aggregate(first=Min("keeps_from"))["first"]
    if keeps_from is None:
        return ""
    return "kept" if keeps_from <= clock.now() else "received"
