"""Brands: registered by who says they are theirs, verified by a moderator, closed again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields

from django.db import IntegrityError, transaction

from audit.recording import record
from catalog import bodies, brand_news, brand_settling, brand_words
from catalog.models import Brand, BrandWord, Certificate, Naming, Product
from catalog.states import BRAND_MAY_BECOME
from kit import clock
from kit.after_commit import after_commit
from kit.locks import locked
from kit.states import TransitionRefused, move
from people.models import Person

READ = "catalog.read_brand"
SETTLE = "catalog.settle_brand"

# A person's brands that wait at once: more than a firm registers in a day, and too few to bury
# the desk. Our own choice.
MOST_WAITING = 5


class TooManyWaiting(Exception):
    """A person has as many brands waiting as the desk takes from one; nothing was written."""


class OwnBrand(Exception):
    """Nobody decides about a brand of their own; nothing was written."""


class SpellingTaken(Exception):
    """A verified brand is written in one of these ways already; nothing was written."""


class NoReason(Exception):
    """A refusal or a closing must be told why; nothing was written."""


@dataclass(frozen=True, slots=True)
class BrandInput:
    """A brand as its owner writes it down."""

    name_zh: str
    name_en: str
    spellings: list[str]
    register_office: str
    register_number: str
    policy: str


WRITTEN = [field.name for field in fields(BrandInput)]


def digest(brand: Brand) -> str:
    """Return a short name of a brand as it is written down: written anew it has another one."""
    content = [getattr(brand, name) for name in WRITTEN]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def register(*, owner: Person, written: BrandInput) -> Brand:
    """Write a brand down for a moderator to look at; the same one twice is written once.

    Raises:
        TooManyWaiting: nothing was written.
    """
    locked(Person.objects.filter(pk=owner.pk))  # two taps are one after the other
    waiting = Brand.objects.waiting().filter(owner=owner)
    same = waiting.filter(
        register_office=written.register_office, register_number=written.register_number
    ).first()
    if same is not None:
        return same
    if waiting.count() >= MOST_WAITING:
        raise TooManyWaiting(owner.pk)
    brand = Brand.objects.create(owner=owner, **asdict(written))
    _record(brand, by=owner, act="registered", **asdict(written))
    return brand


@transaction.atomic
def send_in_again(*, brand: Brand, written: BrandInput) -> Brand:
    """Write down anew a brand that waits or was refused, and let it wait.

    Raises:
        TooManyWaiting: nothing was written.
        TransitionRefused: it is verified or closed; nothing was written.
    """
    locked(Person.objects.filter(pk=brand.owner_id))  # as when one is registered
    others = Brand.objects.waiting().filter(owner=brand.owner_id).exclude(pk=brand.pk)
    if others.count() >= MOST_WAITING:
        raise TooManyWaiting(brand.owner_id)
    move(brand, to=Brand.State.WAITING, table=BRAND_MAY_BECOME, reason="", **asdict(written))
    _record(brand, by=brand.owner, act="sent_in_again", **asdict(written))
    return brand


@transaction.atomic
def verify(*, brand: Brand, moderator: Person, seen: str = "") -> Brand:
    """Let a brand count: from now on listings are read for its words.

    Args:
        brand: what waits.
        moderator: who looked at it.
        seen: the digest of what they looked at; without it, of ``brand`` as it was fetched.

    Raises:
        OwnBrand: nothing was written.
        SpellingTaken: nothing was written.
        TransitionRefused: it does not wait any more, or was written anew; nothing was written.
    """
    _decide(brand, moderator, to=Brand.State.VERIFIED, reason="", seen=seen)
    spellings = {brand_words.tight(word): word for word in brand.words}
    try:
        with transaction.atomic():
            BrandWord.objects.bulk_create(
                BrandWord(brand=brand, words=word, plain=plain)
                for plain, word in spellings.items()
                if plain
            )
    except IntegrityError as taken:
        raise SpellingTaken(brand.pk) from taken
    brand_news.decided(brand)
    after_commit(READ, brand.pk)
    _record(brand, by=moderator, act="verified", words=brand.words)
    return brand


@transaction.atomic
def refuse(*, brand: Brand, moderator: Person, reason: str, seen: str = "") -> Brand:
    """Send a brand back to who registered it, with the reason; ``seen`` as in ``verify``.

    Raises:
        NoReason, OwnBrand: nothing was written.
        TransitionRefused: it does not wait any more, or was written anew; nothing was written.
    """
    _decide(brand, moderator, to=Brand.State.REFUSED, reason=_said(reason), seen=seen)
    brand_news.decided(brand)
    _record(brand, by=moderator, act="refused", reason=brand.reason)
    return brand


def close(*, brand: Brand, by: Person, reason: str) -> Brand:
    """Let a brand count no longer: its words are free, its certificates are revoked.

    Listings stay where they are; what waited for a certificate alone is judged again.

    Raises:
        NoReason: nothing was written.
        TransitionRefused: it is closed already; nothing was written.
    """
    _close(brand, by, _said(reason))
    forget_namings(brand.pk)
    return brand


def forget_namings(brand_id: int) -> None:
    """Forget which listings named a brand that is closed, and let them be judged without it.

    A transaction of its own: whoever writes a listing holds its namings, then certificates.
    """
    named = Naming.objects.filter(brand=brand_id, brand__state=Brand.State.CLOSED)
    with transaction.atomic():
        listings = Product.objects.filter(pk__in=named.values("product_id"))
        product_ids = [product.pk for product in locked(listings)]
        named.filter(product__in=product_ids).delete()
        for product_id in product_ids:
            bodies.forget(product_id)
    brand_settling.settle_all(product_ids)


@transaction.atomic
def _close(brand: Brand, by: Person, reason: str) -> None:
    now = clock.now()
    move(brand, to=Brand.State.CLOSED, table=BRAND_MAY_BECOME, reason=reason, decided_at=now)
    locked(brand.certificates.filter(state=Certificate.State.ISSUED))  # in the order of all
    brand.certificates.filter(state=Certificate.State.ISSUED).update(
        state=Certificate.State.REVOKED, reason=reason, over_at=now
    )
    brand.in_force.all().delete()
    if by.pk != brand.owner_id:
        brand_news.decided(brand)
    _record(brand, by=by, act="closed", reason=reason)


@transaction.atomic
def set_policy(*, brand: Brand, policy: str, by: Person) -> Brand:
    """Choose what becomes of listings that name a brand without a certificate.

    Raises:
        TransitionRefused: the brand is closed; nothing was written.
    """
    stored = locked(Brand.objects.filter(pk=brand.pk))[0]
    if stored.state == Brand.State.CLOSED:
        raise TransitionRefused(f"brand {brand.pk} is closed")
    if stored.policy != policy:
        before, stored.policy = stored.policy, Brand.Policy(policy)
        stored.save(update_fields=["policy"])
        after_commit(SETTLE, brand.pk)
        _record(stored, by=by, act="policy_changed", was=before, now=policy)
    return stored


def _decide(brand: Brand, moderator: Person, *, to: str, reason: str, seen: str) -> None:
    if brand.owner_id == moderator.pk:
        raise OwnBrand(brand.pk)
    seen = seen or digest(brand)
    locked(Brand.objects.filter(pk=brand.pk))  # while it waits, its owner may write it anew
    brand.refresh_from_db(fields=WRITTEN)
    if digest(brand) != seen:
        raise TransitionRefused(f"brand {brand.pk} was written anew since it was looked at")
    move(
        brand,
        to=to,
        table=BRAND_MAY_BECOME,
        reason=reason,
        decided_by=moderator,
        decided_at=clock.now(),
    )


def _said(reason: str) -> str:
    if not reason.strip():
        raise NoReason
    return reason.strip()


def _record(brand: Brand, *, by: Person, act: str, **facts: object) -> None:
    # Last of each job, because the chain is held until its transaction ends.
    record(actor=f"person:{by.pk}", act=f"brand.{act}", subject=f"brand:{brand.pk}", after=facts)
