"""Who stands behind a product, as one reader may see it."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from catalog.models import Endorsement, Product
from people import trust
from people.models import Person

Verdict, Visibility = Endorsement.Verdict, Endorsement.Visibility
MOST_ON_A_PAGE = 20


def seen_by(viewer: Person | None, product_id: int) -> list[Endorsement]:
    """Return what ``viewer`` may read about a product: friends first, then everybody else.

    Friends' words to friends, anybody's words to everyone, one's own in any case; a *no*
    went to the shop alone. People blocked, either way, are left out. The newest come
    first within each half, and each says ``from_friend``. At most three statements.
    """
    return _read(viewer, Endorsement.objects.filter(product_id=product_id))


def shop_witnesses(viewer: Person | None, shop_id: int) -> list[Endorsement]:
    """Return what ``viewer`` may read about anything a shop has on sale, as ``seen_by``."""
    on_sale = Product.objects.on_sale().filter(shop_id=shop_id)
    spoken = Endorsement.objects.filter(product__in=on_sale).select_related("product")
    return _read(viewer, spoken)


def friends_who_bought(viewer: Person, product_id: int) -> list[Person]:
    """Return the friends who kept the product and said so, those who spoke last first.

    A purchase is private until its buyer speaks of it, so silent buyers are not counted:
    with few friends even a number would give them away.
    """
    said = seen_by(viewer, product_id)
    return [one.person for one in said if one.from_friend and one.is_verified]


def all_said(product_id: int) -> list[Endorsement]:
    """Return everything ever said of a product, a *no* too: what its own shop may read."""
    said = Endorsement.objects.filter(product_id=product_id).select_related("person", "receipt")
    return list(said.order_by("-changed_at", "-pk"))


def took_back_seen(product_id: int) -> list[Endorsement]:
    """Return the public words that were taken back: that they were there stays visible."""
    gone = Endorsement.objects.filter(
        product_id=product_id, visibility=Visibility.EVERYONE, withdrawn_at__isnull=False
    )
    return list(gone.select_related("person", "receipt").order_by("-withdrawn_at", "-pk"))


def _read(viewer: Person | None, spoken: QuerySet[Endorsement]) -> list[Endorsement]:
    visible = Q(
        withdrawn_at=None,
        visibility=Visibility.EVERYONE,
        verdict__in=[Verdict.YES, Verdict.SO_SO],
    )
    friends: frozenset[int] = frozenset()
    if viewer is not None:
        friends = trust.friend_ids(viewer.pk)
        to_friends = Q(withdrawn_at=None, visibility=Visibility.FRIENDS) & ~Q(verdict=Verdict.NO)
        visible |= to_friends & Q(person_id__in=friends | {viewer.pk})
        spoken = spoken.exclude(person_id__in=trust.blocked_ids(viewer.pk))
    found = spoken.filter(visible).select_related("person", "receipt")
    read = list(found.order_by(*_friends_first(friends), "-changed_at", "-pk")[:MOST_ON_A_PAGE])
    for endorsement in read:
        endorsement.from_friend = endorsement.person_id in friends
    return read


def _friends_first(friends: frozenset[int]) -> list[Case]:
    if not friends:
        return []  # a constant there would be read as the number of a column
    is_friend = When(person_id__in=friends, then=Value(0))
    return [Case(is_friend, default=Value(1), output_field=IntegerField())]
