"""Certificates that end or are revoked: listings come down, are told why, and come back."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from catalog import (
    authorising,
    brand_minding,
    brand_reading,
    brand_settling,
    brands,
    listing,
)
from catalog.authorising import Scope
from catalog.models import Brand, Certificate, Naming, Product
from kit import clock
from kit.locks import locked
from kit.states import TransitionRefused
from notifications.models import Notice
from tests.catalog.brands import DOWN, HELD, LIVE, broken, kinds, later, page_of, state
from tests.catalog.conftest import FUJI
from tests.races import together


@pytest.mark.parametrize("policy", ["mark", "block"])
def test_when_it_ends_the_listing_is_taken_down(
    shanmi, issued, writes, honey, chen, mei, policy, django_capture_on_commit_callbacks
):
    brands.set_policy(brand=shanmi, policy=policy, by=mei)
    certificate = issued(days=30)
    writes()
    version = honey.version
    page_of(honey)  # kept

    with later(days=30, seconds=-1):
        brand_minding.mind()
        assert state(honey) == LIVE
    with later(days=30), django_capture_on_commit_callbacks(execute=True):
        assert brand_minding.mind() == 1
        assert brand_minding.mind() == 0

    assert state(honey) == DOWN
    assert honey.version > version
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.ENDED
    assert page_of(honey) == ""
    assert kinds(chen)[-1] == "certificate_ended"
    assert kinds(chen).count("certificate_ended") == 1
    ended = AuditEvent.objects.filter(act="certificate.ended")
    assert [(one.actor, one.subject) for one in ended] == [
        ("house", f"certificate:{certificate.pk}")
    ]
    assert broken() == {}


def test_all_that_ended_comes_down_in_few_statements(
    shanmi, issued, hill_shop, django_assert_max_num_queries
):
    issued(days=3)
    now = clock.now()
    goods = [
        Product.objects.create(shop=hill_shop, title="山蜜", state=LIVE, published_at=now)
        for _ in range(40)
    ]
    brand_reading.read(shanmi.pk)

    with later(days=3):
        brand_minding.end_what_is_over()
        ids = brand_minding.unsettled()
        with django_assert_max_num_queries(40 * 4 + 25):  # what is beyond is thrown pages
            brand_settling.settle_all(ids)

    assert sorted(ids) == sorted(one.pk for one in goods)
    assert Product.objects.filter(state=DOWN).count() == 40


def test_the_shop_is_told_fourteen_days_before_and_one_day_before(shanmi, issued, chen):
    issued(days=30)
    told = []
    for days in (15, 16, 20, 29, 29.5):
        with later(days=days):
            brand_minding.mind()
        told.append(kinds(chen)[1:])

    soon, tomorrow = "certificate_ends_soon", "certificate_ends_tomorrow"
    assert told == [[], [soon], [soon], [soon, tomorrow], [soon, tomorrow]]
    notice = Notice.objects.get(kind=soon)
    assert (notice.data["days"], notice.path) == (14, "/shop/certificates")


def test_a_renewed_one_is_not_warned_of_and_nothing_comes_down(
    shanmi, issued, writes, honey, chen, mei
):
    certificate = issued(days=30)
    writes()
    renewed = authorising.renew(
        certificate=certificate, ends_at=clock.now() + timedelta(days=60), by=mei
    )
    assert (renewed.starts_at, renewed.renews) == (certificate.ends_at, certificate)

    with later(days=30):
        brand_minding.mind()

    assert state(honey) == LIVE
    assert honey.namings.get().certificate == renewed
    assert "certificate_ends_soon" not in kinds(chen)


def test_renewing_what_is_over_puts_the_listings_back(shanmi, issued, writes, honey, mei):
    certificate = issued(days=30)
    writes()
    with later(days=31):
        brand_minding.mind()
        assert state(honey) == DOWN

        certificate.refresh_from_db()
        authorising.renew(certificate=certificate, ends_at=clock.now() + timedelta(days=9), by=mei)

        assert state(honey) == LIVE
        assert honey.namings.get().taken_down_at is None


def test_what_its_vendor_took_down_stays_down(shanmi, issued, writes, honey, mei):
    certificate = issued(days=30)
    writes()
    listing.unlist(product=honey)
    with later(days=31):
        brand_minding.mind()
        authorising.renew(certificate=certificate, ends_at=clock.now() + timedelta(days=9), by=mei)
        brand_minding.mind()

    assert state(honey) == DOWN


def test_a_rule_still_looks_at_what_comes_back(shanmi, issued, writes, honey, mei, rule):
    certificate = issued(days=30)
    writes()
    with later(days=31):
        brand_minding.mind()
        Product.objects.filter(pk=honey.pk).update(description="可分装")
        authorising.renew(certificate=certificate, ends_at=clock.now() + timedelta(days=9), by=mei)

    assert state(honey) == HELD
    assert honey.holds.waiting().get().cause == "rule"


def test_a_second_certificate_takes_over(shanmi, issued, writes, honey):
    issued(days=5)
    writes()
    longer = issued(days=9)
    assert honey.namings.get().certificate == longer

    with later(days=5):
        brand_minding.mind()
    assert state(honey) == LIVE


def test_revoking_takes_down_at_once_and_says_why(shanmi, issued, writes, honey, chen, mei):
    certificate = issued()
    writes()

    authorising.revoke(certificate=certificate, reason="Sold below price.", by=mei)

    assert state(honey) == DOWN
    notice = Notice.objects.filter(person=chen).latest("pk")
    assert (notice.kind, notice.data["reason"]) == ("certificate_revoked", "Sold below price.")
    assert AuditEvent.objects.latest("pk").act == "certificate.revoked"
    assert broken() == {}


def test_only_the_brands_owner_issues_and_revokes(shanmi, issued, hill_shop, chen, linwei):
    certificate = issued()
    scope = Scope(starts_at=clock.now(), ends_at=clock.now() + timedelta(days=9))

    for person in (chen, linwei):  # who carries one cannot pass it on
        with pytest.raises(authorising.NotTheirBrand):
            authorising.issue(brand=shanmi, shop=hill_shop, scope=scope, by=person)
        with pytest.raises(authorising.NotTheirBrand):
            authorising.renew(certificate=certificate, ends_at=scope.ends_at, by=person)
        with pytest.raises(authorising.NotTheirBrand):
            authorising.revoke(certificate=certificate, reason="no", by=person)
    assert Certificate.objects.count() == 1
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.ISSUED


def test_a_brand_nobody_verified_issues_nothing(registered, hill_shop, mei):
    scope = Scope(starts_at=clock.now(), ends_at=clock.now() + timedelta(days=9))
    with pytest.raises(authorising.NotVerified):
        authorising.issue(brand=registered, shop=hill_shop, scope=scope, by=mei)
    assert not Certificate.objects.exists()


def test_revoking_needs_a_reason_and_happens_once(issued, mei):
    certificate = issued()
    with pytest.raises(authorising.NoReason):
        authorising.revoke(certificate=certificate, reason=" ", by=mei)
    authorising.revoke(certificate=certificate, reason="Over.", by=mei)

    with pytest.raises(TransitionRefused):
        authorising.revoke(certificate=certificate, reason="Again.", by=mei)
    with pytest.raises(TransitionRefused):
        authorising.renew(certificate=certificate, ends_at=clock.now() + timedelta(days=9), by=mei)
    certificate.refresh_from_db()
    assert certificate.reason == "Over."


def test_the_very_same_certificate_is_issued_once(issued):
    assert issued() == issued()
    assert Certificate.objects.count() == 1


def test_the_very_same_one_for_products_is_issued_once(issued, hill_shop, honey):
    nuts = Product.objects.create(shop=hill_shop, title="核桃")
    both = issued(products=[honey, nuts])

    assert issued(products=[nuts, honey]) == both
    assert issued(products=[honey]) != both
    assert Certificate.objects.count() == 2


def test_what_cannot_come_back_yet_keeps_no_other_listing_waiting(
    shanmi, issued, writes, honey, mei, linwei, wulan
):
    """Two brands ended, one is renewed: the listing stays down, and no beat takes it up."""
    fuji = brands.register(owner=linwei, written=FUJI)
    brands.verify(brand=fuji, moderator=wulan)
    now = clock.now()
    scope = Scope(starts_at=now, ends_at=now + timedelta(days=3))
    authorising.issue(brand=fuji, shop=honey.shop, scope=scope, by=linwei)
    certificate = issued(days=3)
    writes("山蜜 Fuji")
    assert state(honey) == LIVE

    with later(days=3):
        brand_minding.mind()
        assert state(honey) == DOWN
        authorising.renew(certificate=certificate, ends_at=now + timedelta(days=9), by=mei)

        assert state(honey) == DOWN
        assert brand_minding.unsettled() == []

        certificate = Certificate.objects.get(brand=fuji)
        honey.variants.update(is_offered=False)
        authorising.renew(certificate=certificate, ends_at=now + timedelta(days=9), by=linwei)
        assert (state(honey), brand_minding.unsettled()) == (DOWN, [])

        honey.variants.update(is_offered=True)
        assert brand_minding.unsettled() == [honey.pk]
        brand_minding.mind()
    assert state(honey) == LIVE


# Whether somebody waits for what this transaction holds.
IS_WAITED_FOR = """
SELECT EXISTS (
  SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))
"""


def is_free_while_waiting(job, *, held, free):
    """Run ``job`` against ``held`` rows that are locked; ``free`` must not be locked by it yet."""
    outcomes = []

    def run():
        outcomes.extend(together(job))

    with transaction.atomic():
        locked(held)
        beside = threading.Thread(target=run)
        beside.start()
        with connection.cursor() as cursor:
            for _ in range(200):
                cursor.execute(IS_WAITED_FOR)
                if cursor.fetchone()[0]:
                    break
                time.sleep(0.05)
            else:
                raise AssertionError("it never waited")
        rows = list(free.select_for_update(no_key=True, nowait=True))
    beside.join(timeout=20)
    return rows != [] and not isinstance(outcomes[0], Exception)


@pytest.mark.django_db(transaction=True)
def test_a_renewal_waits_for_the_brand_before_it_holds_the_certificate(issued, shanmi, mei):
    certificate = issued(days=3)

    assert is_free_while_waiting(
        lambda: authorising.renew(
            certificate=certificate, ends_at=clock.now() + timedelta(days=9), by=mei
        ),
        held=Brand.objects.filter(pk=shanmi.pk),
        free=Certificate.objects.filter(pk=certificate.pk),
    )
    assert Certificate.objects.filter(renews=certificate).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_closing_waits_for_a_listing_before_it_holds_its_namings(issued, writes, honey, mei):
    certificate = issued(days=3)
    writes()

    assert is_free_while_waiting(
        lambda: brands.close(brand=certificate.brand, by=mei, reason="Sold."),
        held=Product.objects.filter(pk=honey.pk),
        free=Naming.objects.filter(product=honey),
    )
    assert not Naming.objects.exists()


def test_a_closing_takes_its_certificates_in_the_order_of_all(issued, shanmi, mei):
    for days in (3, 4):
        issued(days=days)
    with CaptureQueriesContext(connection) as asked:
        brands.close(brand=shanmi, by=mei, reason="Sold.")

    about = [one["sql"] for one in asked if '"catalog_certificate"' in one["sql"]]
    first, then = about[0], about[1]
    assert first.endswith(
        'ORDER BY "catalog_certificate"."id" ASC FOR NO KEY UPDATE OF "catalog_certificate"'
    )
    assert then.startswith('UPDATE "catalog_certificate"')
