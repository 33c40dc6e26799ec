"""Screening: which listings wait for a person's eyes, and what becomes of them."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from catalog import bodies, naming
from catalog.models import Brand, Hold, Naming, Product, Rule
from catalog.states import MAY_BECOME
from kit import clock
from kit.locks import locked
from kit.states import Moves, move
from shops.models import Shop

HOLD_MAY_BECOME: Moves = {
    Hold.State.APPROVED: frozenset({Hold.State.WAITING}),
    Hold.State.RETURNED: frozenset({Hold.State.WAITING}),
    Hold.State.DROPPED: frozenset({Hold.State.WAITING}),
}


class ListingMoved(Exception):
    """The vendor changed a waiting listing after somebody looked at it."""


class MoreToSee(ListingMoved):
    """What was looked at is let pass, but the listing waits for something else as well."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw in a listing: the rule, and its word that stands there."""

    rule: Rule
    matched: str


def judge(product: Product) -> Finding | None:
    """Return the rule whose word stands first in a listing, or None.

    Looks at title, description and the names of what is offered. Blanks and signs put
    between Chinese characters do not hide a word; English words match whole ones only,
    so that *secure* is not *cure*.
    """
    return _first_in(words_of(product))


def judge_words(words: str) -> Finding | None:
    """Return the rule whose word stands first in what somebody says of a product, or None."""
    return _first_in(_plain(words)) if words else None


def _first_in(text: str) -> Finding | None:
    seen = [
        (place, rule.code, Finding(rule, word[:80]))
        for rule in Rule.objects.filter(is_on=True)
        for word in rule.words
        if (place := _place_of(word, text)) is not None
    ]
    return min(seen, key=lambda found: found[:2])[2] if seen else None


def words_of(product: Product) -> str:
    """Return what the rules read of a listing, in one form of writing."""
    names = product.variants.filter(is_offered=True).values_list("name", flat=True)
    return text_of(title=product.title, description=product.description, names=names)


def text_of(*, title: str, description: str, names: Iterable[str]) -> str:
    """Return the same of a listing that is read together with many others."""
    title, *named = [" ".join(line.split()) for line in (title, *names)]
    return _plain("\n".join([title, description, *named]))


def last_decision(product: Product) -> Hold | None:
    """Return the hold whose end was a person's last word about a listing, if there was one."""
    return product.holds.decided().last()


def approved_as_is(product: Product) -> bool:
    """Whether a person's last word was a yes to the very content that a listing has now."""
    decided = last_decision(product)
    return (
        decided is not None
        and decided.state == Hold.State.APPROVED
        and decided.digest == digest(product)
    )


def digest(product: Product) -> str:
    """Return a short name of a listing's present content: another content has another one.

    Of title, description, kind, what is offered at which price, and the photos in their order.
    """
    offered = product.variants.filter(is_offered=True).values_list("name", "price_minor")
    photos = product.photos.values_list("name", "alt")
    content = [
        product.title,
        product.description,
        product.category_id,
        [list(one) for one in offered],
        [list(one) for one in photos],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def shown(hold: Hold) -> str:
    """Return a short name of what a moderator looks at: a listing's content, and why it waits."""
    facts = [digest(hold.product), hold.cause, hold.rule_id, hold.brand_id]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _place_of(word: str, text: str) -> int | None:
    """Return how many letters stand before ``word`` in ``text``, or None when it does not."""
    word = _plain(word)
    if word.isascii():
        match = re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text)
        return len(_joined(text[: match.start()])) if match else None
    place = _joined(text).find(_joined(word))
    return place if place >= 0 else None


def _joined(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum() or sign in "%\n")


@transaction.atomic
def hold(
    *,
    product: Product,
    cause: str,
    rule: Rule | None = None,
    brand: Brand | None = None,
    matched: str = "",
) -> Hold:
    """Take a listing out of sight until a moderator has decided.

    Raises:
        TransitionRefused: it waits already; nothing was written.
    """
    move(product, to=Product.State.HELD, table=MAY_BECOME)
    bodies.forget(product.pk)
    return Hold.objects.create(
        product=product,
        cause=cause,
        rule=rule,
        brand=brand,
        matched=matched,
        digest=digest(product),
    )


def hold_for_brand(*, product: Product, lacking: Naming) -> Hold:
    """Take a listing out of sight because it names a brand without a certificate.

    Raises:
        TransitionRefused: it waits already; nothing was written.
    """
    return hold(
        product=product, cause=Hold.Cause.BRAND, brand=lacking.brand, matched=lacking.matched
    )


def wait_for_brand(*, product: Product, lacking: Naming) -> None:
    """Let a waiting listing say that it also names a brand without a certificate."""
    product.holds.waiting().update(
        cause=Hold.Cause.BRAND, rule=None, brand=lacking.brand, matched=lacking.matched
    )


def look_again(*, product: Product) -> None:
    """Let a waiting listing that was edited tell what a rule sees in it now."""
    finding = judge(product)
    if finding is not None:
        _wait_for_rule(product, finding)


def _wait_for_rule(product: Product, finding: Finding) -> None:
    product.holds.waiting().update(
        cause=Hold.Cause.RULE, rule=finding.rule, matched=finding.matched
    )


def approve(*, hold: Hold, seen: str = "") -> Product:
    """Put a waiting listing on sale; from now on its shop is trusted to publish at once.

    A listing waits for one thing at a time, and only that was looked at. When it names another
    brand, or a rule sees something, it goes on waiting for that.

    Args:
        hold: the wait to end.
        seen: what ``shown`` was when the moderator looked; without it, what was held counts.

    Raises:
        ListingMoved: its content, or why it waits, is another by now; nothing was written.
        MoreToSee: what was looked at is let pass, and the hold names what is left.
        TransitionRefused: it was decided, or dropped by its vendor; nothing was written.
    """
    product = _approve(hold, seen)
    if product is None:  # outside, for what was written is to stay
        raise MoreToSee(hold.pk)
    return product


@transaction.atomic
def _approve(hold: Hold, seen: str) -> Product | None:
    now = clock.now()
    product = _held_still(hold)
    if _waits(hold):
        hold.refresh_from_db(fields=["cause", "rule", "brand", "digest"])
        _refuse_unseen(hold, seen)
        if _waits_for_more(hold, product):
            return None
    move(
        hold,
        to=Hold.State.APPROVED,
        table=HOLD_MAY_BECOME,
        decided_at=now,
        digest=digest(product),
    )
    move(
        product,
        to=Product.State.LIVE,
        table=MAY_BECOME,
        published_at=product.published_at or now,
    )
    Shop.objects.filter(pk=product.shop_id, trusted_at=None).update(trusted_at=now)
    bodies.forget(product.pk)
    return product


def _refuse_unseen(hold: Hold, seen: str) -> None:
    present, expected = (shown(hold), seen) if seen else (digest(hold.product), hold.digest)
    if expected and expected != present:
        raise ListingMoved(hold.pk)


def _waits_for_more(hold: Hold, product: Product) -> bool:
    """Let the brand that was looked at pass; whether the hold now names something else."""
    was_for_brand = hold.cause == Hold.Cause.BRAND
    if was_for_brand:
        naming.clear(product, brand_id=hold.brand_id)
    lacking = naming.uncovered(product).first()
    if lacking is not None:
        wait_for_brand(product=product, lacking=lacking)
        return True
    finding = judge(product) if was_for_brand and not approved_as_is(product) else None
    if finding is not None:
        _wait_for_rule(product, finding)
    return finding is not None


def _held_still(hold: Hold) -> Product:
    """Lock shop and product, in the order in which a vendor's own jobs take them."""
    locked(Shop.objects.filter(products__holds=hold.pk))
    hold.product = locked(Product.objects.filter(pk=hold.product_id))[0]
    return hold.product


def _waits(hold: Hold) -> bool:
    return Hold.objects.waiting().filter(pk=hold.pk).exists()


@transaction.atomic
def send_back(*, hold: Hold, reason: str = "") -> Product:
    """Return a waiting listing to its vendor, who may mend it and publish again.

    Raises:
        TransitionRefused: it was decided, or dropped by its vendor; nothing was written.
    """
    product = _held_still(hold)
    move(
        hold,
        to=Hold.State.RETURNED,
        table=HOLD_MAY_BECOME,
        decided_at=clock.now(),
        reason=reason,
    )
    move(product, to=Product.State.RETURNED, table=MAY_BECOME)
    bodies.forget(product.pk)
    return product


def drop(*, product: Product) -> None:
    """End the wait of a listing that its vendor took away."""
    for waiting in product.holds.waiting():
        move(waiting, to=Hold.State.DROPPED, table=HOLD_MAY_BECOME, decided_at=clock.now())
