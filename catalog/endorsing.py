"""Endorsing: what somebody who received a product says of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from catalog import bodies, holding_words, item_scores, versions
from catalog.models import Earner, Endorsement, EndorsementPhoto, Photo, Product
from catalog.receipts import (
    Origin,
    claim,
    kept_after_all,
    may_endorse,
    receive,
    repaid,
    took_back,
)
from catalog.witnesses import friends_who_bought, seen_by
from kit import clock
from kit.locks import locked, one_at_a_time
from people.models import Person
from shops.models import Membership

__all__ = [
    "NothingReceived",
    "Origin",
    "OwnShop",
    "claim",
    "endorse",
    "friends_who_bought",
    "kept_after_all",
    "mark_earning",
    "may_endorse",
    "receive",
    "repaid",
    "seen_by",
    "took_back",
    "usable_photos",
    "withdraw",
]

Verdict, Visibility, Relation = Endorsement.Verdict, Endorsement.Visibility, Endorsement.Relation

MOST_PHOTOS = 4  # a row of small ones on a phone; who has more to show writes a product page


class NothingReceived(Exception):
    """The person has not received this product, or sent it back."""


class OwnShop(Exception):
    """The person works in the shop that sells it."""


@transaction.atomic
def endorse(  # noqa: PLR0913  # each is said on its own
    *,
    person: Person,
    product: Product,
    verdict: str,
    words: str,
    visibility: str,
    language: str,
    relation: str = Relation.NONE,
    photo_ids: Sequence[int] = (),
) -> Endorsement:
    """Say, or say anew, what ``person`` thinks of a product they received.

    A *no* goes to friends or to the shop, never to everyone. Every wording is kept as a
    version. The shop is told of the first one that it may read. What a rule sees something
    in, and what comes in a burst, is *held*: read by nobody until a moderator has decided.

    Args:
        person: who speaks.
        product: what they received.
        verdict: one of ``Endorsement.Verdict``.
        words: up to sixty signs of their own, or none.
        visibility: who may read it.
        language: the words'.
        relation: what stands between them and the vendor, as they declare it.
        photo_ids: their own photos in their order; others' and those past the fourth are left.

    Raises:
        NothingReceived: nothing was written.
        OwnShop: nothing was written.
    """
    if Membership.objects.filter(shop=product.shop_id, person=person).exists():
        raise OwnShop
    receipt = may_endorse(person, product)
    if receipt is None:
        raise NothingReceived
    one_at_a_time(_earning(person.pk, product.pk), f"catalog:said:{product.pk}")
    # Locked before its hold, as a withdrawal and a moderator lock them.
    before = next(iter(locked(Endorsement.objects.filter(person=person, product=product))), None)
    if before is not None:
        holding_words.drop(before)
    why = holding_words.why_to_hold(before, words, product_id=product.pk)
    wanted = _for_whom(verdict, visibility)
    said = {
        "receipt": receipt,
        "verdict": verdict,
        "words": words,
        "visibility": Visibility.HELD if why else wanted,
        "relation": relation,
        "language": language,
        "earns": Earner.objects.filter(person=person, product=product).exists(),
        "changed_at": clock.now(),
        "withdrawn_at": None,
    }
    endorsement, _ = Endorsement.objects.update_or_create(
        person=person, product=product, defaults=said
    )
    _show(endorsement, photo_ids)
    versions.keep(endorsement)
    if why:
        holding_words.hold(endorsement, why, wanted=wanted)
    elif wanted in versions.READ_BY_THE_SHOP:
        versions.tell_shop(endorsement)
    _seen_anew(product.pk)
    return endorsement


def _for_whom(verdict: str, visibility: str) -> str:
    if verdict == Verdict.NO and visibility == Visibility.EVERYONE:
        return Visibility.FRIENDS
    return visibility


def usable_photos(
    *, person: Person, endorsement: Endorsement | None, photo_ids: Sequence[int]
) -> list[Photo]:
    """Return those of ``photo_ids`` this person may show with these words, in that order.

    Loose ones they took, and those shown already; another's id is passed over.
    """
    loose = Photo.objects.filter(uploaded_by=person, product=None, shown_with=None)
    rows = loose.filter(pk__in=photo_ids)
    if endorsement is not None:
        rows |= Photo.objects.filter(shown_with__endorsement=endorsement, pk__in=photo_ids)
    found = {photo.pk: photo for photo in rows.distinct()}
    return [found[one] for one in dict.fromkeys(photo_ids) if one in found][:MOST_PHOTOS]


def _show(endorsement: Endorsement, photo_ids: Sequence[int]) -> None:
    shown = usable_photos(person=endorsement.person, endorsement=endorsement, photo_ids=photo_ids)
    endorsement.pictures.all().delete()
    rows = [
        EndorsementPhoto(endorsement=endorsement, photo=photo, position=place)
        for place, photo in enumerate(shown)
    ]
    # A photo that went up with other words a moment ago stays with those.
    EndorsementPhoto.objects.bulk_create(rows, ignore_conflicts=True)


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
        holding_words.drop(mine)
        versions.keep(mine)
        _seen_anew(mine.product_id)


@transaction.atomic
def mark_earning(*, person_id: int, product_id: int) -> None:
    """Note that a person has a link that can pay, so that their words say so, now or later."""
    one_at_a_time(_earning(person_id, product_id))
    Earner.objects.get_or_create(person_id=person_id, product_id=product_id)
    silent = Endorsement.objects.filter(person_id=person_id, product_id=product_id, earns=False)
    if silent.update(earns=True):
        _seen_anew(product_id)


def _earning(person_id: int, product_id: int) -> str:
    """Name the lock that keeps words and link of one person from missing each other."""
    return f"catalog:earns:{person_id}:{product_id}"


def _seen_anew(product_id: int) -> None:
    bodies.forget(product_id)
    item_scores.mark(product_id)
