"""Receipts: who received what, as the orders room tells it; endorsements rest on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from catalog import bodies, bought, item_scores
from catalog.models import Endorsement, Product, Receipt
from kit.locks import locked
from notifications.telling import tell
from people.models import Person
from shops.models import Membership


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a receipt comes from, beside who bought it.

    Attributes:
        given_by: who paid, where that is not who received it.
        brought_by: whose link the order came by.
        marks: keyed digests of where it went.
    """

    given_by: Person | None = None
    brought_by: Person | None = None
    marks: tuple[str, ...] = ()


FROM_NOWHERE = Origin()


@transaction.atomic
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
    origin: Origin = FROM_NOWHERE,
) -> Receipt:
    """Note that a line was received; telling it twice notes it once.

    Who received it is asked, once a product, what they think of it.
    """
    receipt, is_new = Receipt.objects.get_or_create(
        line_key=line_key,
        defaults={
            "person": person,
            "product_id": product_id,
            "variant_id": variant_id,
            "quantity": quantity,
            "net_paid_minor": net_paid_minor,
            "received_at": received_at,
            "keeps_from": keeps_from,
            "given_by": origin.given_by,
            "brought_by": origin.brought_by,
            "marks": list(origin.marks),
            "seen_by": bought.starts_as(person, product_id),
        },
    )
    if is_new and person is not None:
        _ask(person, receipt.product)
    return receipt


@transaction.atomic
def claim(*, line_keys: Collection[str], person: Person) -> int:
    """Make a guest's receipts this person's, who proved the buyer's address; return how many.

    Who may know of them starts as ``receive`` has it: what was said of the same thing holds.
    """
    guests = locked(Receipt.objects.filter(line_key__in=line_keys, person=None))
    for receipt in guests:
        receipt.seen_by = bought.starts_as(person, receipt.product_id)
        receipt.person = person
        receipt.save(update_fields=["person", "seen_by"])
    return len(guests)


@transaction.atomic
def took_back(*, line_key: str, at: datetime) -> None:
    """Note that a received line went back: what rests on it alone is no longer *verified*."""
    kept = Receipt.objects.filter(line_key=line_key, returned_at=None)
    for receipt in kept.select_for_update():
        receipt.returned_at = at
        receipt.save(update_fields=["returned_at"])
        _rest_on_another(receipt)
        _look_again(receipt)


@transaction.atomic
def kept_after_all(*, line_key: str) -> None:
    """Note that a line which went back is the person's again: its refund fell through."""
    for receipt in Receipt.objects.filter(line_key=line_key).exclude(returned_at=None):
        Receipt.objects.filter(pk=receipt.pk).update(returned_at=None)
        _look_again(receipt)


@transaction.atomic
def repaid(*, line_key: str, net_paid_minor: int) -> None:
    """Note what is paid for a received line now that part of it went back, or came again."""
    for receipt in Receipt.objects.filter(line_key=line_key).exclude(net_paid_minor=net_paid_minor):
        Receipt.objects.filter(pk=receipt.pk).update(net_paid_minor=net_paid_minor)
        _look_again(receipt)


def may_endorse(person: Person, product: Product) -> Receipt | None:
    """Return the latest receipt an endorsement of ``person`` could rest on, if any."""
    kept = Receipt.objects.filter(person=person, product=product, returned_at=None)
    return kept.order_by("-received_at", "-pk").first()


def _rest_on_another(gone: Receipt) -> None:
    """Let words that rested on what went back rest on another piece their writer kept."""
    for said in gone.endorsements.select_related("person", "product"):
        kept = may_endorse(said.person, said.product)
        if kept is not None:
            Endorsement.objects.filter(pk=said.pk, receipt=gone).update(receipt=kept)


def _look_again(receipt: Receipt) -> None:
    """Have page and score of a product written anew: what words rest on has changed."""
    bodies.forget(receipt.product_id)
    item_scores.mark(receipt.product_id)


def _ask(person: Person, product: Product) -> None:
    has_spoken = Endorsement.objects.filter(person=person, product=product).exists()
    works_there = Membership.objects.filter(shop=product.shop_id, person=person).exists()
    if has_spoken or works_there:
        return
    tell(
        person_id=person.pk,
        kind="endorsement_asked",
        key=f"product:{product.pk}",
        data={"product": product.title},
        path=f"/p/{product.public_id}/endorse",
    )
