"""The shops somebody shares for, and whether each of them pays for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from people.models import Person
from referrals import programme
from referrals.costs import Piece, newest_of
from referrals.models import Commission, Invitation, Removal, ShareLink
from shops.models import Shop

STANDING = Q(state__in=("pending", "held", "released"), charity__isnull=True)


@dataclass(frozen=True, slots=True)
class Part:
    """One shop in which somebody takes part.

    ``barred`` is what keeps the shop from paying them, as ``programme.barred`` says it, and
    ``reason`` what they were told when they were removed. ``goods`` are the newest of what
    the shop pays for, by the piece.
    """

    shop: Shop
    barred: str
    reason: str
    is_invited: bool
    orders: int
    earned_minor: int
    goods: list[Piece]


def shops_of(person: Person) -> QuerySet[Shop]:
    """Return the shops that somebody shares or was invited to share, by name.

    Those they work in are not among them: their own shop never pays them.
    """
    mine = [
        Exists(ShareLink.objects.filter(shop=OuterRef("pk"), person=person)),
        Exists(Invitation.objects.filter(shop=OuterRef("pk"), person=person, withdrawn_at=None)),
        Exists(Removal.objects.filter(shop=OuterRef("pk"), person=person, undone_at=None)),
    ]
    shops = Shop.objects.filter(mine[0] | mine[1] | mine[2]).exclude(memberships__person=person)
    return shops.select_related("terms").order_by("name", "pk")


def parts_of(person: Person, shops: Sequence[Shop]) -> list[Part]:
    """Return how one person stands with these shops; five queries, however many they are."""
    barred = programme.barred_among([(shop.pk, person.pk) for shop in shops])
    open_ones = Removal.objects.filter(person=person, shop__in=shops, undone_at=None)
    reasons = dict(open_ones.values_list("shop", "reason"))
    invitations = Invitation.objects.filter(person=person, shop__in=shops, withdrawn_at=None)
    invited = set(invitations.values_list("shop", flat=True))
    earned, goods = _earned(person, shops), newest_of(shops)
    return [
        Part(
            shop=shop,
            barred=barred[shop.pk, person.pk],
            reason=reasons.get(shop.pk, ""),
            is_invited=shop.pk in invited,
            orders=earned.get(shop.pk, (0, 0))[0],
            earned_minor=earned.get(shop.pk, (0, 0))[1],
            goods=goods[shop.pk],
        )
        for shop in shops
    ]


def _earned(person: Person, shops: Sequence[Shop]) -> dict[int, tuple[int, int]]:
    """Return the orders that earned somebody something in each shop, and what stands of it."""
    mine = Commission.objects.filter(STANDING, sharer=person, shop__in=shops)
    sums = mine.values("shop").annotate(
        orders=Count("attribution", distinct=True),
        earned_minor=Sum(F("amount_minor") - F("reversed_minor")),
    )
    return {row["shop"]: (row["orders"], row["earned_minor"]) for row in sums.order_by()}
