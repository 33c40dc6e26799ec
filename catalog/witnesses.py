"""Who stands behind a product, as one reader may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import (
    BooleanField,
    Case,
    F,
    FloatField,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from catalog import nearness, records
from catalog.models import Endorsement, EndorsementPhoto, Product
from catalog.versions import READ_BY_THE_SHOP
from kit import clock
from people import trust
from people.models import Person

Verdict, Visibility = Endorsement.Verdict, Endorsement.Visibility
MOST_ON_A_PAGE = 20

TAKEN_BACK = Q(withdrawn_at__isnull=False, visibility=Visibility.EVERYONE)
NOBODY: Mapping[int, float] = {}


def seen_by(viewer: Person | None, product_id: int) -> list[Endorsement]:
    """Return what ``viewer`` may read about a product: friends first, then everybody else.

    Friends' words to friends, a *no* too, anybody's words to everyone, one's own in any
    case. People blocked, either way, are left out. What weighs most for this reader comes
    first within each half (``catalog.nearness``), and each says ``from_friend``. Who wants
    the same order as everybody has it. At most six statements.
    """
    spoken = Endorsement.objects.filter(product_id=product_id)
    return told(_read(viewer, spoken, near=_near(viewer, product_id))[:MOST_ON_A_PAGE])


def all_seen_by(viewer: Person | None, product_id: int) -> QuerySet[Endorsement]:
    """Return all that ``seen_by`` would, and after it the public words that were taken back.

    That they were there stays visible; the words themselves do not. Give a page of them to
    ``told`` before it is shown.
    """
    spoken = Endorsement.objects.filter(product_id=product_id)
    return _read(viewer, spoken, also=TAKEN_BACK, near=_near(viewer, product_id))


def shop_witnesses(viewer: Person | None, shop_id: int) -> list[Endorsement]:
    """Return what ``viewer`` may read about anything a shop has on sale, as ``seen_by``."""
    on_sale = Product.objects.on_sale().filter(shop_id=shop_id)
    spoken = Endorsement.objects.filter(product__in=on_sale).select_related("product")
    return told(_read(viewer, spoken)[:MOST_ON_A_PAGE])


def said_by(viewer: Person | None, person: Person) -> QuerySet[Endorsement]:
    """Return what ``viewer`` may read of what one person said, the newest first."""
    on_sale = Product.objects.on_sale()
    spoken = Endorsement.objects.filter(person=person, product__in=on_sale)
    return _read(viewer, spoken.select_related("product")).order_by("-changed_at", "-pk")


def friends_who_bought(viewer: Person, product_id: int) -> list[Person]:
    """Return the friends who kept the product and said so, those who weigh most first.

    A purchase is private until its buyer speaks of it, so silent buyers are not counted:
    with few friends even a number would give them away.
    """
    said = seen_by(viewer, product_id)
    return [one.person for one in said if one.from_friend and one.is_verified]


def all_said(product_id: int) -> QuerySet[Endorsement]:
    """Return what its own shop may read of a product: what was said to everyone, or to it.

    What friends tell each other is theirs; the shop learns of a *no* among them as a number.
    """
    said = Endorsement.objects.filter(product_id=product_id, visibility__in=READ_BY_THE_SHOP)
    return _with_all(said).order_by("-changed_at", "-pk")


def told(page: Iterable[Endorsement]) -> list[Endorsement]:
    """Return endorsements as a page shows them: each with ``basis_now`` and ``outcome``."""
    found, now = list(page), clock.now()
    public = [one.pk for one in found if one.visibility == Visibility.EVERYONE]
    came_of_it = records.outcomes(public)
    for one in found:
        one.basis_now = one.receipt.basis(now)
        one.outcome = came_of_it.get(one.pk)
    return found


def _near(viewer: Person | None, product_id: int) -> Mapping[int, float]:
    """Return how near each stranger stands who has friends in common with the viewer."""
    if viewer is None or not viewer.personalised:
        return NOBODY
    heard = nearness.voices(viewer.pk, [product_id])
    return {one.person_id: one.nearness for one in heard if one.shared and not one.is_friend}


def _read(
    viewer: Person | None,
    spoken: QuerySet[Endorsement],
    *,
    also: Q | None = None,
    near: Mapping[int, float] = NOBODY,
) -> QuerySet[Endorsement]:
    visible = Q(
        withdrawn_at=None,
        visibility=Visibility.EVERYONE,
        verdict__in=[Verdict.YES, Verdict.SO_SO],
    )
    if also is not None:
        visible |= also
    friends: frozenset[int] = frozenset()
    if viewer is not None:
        friends = trust.friend_ids(viewer.pk)
        close = Q(person=viewer) | Q(visibility=Visibility.FRIENDS, person_id__in=friends)
        visible |= Q(withdrawn_at=None) & close
        spoken = spoken.exclude(person_id__in=trust.blocked_ids(viewer.pk))
    first = friends if viewer is not None and viewer.personalised else frozenset()
    return _heaviest_first(_marked(_with_all(spoken.filter(visible)), friends), first, near)


def _with_all(found: QuerySet[Endorsement]) -> QuerySet[Endorsement]:
    """Load what a page shows of each: writer, receipt, the shop's reply, the photos.

    Who closed their account is not read any more.
    """
    pictures = EndorsementPhoto.objects.select_related("photo")
    here = found.filter(person__is_active=True)
    return here.select_related("person", "receipt", "reply").prefetch_related(
        Prefetch("pictures", pictures)
    )


def _marked(found: QuerySet[Endorsement], friends: frozenset[int]) -> QuerySet[Endorsement]:
    is_friend = When(person_id__in=friends, then=Value(True))
    return found.annotate(
        written_by_friend=Case(is_friend, default=Value(False), output_field=BooleanField())
        if friends
        else Value(False)
    )


def _heaviest_first(
    marked: QuerySet[Endorsement], friends: frozenset[int], near: Mapping[int, float]
) -> QuerySet[Endorsement]:
    heard = marked.annotate(heard=Coalesce(F("weighed__weight"), 0.0) * _nearness(near))
    # A constant there would be read as the number of a column.
    first = ["-written_by_friend"] if friends else []
    return heard.order_by(
        F("withdrawn_at").desc(nulls_first=True), *first, "-heard", "-changed_at", "-pk"
    )


def _nearness(near: Mapping[int, float]) -> Case | Value:
    """Return how near a row's writer stands: few different numbers, whoever they are."""
    alike: dict[float, list[int]] = defaultdict(list)
    for person_id, how_near in near.items():
        alike[how_near].append(person_id)
    strangers = Value(nearness.STRANGERS, output_field=FloatField())
    if not alike:
        return strangers
    cases = [When(person_id__in=people, then=Value(how)) for how, people in sorted(alike.items())]
    return Case(*cases, default=strangers, output_field=FloatField())
