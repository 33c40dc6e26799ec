"""Share links: one for each person and product, and what a page must know of one at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Max, Min

from catalog.endorsing import mark_earning
from catalog.models import Endorsement, Product, Receipt
from kit import clock
from kit.money import Money, share_minor
from kit.public_ids import ALPHABET, LENGTH
from people.models import Person
from referrals import chains, programme
from referrals.memory import forget, remembered
from referrals.models import ShareLink
from referrals.models.link import NEVER_A_CODE, SLUG_PATTERN
from referrals.naming import end_at, link_named, rename
from referrals.touches import Touch
from shops.models import Membership

__all__ = [
    "Earning",
    "Face",
    "LinkFacts",
    "earning_of",
    "end_at",
    "facts_from",
    "facts_of",
    "forget",
    "link_for",
    "rate_of",
    "rename",
    "resolve",
]

CODE_SIGNS = frozenset(ALPHABET)
READS_AS_SLUG = re.compile(rf"(?=.*{NEVER_A_CODE}){SLUG_PATTERN}")


@dataclass(frozen=True, slots=True)
class Face:
    """A person's name and picture, without the person."""

    name: str
    avatar: str


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What a page says about a link and the person behind it.

    ``words`` are the sharer's own on this product, and ``bought`` is ``kept``,
    ``received`` or nothing. ``through`` names the people by whom the sharer came to the
    product, nearest first, as far as they agreed to it. ``barred`` is what keeps the sharer
    from being paid by this shop, as ``programme.barred`` says it.
    """

    code: str
    link_id: int
    product_id: int
    product_public_id: str
    product_title: str
    shop_id: int
    attribution_days: int
    staff_ids: frozenset[int]
    sharer_id: int
    sharer_name: str
    sharer_avatar: str
    sharer_language: str
    sharer_is_active: bool
    words: str
    words_language: str
    bought: str
    slug: str = ""
    ends_at: datetime | None = None
    gives: str = "keep"
    charity_name_zh: str = ""
    charity_name_en: str = ""
    through: tuple[str, ...] = ()
    barred: str = ""

    @property
    def path(self) -> str:
        """Where the link opens: under its own name, or its code."""
        return f"/s/{self.slug or self.code}"

    def has_ended(self, at: datetime) -> bool:
        """Whether a click at this moment earns nothing because the link had run out."""
        return self.ends_at is not None and at >= self.ends_at

    @property
    def face(self) -> Face:
        """The sharer as a page draws a person."""
        return Face(self.sharer_name, self.sharer_avatar)

    @property
    def can_pay(self) -> bool:
        """Whether a sale through this link can earn its sharer anything at all."""
        return self.sharer_is_active and self.sharer_id not in self.staff_ids and not self.barred


@dataclass(frozen=True, slots=True)
class Earning:
    """What a sharer gets for one piece of a product: of its cheapest and dearest variant."""

    least_minor: int
    most_minor: int
    currency: str

    def display(self, language: str) -> str:
        """Return it as a reader writes it: ``¥6.80``, or ``¥6.80–¥9.90``; nothing for 0."""
        return _written(self, language) if self.most_minor else ""


@lru_cache(maxsize=2_000)
def _written(earning: Earning, language: str) -> str:
    amounts = dict.fromkeys((earning.least_minor, earning.most_minor))
    return "–".join(Money(minor, earning.currency).display(language) for minor in amounts)


def link_for(*, person: Person, product: Product, touches: Iterable[Touch] = ()) -> ShareLink:
    """Return this person's link to this product, made when they share it first.

    From then on what they say of it carries that they may earn by it. ``touches`` are those
    of the maker's browser: who came to the product by another's link passes it on.
    """
    mine = ShareLink.objects.filter(person=person, product=product).first()
    if mine is not None:
        return mine
    parent_id = chains.parent_for(person_id=person.pk, product_id=product.pk, touches=touches)
    with transaction.atomic():
        link, created = ShareLink.objects.get_or_create(
            person=person,
            product=product,
            defaults={"shop_id": product.shop_id, "parent_id": parent_id},
        )
        works_there = Membership.objects.filter(shop_id=product.shop_id, person=person).exists()
        if created and not works_there:
            mark_earning(person_id=person.pk, product_id=product.pk)
    return link


def resolve(code: str) -> LinkFacts | None:
    """Return the facts of a link by its code or its own name; None when there is no such link."""
    if not code.isascii():
        return None  # other alphabets have letters whose capitals are ours
    if len(code) == LENGTH and CODE_SIGNS.issuperset(code.upper()):
        known_by = code.upper()
        return remembered(f"link:{known_by}", lambda: _facts_where(code=known_by))
    slug = code.lower()
    if not READS_AS_SLUG.fullmatch(slug):
        return None
    return remembered(f"link-named:{slug}", lambda: _facts_named(slug))


def facts_of(link_id: int) -> LinkFacts | None:
    """Return the facts of a link by its id, as a visitor's touch names it."""
    return remembered(f"link-id:{link_id}", lambda: _facts_where(pk=link_id))


def earning_of(product_id: int, *, version: int) -> Earning:
    """Return what a sale of a product earns its sharer; ``version`` is the page's.

    A price that moved has another version, so a page and its disclosure never differ.
    """
    found = remembered(f"earns:{product_id}:{version}", lambda: _earning(product_id))
    return found or Earning(0, 0, "CNY")


def _facts_where(**wanted: Any) -> LinkFacts | None:
    link = (
        ShareLink.objects.filter(**wanted)
        .select_related("person", "product", "shop", "shop__terms", "charity")
        .first()
    )
    return None if link is None else facts_from(link)


def _facts_named(slug: str) -> LinkFacts | None:
    link = link_named(slug)
    return None if link is None else _facts_where(pk=link.pk)


def facts_from(link: ShareLink) -> LinkFacts:
    """Read the facts of one link as they are now; four queries, one more for a re-share."""
    product, person, shop = link.product, link.person, link.shop
    endorsement = (
        Endorsement.objects.live()
        .filter(person=person, product=product)
        .exclude(verdict=Endorsement.Verdict.NO)
        .exclude(visibility=Endorsement.Visibility.VENDOR)
        .first()
    )
    staff = Membership.objects.filter(shop=shop).values_list("person_id", flat=True)
    gives, charity = link.given_to
    return LinkFacts(
        code=link.code,
        link_id=link.pk,
        product_id=product.pk,
        product_public_id=product.public_id,
        product_title=product.title,
        shop_id=shop.pk,
        attribution_days=shop.terms.attribution_days,
        staff_ids=frozenset(staff) | {shop.owner_id},
        sharer_id=person.pk,
        sharer_name=person.name,
        sharer_avatar=person.avatar,
        sharer_language=person.language,
        sharer_is_active=person.is_active,
        words=endorsement.words if endorsement else "",
        words_language=endorsement.language if endorsement else "",
        bought=_bought(person, product),
        barred=programme.barred(shop_id=shop.pk, person_id=person.pk),
        slug=link.slug or "",
        ends_at=link.ends_at,
        gives=gives,
        charity_name_zh=charity.name_zh if charity else "",
        charity_name_en=charity.name_en if charity else "",
        through=chains.names_through(link),
    )


def _earning(product_id: int) -> Earning | None:
    product = Product.objects.select_related("shop__terms").filter(pk=product_id).first()
    if product is None:
        return None
    prices = product.variants.filter(is_offered=True).aggregate(
        least=Min("price_minor"), most=Max("price_minor")
    )
    rate_bp = rate_of(product, default_bp=product.shop.terms.commission_bp)
    return Earning(
        least_minor=share_minor(prices["least"] or 0, rate_bp),
        most_minor=share_minor(prices["most"] or 0, rate_bp),
        currency=product.shop.currency,
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
