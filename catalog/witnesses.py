"""Who stands behind a product, as one reader may see it."""

from __future__ import annotations

from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When

from catalog.models import Endorsement, Product
from people import trust
from people.models import Person

Verdict, Visibility = Endorsement.Verdict, Endorsement.Visibility
MOST_ON_A_PAGE = 20

TAKEN_BACK = Q(withdrawn_at__isnull=False, visibility=Visibility.EVERYONE)


def seen_by(viewer: Person | None, product_id: int) -> list[Endorsement]:
    """Return what ``viewer`` may read about a product: friends first, then everybody else.

    Friends' words to friends, anybody's words to everyone, one's own in any case; a *no*
    went to the shop alone. People blocked, either way, are left out. The newest come
    first within each half, and each says ``from_friend``. At most three statements.
    """
    return list(_read(viewer, Endorsement.objects.filter(product_id=product_id))[:MOST_ON_A_PAGE])


def all_seen_by(viewer: Person | None, product_id: int) -> QuerySet[Endorsement]:
    """Return all that ``seen_by`` would, and after it the public words that were taken back.

    That they were there stays visible; the words themselves do not.
    """
    return _read(viewer, Endorsement.objects.filter(product_id=product_id), also=TAKEN_BACK)


def shop_witnesses(viewer: Person | None, shop_id: int) -> list[Endorsement]:
    """Return what ``viewer`` may read about anything a shop has on sale, as ``seen_by``."""
    on_sale = Product.objects.on_sale().filter(shop_id=shop_id)
    spoken = Endorsement.objects.filter(product__in=on_sale).select_related("product")
    return list(_read(viewer, spoken)[:MOST_ON_A_PAGE])


def friends_who_bought(viewer: Person, product_id: int) -> list[Person]:
    """Return the friends who kept the product and said so, those who spoke last first.

    A purchase is private until its buyer speaks of it, so silent buyers are not counted:
    with few friends even a number would give them away.
    """
    said = seen_by(viewer, product_id)
    return [one.person for one in said if one.from_friend and one.is_verified]


def all_said(product_id: int) -> QuerySet[Endorsement]:
    """Return everything ever said of a product, a *no* too: what its own shop may read."""
    said = Endorsement.objects.filter(product_id=product_id).select_related("person", "receipt")
    return said.order_by("-changed_at", "-pk")


def _read(
    viewer: Person | None, spoken: QuerySet[Endorsement], *, also: Q | None = None
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
        to_friends = Q(visibility=Visibility.FRIENDS) & ~Q(verdict=Verdict.NO)
        close = Q(person=viewer) | (to_friends & Q(person_id__in=friends))
        visible |= Q(withdrawn_at=None) & close
        spoken = spoken.exclude(person_id__in=trust.blocked_ids(viewer.pk))
    found = spoken.filter(visible).select_related("person", "receipt")
    return _friends_first(found, friends)


def _friends_first(found: QuerySet[Endorsement], friends: frozenset[int]) -> QuerySet[Endorsement]:
    is_friend = When(person_id__in=friends, then=Value(True))
    marked = found.annotate(
        written_by_friend=Case(is_friend, default=Value(False), output_field=BooleanField())
        if friends
        else Value(False)
    )
    # A constant there would be read as the number of a column.
    first = ["-written_by_friend"] if friends else []
    return marked.order_by(F("withdrawn_at").desc(nulls_first=True), *first, "-changed_at", "-pk")
