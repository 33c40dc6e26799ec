"""Who may do what in a shop, row by row, and who may change it."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction

from audit.models import AuditEvent
from audit.recording import record
from shops import staff
from shops.models import Membership, Shop
from shops.staff import Act
from tests.races import all_at_once

# Written by hand, act by act: what an owner, a manager and a packer may do.
TABLE = [
    (Act.EDIT_SHOP, True, False, False),
    (Act.LIST_PRODUCTS, True, True, False),
    (Act.SEE_ORDERS, True, True, True),
    (Act.DISPATCH, True, True, True),
    (Act.REFUND, True, True, False),
    (Act.SEE_MONEY, True, True, False),
    (Act.PAY_OUT, True, False, False),
    (Act.MANAGE_STAFF, True, False, False),
]


def test_the_table_names_every_act():
    assert {row[0] for row in TABLE} == set(Act)


@pytest.mark.parametrize("role", ["owner", "manager", "packer", "nobody", "elsewhere"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_role_may_what_the_table_says(hill_shop, chen, linwei, xiaoyu, role, row):
    person = chen if role == "owner" else linwei
    if role in {"manager", "packer"}:
        Membership.objects.create(shop=hill_shop, person=linwei, role=role)
    if role == "elsewhere":
        other = Shop.objects.create(owner=linwei, handle="other", name="O")
        Membership.objects.create(shop=other, person=linwei, role="owner")
    act, owner, manager, packer = row
    expected = {"owner": owner, "manager": manager, "packer": packer}.get(role, False)

    assert staff.may(person, act, hill_shop) is expected
    assert (hill_shop in staff.shops_for(person, act)) is expected


def test_adding_somebody_is_kept_for_good(hill_shop, chen, linwei):
    staff.add(shop=hill_shop, person=linwei, role="packer", by=chen)

    event = AuditEvent.objects.get()
    assert (event.act, event.actor) == ("shop.staff_added", f"person:{chen.pk}")
    assert event.after == {"person": linwei.pk, "role": "packer"}


def test_nobody_is_added_twice(hill_shop, chen, linwei):
    staff.add(shop=hill_shop, person=linwei, role="packer", by=chen)

    with pytest.raises(staff.AlreadyStaff):
        staff.add(shop=hill_shop, person=linwei, role="manager", by=chen)

    assert Membership.objects.get(person=linwei).role == "packer"
    assert AuditEvent.objects.count() == 1


def test_there_is_one_owner(hill_shop, chen, linwei):
    with pytest.raises(staff.OneOwner):
        staff.add(shop=hill_shop, person=linwei, role="owner", by=chen)
    with pytest.raises(staff.OneOwner):
        staff.remove(shop=hill_shop, person=chen, by=chen)

    assert [row.person for row in Membership.objects.all()] == [chen]


def test_removing_somebody_ends_what_they_may(hill_shop, chen, linwei):
    staff.add(shop=hill_shop, person=linwei, role="manager", by=chen)
    staff.remove(shop=hill_shop, person=linwei, by=chen)
    staff.remove(shop=hill_shop, person=linwei, by=chen)

    assert not staff.may(linwei, Act.SEE_ORDERS, hill_shop)
    assert [event.act for event in AuditEvent.objects.order_by("pk")] == [
        "shop.staff_added",
        "shop.staff_removed",
    ]


@pytest.mark.django_db(transaction=True)
def test_adding_one_person_five_times_at_once_adds_them_once(hill_shop, chen, linwei):
    outcomes = all_at_once(
        lambda: staff.add(shop=hill_shop, person=linwei, role="packer", by=chen), times=5
    )

    assert [type(one) for one in outcomes].count(staff.AlreadyStaff) == 4
    assert Membership.objects.filter(person=linwei).count() == 1
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_removing_one_person_five_times_at_once_is_told_once(hill_shop, chen, linwei):
    staff.add(shop=hill_shop, person=linwei, role="packer", by=chen)

    all_at_once(lambda: staff.remove(shop=hill_shop, person=linwei, by=chen), times=5)

    assert AuditEvent.objects.filter(act="shop.staff_removed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_removal_would_be_told_twice(hill_shop, chen, linwei):
    """The control: both find the person there, both remove, both tell."""
    staff.add(shop=hill_shop, person=linwei, role="packer", by=chen)
    both_have_looked = threading.Barrier(2)

    def careless():
        with transaction.atomic():
            there = Membership.objects.filter(shop=hill_shop, person=linwei).first()
            both_have_looked.wait(timeout=20)
            if there is not None:
                there.delete()
                record(actor="person:1", act="shop.staff_removed", subject="shop:1")

    all_at_once(careless, times=2)

    assert AuditEvent.objects.filter(act="shop.staff_removed").count() == 2
