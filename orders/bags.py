"""The bag: what somebody means to buy, held by a person or by the token in a cookie."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Sum

from catalog.models import Product, Variant
from kit import clock
from kit.locks import locked, one_at_a_time
from kit.states import TransitionRefused
from orders.models import Bag, BagLine, OrderLine
from people.models import Person
from referrals import consent
from shops.models import Shop

MOST_OF_ONE = 999
TOKEN_BYTES = 24


class NotForSale(Exception):
    """The variant is unknown, taken down, or its shop is closed."""


class OwnGoods(Exception):
    """Who works in a shop cannot buy there: a sale to oneself proves nothing."""


def of(*, person: Person | None, token: str | None) -> Bag | None:
    """Return the bag of this person, or of whoever holds this token; None when there is none."""
    if person is not None:
        return Bag.objects.filter(person=person).first()
    if not token:
        return None
    return Bag.objects.filter(token=token, person=None).first()


def open_for(*, person: Person | None, token: str | None) -> Bag:
    """Return the bag, made when there is none.

    A guest's new bag always has a token of our own making, whatever the cookie said.
    """
    bag = of(person=person, token=token)
    if bag is not None:
        return bag
    if person is not None:
        return Bag.objects.get_or_create(person=person)[0]
    return Bag.objects.create(token=secrets.token_urlsafe(TOKEN_BYTES))


def for_sale(variant_id: int, *, buyer: Person | None) -> Variant:
    """Return a variant that this buyer may put in a bag, with its product and shop.

    Raises:
        NotForSale: it is unknown, taken down, or its shop is closed.
        OwnGoods: the buyer works in its shop.
    """
    variants = Variant.objects.select_related("product__shop").filter(
        is_offered=True, product__state=Product.State.LIVE, product__shop__state=Shop.State.OPEN
    )
    variant = variants.filter(pk=variant_id).first()
    if variant is None:
        raise NotForSale(variant_id)
    if buyer is not None and Shop.objects.run_by(buyer).filter(pk=variant.product.shop_id).exists():
        raise OwnGoods(variant_id)
    return variant


@transaction.atomic
def add(*, bag: Bag, variant: Variant, quantity: int) -> BagLine:
    """Put ``quantity`` more pieces in the bag, up to 999 of one variant.

    The price is noted as seen now, so that the bag can say when it moves.

    Raises:
        TransitionRefused: the bag was poured into another at sign-in, a moment ago;
            likewise in every job here that writes to a bag.
    """
    _hold(bag)
    line = BagLine.objects.filter(bag=bag, variant=variant).first()
    before = line.quantity if line is not None else 0
    return _write(bag, variant.pk, before + quantity, seen_price_minor=variant.price_minor)


@transaction.atomic
def set_quantity(*, bag: Bag, variant: Variant, quantity: int) -> BagLine | None:
    """Let the bag hold exactly ``quantity`` pieces of a variant; none takes it out."""
    _hold(bag)
    if quantity <= 0:
        BagLine.objects.filter(bag=bag, variant=variant).delete()
        return None
    return _write(bag, variant.pk, quantity, seen_price_minor=variant.price_minor)


@transaction.atomic
def remove(*, bag: Bag, variant_id: int) -> int:
    """Take a variant out of the bag and return how many pieces there were."""
    lock(bag.pk)
    line = BagLine.objects.filter(bag=bag, variant_id=variant_id).first()
    if line is None:
        return 0
    line.delete()
    return line.quantity


@transaction.atomic
def put_back(*, bag: Bag, lines: Iterable[OrderLine]) -> None:
    """Put the lines of an order that closed unpaid back where they came from."""
    lock(bag.pk)
    held = {line.variant_id: line.quantity for line in bag.lines.all()}
    for line in lines:
        quantity = held.get(line.variant_id, 0) + line.quantity
        _write(bag, line.variant_id, quantity, seen_price_minor=line.unit_price_minor)


@transaction.atomic
def merge(*, person: Person, token: str | None) -> int:
    """Give a guest's bag to the person who signed in, and return how many pieces they have.

    Pieces of one variant are added up, to at most 999. An unknown token changes nothing.
    """
    one_at_a_time(f"bag:{person.pk}")
    guest = of(person=None, token=token)
    if guest is not None:
        own = Bag.objects.filter(person=person).first()
        if own is None:
            Bag.objects.filter(pk=guest.pk, person=None).update(person=person, token=None)
        else:
            _pour(guest, into=own)
    return count(of(person=person, token=None))


@transaction.atomic
def carry(*, bag: Bag, brought: str) -> None:
    """Let the bag carry the share links of a visit that may leave no cookie."""
    _hold(bag)
    held = Bag.objects.get(pk=bag.pk)
    Bag.objects.filter(pk=bag.pk).update(brought=consent.joined(held.brought, brought))


def forget_links(*, bag: Bag) -> None:
    """Let the bag carry no share links any more."""
    Bag.objects.filter(pk=bag.pk).update(brought="")


def count(bag: Bag | None) -> int:
    """Return how many pieces are in the bag."""
    if bag is None:
        return 0
    pieces: int | None = BagLine.objects.filter(bag=bag).aggregate(pieces=Sum("quantity"))["pieces"]
    return pieces or 0


def take_out(*, bag: Bag, variant_ids: set[int]) -> bool:
    """Take these variants out of a locked bag; False when one of them was not there."""
    taken, _ = BagLine.objects.filter(bag=bag, variant_id__in=variant_ids).delete()
    return taken == len(variant_ids)


def lock(bag_id: int | None) -> Bag | None:
    """Lock a bag until the transaction ends; whoever locks more locks the bag first."""
    found = locked(Bag.objects.filter(pk=bag_id)) if bag_id is not None else []
    return found[0] if found else None


def _hold(bag: Bag) -> None:
    if lock(bag.pk) is None:
        raise TransitionRefused(f"bag {bag.pk} is no more")


def _pour(guest: Bag, *, into: Bag) -> None:
    locked(Bag.objects.filter(pk__in=[guest.pk, into.pk]))
    mine = {line.variant_id: line for line in into.lines.all()}
    for line in guest.lines.all():
        own = mine.get(line.variant_id)
        before = own.quantity if own is not None else 0
        seen_minor = line.seen_price_minor
        _write(into, line.variant_id, before + line.quantity, seen_price_minor=seen_minor)
    brought = consent.joined(into.brought, guest.brought)
    Bag.objects.filter(pk=into.pk).update(brought=brought)
    guest.checkouts.update(bag=into)
    guest.delete()


def _write(bag: Bag, variant_id: int, quantity: int, *, seen_price_minor: int) -> BagLine:
    held = {"quantity": min(quantity, MOST_OF_ONE), "seen_price_minor": seen_price_minor}
    line, _ = BagLine.objects.update_or_create(bag=bag, variant_id=variant_id, defaults=held)
    Bag.objects.filter(pk=bag.pk).update(changed_at=clock.now())
    return line
