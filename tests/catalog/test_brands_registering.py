"""A brand counts only once a moderator has verified it, and not after it was closed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from catalog import brands, naming
from catalog.models import Brand, BrandWord, Certificate, Naming, Product
from catalog.states import BRAND_MAY_BECOME, CERTIFICATE_MAY_BECOME
from kit.states import TransitionRefused, move
from notifications.models import Notice
from people.models import StaffRole
from tests.catalog.conftest import SHANMI
from tests.races import all_at_once

State = Brand.State


def acts():
    return list(AuditEvent.objects.order_by("pk").values_list("act", flat=True))


def test_registering_changes_nothing_yet(registered, writes, mei):
    assert (registered.state, registered.words) == ("waiting", ["山蜜", "Shanmi", "山蜜牌"])
    assert writes("山蜜 土蜂蜜").state == Product.State.LIVE
    assert not Naming.objects.exists()
    assert acts() == ["brand.registered"]


def test_the_same_number_twice_is_registered_once(registered, mei):
    assert brands.register(owner=mei, written=SHANMI) == registered


@pytest.mark.django_db(transaction=True)
def test_two_taps_register_one_brand(mei, noon):
    outcomes = all_at_once(lambda: brands.register(owner=mei, written=SHANMI).pk, times=4)

    assert len(set(outcomes)) == 1
    assert Brand.objects.count() == 1


def test_a_sixth_brand_waits_until_one_was_looked_at(mei, noon):
    for number in range(5):
        brands.register(owner=mei, written=replace(SHANMI, register_number=str(number)))

    with pytest.raises(brands.TooManyWaiting):
        brands.register(owner=mei, written=replace(SHANMI, register_number="6"))
    assert Brand.objects.count() == 5


def test_verifying_is_told_and_kept(shanmi, mei, wulan):
    assert (shanmi.state, shanmi.decided_by) == (State.VERIFIED, wulan)
    assert set(BrandWord.objects.values_list("plain", flat=True)) == {"山蜜", "shanmi", "山蜜牌"}
    assert Notice.objects.get(person=mei).kind == "brand_verified"
    assert acts() == ["brand.registered", "brand.verified"]


def test_nobody_verifies_their_own(registered, mei):
    StaffRole.objects.create(person=mei, role="moderator")

    with pytest.raises(brands.OwnBrand):
        brands.verify(brand=registered, moderator=mei)
    with pytest.raises(IntegrityError), transaction.atomic():
        Brand.objects.filter(pk=registered.pk).update(decided_by=mei)
    registered.refresh_from_db()
    assert registered.state == State.WAITING


def test_two_brands_are_never_written_the_same_way(shanmi, linwei, wulan):
    other = brands.register(
        owner=linwei, written=replace(SHANMI, name_zh="别的", spellings=[], name_en="ＳｈａｎＭｉ")
    )

    with pytest.raises(brands.SpellingTaken):
        brands.verify(brand=other, moderator=wulan)
    other.refresh_from_db()
    assert other.state == State.WAITING
    assert BrandWord.objects.filter(brand=other).count() == 0


def test_a_refused_brand_is_told_why_and_sent_in_again(registered, wulan, mei):
    with pytest.raises(brands.NoReason):
        brands.refuse(brand=registered, moderator=wulan, reason="  ")
    brands.refuse(brand=registered, moderator=wulan, reason="The number is another's.")

    notice = Notice.objects.get(person=mei)
    assert (notice.kind, notice.data["reason"]) == ("brand_refused", "The number is another's.")
    again = brands.send_in_again(
        brand=registered, written=replace(SHANMI, register_number="87654321")
    )
    assert (again.state, again.reason, again.register_number) == ("waiting", "", "87654321")


def test_a_refused_brand_waits_for_its_turn_like_a_new_one(registered, mei, wulan):
    brands.refuse(brand=registered, moderator=wulan, reason="The number is another's.")
    five = [
        brands.register(owner=mei, written=replace(SHANMI, register_number=str(number)))
        for number in range(5)
    ]

    with pytest.raises(brands.TooManyWaiting):
        brands.send_in_again(brand=registered, written=SHANMI)
    registered.refresh_from_db()
    assert (registered.state, registered.reason) == ("refused", "The number is another's.")

    brands.send_in_again(brand=five[0], written=replace(SHANMI, name_en="Shan"))  # waits anyway
    brands.refuse(brand=five[1], moderator=wulan, reason="No.")
    assert brands.send_in_again(brand=registered, written=SHANMI).state == "waiting"


@pytest.mark.parametrize("wanted", State.values)
@pytest.mark.parametrize("stored", State.values)
def test_a_brand_moves_only_as_the_table_says(shanmi, stored, wanted):
    Brand.objects.filter(pk=shanmi.pk).update(state=stored, reason="because")
    if stored in BRAND_MAY_BECOME[wanted]:
        move(shanmi, to=wanted, table=BRAND_MAY_BECOME)
    else:
        with pytest.raises(TransitionRefused):
            move(shanmi, to=wanted, table=BRAND_MAY_BECOME)
    shanmi.refresh_from_db()
    assert shanmi.state == (wanted if stored in BRAND_MAY_BECOME[wanted] else stored)


@pytest.mark.parametrize("wanted", ["ended", "revoked"])
@pytest.mark.parametrize("stored", Certificate.State.values)
def test_a_certificate_moves_only_as_the_table_says(issued, stored, wanted):
    certificate = issued()
    Certificate.objects.filter(pk=certificate.pk).update(state=stored, reason="because")
    may = stored in CERTIFICATE_MAY_BECOME[wanted]
    if may:
        move(certificate, to=wanted, table=CERTIFICATE_MAY_BECOME)
    else:
        with pytest.raises(TransitionRefused):
            move(certificate, to=wanted, table=CERTIFICATE_MAY_BECOME)
    certificate.refresh_from_db()
    assert certificate.state == (wanted if may else stored)


def test_closing_frees_words_and_listings(shanmi, writes, issued, mei, hill_shop, honey):
    held = writes()
    assert held.state == Product.State.HELD

    brands.close(brand=shanmi, by=mei, reason="Sold to another firm.")

    honey.refresh_from_db()
    assert honey.state == Product.State.LIVE
    assert not BrandWord.objects.exists()
    assert not Naming.objects.exists()
    with pytest.raises(TransitionRefused):
        brands.set_policy(brand=shanmi, policy="mark", by=mei)


def test_closing_revokes_its_certificates_and_leaves_what_they_covered(
    shanmi, issued, writes, mei, honey
):
    certificate = issued()
    writes()

    brands.close(brand=shanmi, by=mei, reason="Sold.")

    certificate.refresh_from_db()
    honey.refresh_from_db()
    assert (certificate.state, certificate.reason) == ("revoked", "Sold.")
    assert honey.state == Product.State.LIVE
    assert naming.shown_of(honey) == []
