"""A circle's shelf: what its members put there for each other, each with a line about why."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from catalog import screening
from catalog.models import CirclePick, Photo, Product, Variant
from kit import clock
from kit.locks import one_at_a_time
from people import circle_reading, trust
from people.models import Circle, Person

# A shelf is looked over while standing; who wants more makes room.
MOST_PICKS = 60


class CannotPick(Exception):
    """The product cannot be put on this shelf; nothing was written."""


class NotAMember(CannotPick):
    """Only members put something there, and only while the circle is open."""


class AlreadyThere(CannotPick):
    """Somebody has put it there before."""


class ShelfFull(CannotPick):
    """Something else has to leave first."""


class NotLikeThis(Exception):
    """A rule sees ``args[0]`` in the note; nothing was written."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing on a shelf as a viewer sees it; ``person`` is None where they get no name."""

    public_id: str
    product: Product
    photo: Photo | None
    price_minor: int
    note: str
    person: Person | None
    may_go: bool


def shelf(circle: Circle, viewer: Person | AnonymousUser) -> list[Pick]:
    """Return what stands on a circle's shelf for a viewer, the newest first.

    Left out is what is not on sale and what somebody put there whom the viewer blocked or
    who blocked them. Names are for members. Eight statements at most.
    """
    seen = picks(circle)
    names: frozenset[int] = frozenset()
    if viewer.is_authenticated:
        names = circle_reading.member_ids(circle, viewer.pk)
        apart = trust.blocked_ids(viewer.pk)
        seen = seen.exclude(person_id__in=apart).exclude(product__shop__owner_id__in=apart)
    return [_shown(pick, viewer.pk, names, host_id=circle.host_id) for pick in seen[:MOST_PICKS]]


def picks(circle: Circle) -> QuerySet[CirclePick]:
    """Return what stands on a circle's shelf and can be bought, the newest first."""
    offered = Prefetch("product__variants", Variant.objects.filter(is_offered=True))
    rows = CirclePick.objects.filter(circle=circle, product__in=Product.objects.on_sale())
    loaded = rows.select_related("person", "product__shop")
    return loaded.prefetch_related("product__photos", offered).order_by("-at", "-pk")


def _shown(pick: CirclePick, viewer_id: int | None, names: frozenset[int], *, host_id: int) -> Pick:
    variants = list(pick.product.variants.all())
    in_stock = [one.price_minor for one in variants if one.available]
    is_named = pick.person_id in names or pick.person_id == viewer_id
    return Pick(
        public_id=pick.public_id,
        product=pick.product,
        photo=next(iter(pick.product.photos.all()), None),
        price_minor=min(in_stock or [one.price_minor for one in variants], default=0),
        note=pick.note,
        person=pick.person if is_named and pick.person.is_active else None,
        may_go=viewer_id is not None and viewer_id in {pick.person_id, host_id},
    )


@transaction.atomic
def add(*, circle: Circle, person: Person, product: Product, note: str = "") -> CirclePick:
    """Put a product on a circle's shelf.

    Raises:
        NotAMember, AlreadyThere, ShelfFull: nothing was written.
        NotLikeThis: a rule sees something in the note; nothing was written.
        Product.DoesNotExist: it is not on sale; nothing was written.
    """
    finding = screening.judge_words(note)
    if finding is not None:
        raise NotLikeThis(finding.matched)
    on_sale = Product.objects.on_sale().get(pk=product.pk)
    one_at_a_time(f"catalog:shelf:{circle.pk}")
    if not Circle.objects.open().joined_by(person.pk).filter(pk=circle.pk).exists():
        raise NotAMember(circle.pk)
    here = CirclePick.objects.filter(circle=circle)
    if here.filter(product=on_sale).exists():
        raise AlreadyThere(on_sale.pk)
    if here.count() >= MOST_PICKS:
        raise ShelfFull(circle.pk)
    return CirclePick.objects.create(
        circle=circle, product=on_sale, person=person, note=note, at=clock.now()
    )


def may_remove(person: Person) -> QuerySet[CirclePick]:
    """Return the picks a person may take away: their own, and all of a circle they host."""
    return CirclePick.objects.filter(Q(person=person) | Q(circle__host=person))


def remove(*, pick: CirclePick) -> bool:
    """Take a product off a shelf; return whether it still stood there."""
    gone, _each = CirclePick.objects.filter(pk=pick.pk).delete()
    return bool(gone)
