"""Who may do what in a shop: one table, and the few who may change who stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db import IntegrityError, transaction

from audit.recording import record
from people.models import Person
from shops.models import Membership, Shop, ShopQuerySet

Role = Membership.Role


class Act(StrEnum):
    """What somebody may do in a shop."""

    EDIT_SHOP = "edit_shop"  # its sign, terms and rates
    LIST_PRODUCTS = "list_products"
    SEE_ORDERS = "see_orders"
    DISPATCH = "dispatch"
    REFUND = "refund"
    SEE_MONEY = "see_money"
    PAY_OUT = "pay_out"
    MANAGE_STAFF = "manage_staff"


MAY: Mapping[str, frozenset[Act]] = {
    Role.OWNER: frozenset(Act),
    Role.MANAGER: frozenset(
        {Act.LIST_PRODUCTS, Act.SEE_ORDERS, Act.DISPATCH, Act.REFUND, Act.SEE_MONEY}
    ),
    Role.PACKER: frozenset({Act.SEE_ORDERS, Act.DISPATCH}),
}


class AlreadyStaff(Exception):
    """This person works in the shop already."""


class OneOwner(Exception):
    """A shop has one owner: no second can be added, and the first cannot be removed."""


def may(person: Person, act: Act, shop: Shop) -> bool:
    """Whether ``person`` may do ``act`` in ``shop``; the only question of its kind."""
    return shops_for(person, act).filter(pk=shop.pk).exists()


def shops_for(person: Person, act: Act) -> ShopQuerySet:
    """Return the shops in which ``person`` may do ``act``, the oldest first."""
    roles = [role for role, acts in MAY.items() if act in acts]
    return Shop.objects.filter(memberships__person=person, memberships__role__in=roles).order_by(
        "pk"
    )


@transaction.atomic
def add(*, shop: Shop, person: Person, role: str, by: Person) -> Membership:
    """Let ``person`` work in ``shop``; who did it is kept for good.

    Raises:
        AlreadyStaff: in whatever role; nothing was written.
        OneOwner: ``role`` is owner.
    """
    if role == Role.OWNER:
        raise OneOwner
    try:
        with transaction.atomic():
            membership = Membership.objects.create(shop=shop, person=person, role=role)
    except IntegrityError as refused:
        if not Membership.objects.filter(shop=shop, person=person).exists():
            raise
        raise AlreadyStaff(person.pk) from refused
    record(
        actor=f"person:{by.pk}",
        act="shop.staff_added",
        subject=f"shop:{shop.pk}",
        after={"person": person.pk, "role": role},
    )
    return membership


@transaction.atomic
def remove(*, shop: Shop, person: Person, by: Person) -> None:
    """Let ``person`` work in ``shop`` no longer; does nothing when they did not.

    Raises:
        OneOwner: the owner stays.
    """
    membership = Membership.objects.select_for_update().filter(shop=shop, person=person).first()
    if membership is None:
        return
    if membership.role == Role.OWNER:
        raise OneOwner
    membership.delete()
    record(
        actor=f"person:{by.pk}",
        act="shop.staff_removed",
        subject=f"shop:{shop.pk}",
        before={"person": person.pk, "role": membership.role},
    )
