"""Endorsing: what somebody who received a product says of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from catalog import bodies
from catalog.models import Earner, Endorsement, EndorsementVersion, Product, Receipt
from catalog.witnesses import friends_who_bought, seen_by
from kit import clock
from kit.locks import one_at_a_time
from notifications.telling import tell
from people.models import Person
from shops.models import Membership

__all__ = [
    "NothingReceived",
    "OwnShop",
    "claim",
    "endorse",
    "friends_who_bought",
    "kept_after_all",
    "mark_earning",
    "may_endorse",
    "receive",
    "seen_by",
    "took_back",
    "withdraw",
]

Verdict, Visibility = Endorsement.Verdict, Endorsement.Visibility


class NothingReceived(Exception):
    """The person has not received this product, or sent it back."""


class OwnShop(Exception):
    """The person works in the shop that sells it."""


def receive(  # noqa: PLR0913  # each is a fact of its own about the receipt
    *,
    line_key: str,
    person: Person | None,
    product_id: int,
    variant_id: int,
    quantity: int,
    net_paid_minor: int,
    received_at: datetime,
    keeps_from: datetime,
) -> Receipt:
    """Note that a line was received; telling it twice notes it once."""
    receipt, _ = Receipt.objects.get_or_create(
        line_key=line_key,
        defaults={
            "person": person,
            "product_id": product_id,
            "variant_id": variant_id,
            "quantity": quantity,
            "net_paid_minor": net_paid_minor,
            "received_at": received_at,
            "keeps_from": keeps_from,
        },
    )
    return receipt


def claim(*, line_keys: Collection[str], person: Person) -> int:
    """Make a guest's receipts this person's, who proved the buyer's address; return how many."""
    guests = Receipt.objects.filter(line_key__in=line_keys, person=None)
    return guests.update(person=person)


@transaction.atomic
def took_back(*, line_key: str, at: datetime) -> None:
    """Note that a received line went back: what rests on it alone is no longer *verified*."""
    kept = Receipt.objects.filter(line_key=line_key, returned_at=None)
    for receipt in kept.select_for_update():
        receipt.returned_at = at
        receipt.save(update_fields=["returned_at"])
        _rest_on_another(receipt)
        bodies.forget(receipt.product_id)


def _rest_on_another(gone: Receipt) -> None:
    """Let words that rested on what went back rest on another piece their writer kept."""
    for said in gone.endorsements.select_related("person", "product"):
        kept = may_endorse(said.person, said.product)
        if kept is not None:
            Endorsement.objects.filter(pk=said.pk, receipt=gone).update(receipt=kept)


@transaction.atomic
def kept_after_all(*, line_key: str) -> None:
    """Note that a line which went back is the person's again: its refund fell through."""
    for receipt in Receipt.objects.filter(line_key=line_key).exclude(returned_at=None):
        Receipt.objects.filter(pk=receipt.pk).update(returned_at=None)
        bodies.forget(receipt.product_id)


def may_endorse(person: Person, product: Product) -> Receipt | None:
    """Return the latest receipt an endorsement of ``person`` could rest on, if any."""
    kept = Receipt.objects.filter(person=person, product=product, returned_at=None)
    return kept.order_by("-received_at", "-pk").first()


@transaction.atomic
def endorse(
    *,
    person: Person,
    product: Product,
    verdict: str,
    words: str,
    visibility: str,
    language: str,
) -> Endorsement:
    """Say, or say anew, what ``person`` thinks of a product they received.

    A *no* goes to the shop alone, whatever ``visibility`` says. Every wording is kept
    as a version. The shop is told of the first one.

    Raises:
        NothingReceived: nothing was written.
        OwnShop: nothing was written.
    """
    if Membership.objects.filter(shop=product.shop_id, person=person).exists():
        raise OwnShop
    receipt = may_endorse(person, product)
    if receipt is None:
        raise NothingReceived
    one_at_a_time(_earning(person.pk, product.pk))
    said = {
        "receipt": receipt,
        "verdict": verdict,
        "words": words,
        "visibility": Visibility.VENDOR if verdict == Verdict.NO else visibility,
        "language": language,
        "earns": Earner.objects.filter(person=person, product=product).exists(),
        "changed_at": clock.now(),
        "withdrawn_at": None,
    }
    endorsement, is_new = Endorsement.objects.update_or_create(
        person=person, product=product, defaults=said
    )
    _keep_version(endorsement)
    if is_new:
        _tell_shop(endorsement)
    bodies.forget(product.pk)
    return endorsement


@transaction.atomic
def withdraw(*, endorsement: Endorsement, person: Person) -> None:
    """Take back one's word; that there was one stays visible.

    Raises:
        Endorsement.DoesNotExist: it is not this person's; nothing was written.
    """
    mine = Endorsement.objects.select_for_update().get(pk=endorsement.pk, person=person)
    if mine.withdrawn_at is None:
        mine.withdrawn_at = mine.changed_at = clock.now()
        mine.save(update_fields=["withdrawn_at", "changed_at"])
        _keep_version(mine)
        bodies.forget(mine.product_id)


@transaction.atomic
def mark_earning(*, person_id: int, product_id: int) -> None:
    """Note that a person has a link that can pay, so that their words say so, now or later."""
    one_at_a_time(_earning(person_id, product_id))
    Earner.objects.get_or_create(person_id=person_id, product_id=product_id)
    silent = Endorsement.objects.filter(person_id=person_id, product_id=product_id, earns=False)
    if silent.update(earns=True):
        bodies.forget(product_id)


def _earning(person_id: int, product_id: int) -> str:
    """Name the lock that keeps words and link of one person from missing each other."""
    return f"catalog:earns:{person_id}:{product_id}"


def _keep_version(endorsement: Endorsement) -> None:
    EndorsementVersion.objects.create(
        endorsement=endorsement,
        verdict=endorsement.verdict,
        words=endorsement.words,
        visibility=endorsement.visibility,
        withdrawn=endorsement.withdrawn_at is not None,
        at=endorsement.changed_at,
    )


def _tell_shop(endorsement: Endorsement) -> None:
    tell(
        person_id=endorsement.product.shop.owner_id,
        kind="endorsement_received",
        key=f"endorsement:{endorsement.pk}:received",
        data={
            "person": endorsement.person.name,
            "product": endorsement.product.title,
        },
        path=f"/p/{endorsement.product.public_id}/endorsements",
    )
