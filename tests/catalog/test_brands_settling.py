"""Listings follow their certificates: marked, held, taken down and back, never unseen."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from catalog import (
    authorising,
    brand_flags,
    brand_minding,
    brand_reading,
    brand_settling,
    brands,
    listing,
    naming,
    onsale,
    screening,
)
from catalog.authorising import Scope
from catalog.models import BrandFlag, Category, Hold, Naming, Product
from kit import clock
from kit.states import TransitionRefused
from shops.models import Shop
from tests.catalog.brands import DOWN, HELD, LIVE, broken, kinds, later, page_of, state
from tests.races import together

# --- without a certificate ----------------------------------------------------------------------


def test_a_listing_that_names_a_brand_which_blocks_waits(shanmi, writes, honey):
    writes("ｓｈａｎｍｉ 土蜂蜜")

    hold = honey.holds.waiting().get()
    assert state(honey) == HELD
    assert (hold.cause, hold.brand, hold.matched) == ("brand", shanmi, "Shanmi")
    assert broken() == {}


def test_a_brand_that_marks_lets_it_be_sold_and_says_so(shanmi, writes, honey, mei):
    brands.set_policy(brand=shanmi, policy="mark", by=mei)

    writes()

    assert state(honey) == LIVE
    (said,) = naming.shown_of(honey)
    assert (said.brand, said.certificate) == (shanmi, None)
    assert "No certificate of Shanmi seen" in page_of(honey)


def test_what_names_no_brand_is_left_alone(shanmi, writes, honey):
    writes("核桃")

    assert state(honey) == LIVE
    assert not Naming.objects.exists()


def test_without_the_name_it_is_on_sale_again(shanmi, writes, honey):
    writes("山蜜 土蜂蜜")
    writes("土蜂蜜")

    assert state(honey) == LIVE
    assert not Hold.objects.waiting().exists()
    assert not Naming.objects.exists()


def test_publishing_waits_as_well(shanmi, hill_shop, chen, honey, writes):
    listing.unlist(product=honey)
    writes()

    held = listing.relist(product=honey, by=chen)

    assert held.state == HELD
    assert held.holds.waiting().get().cause == "brand"


def test_a_moderator_lets_a_word_pass_that_means_something_else(shanmi, writes, honey):
    writes("山蜜 一样甜的枣")
    screening.approve(hold=honey.holds.waiting().get())

    assert state(honey) == LIVE
    assert broken() == {}
    brand_minding.mind()
    assert state(honey) == LIVE  # for as long as its words stay
    assert naming.shown_of(honey) == []

    writes("山蜜 真正的")
    assert state(honey) == HELD


def test_a_moderator_is_told_of_the_brand_before_they_approve(shanmi, writes, honey, mei):
    brands.set_policy(brand=shanmi, policy="mark", by=mei)
    writes()
    hold = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)
    brands.set_policy(brand=shanmi, policy="block", by=mei)

    with pytest.raises(screening.ListingMoved):
        screening.approve(hold=hold)
    assert state(honey) == HELD

    brand_minding.mind()
    hold.refresh_from_db()
    assert (hold.cause, hold.brand) == ("brand", shanmi)


def test_a_verified_brand_is_read_for_in_all_listings(registered, wulan, writes, honey, chen):
    writes()
    assert state(honey) == LIVE
    brand = brands.verify(brand=registered, moderator=wulan)

    assert list(brand_reading.unread(now=clock.now())) == [brand]
    brand_minding.mind()

    assert state(honey) == HELD
    assert kinds(chen) == ["listing_lacks_certificate"]
    assert not brand_reading.unread(now=clock.now()).exists()
    with later(minutes=10):  # once more, for what was being written meanwhile
        assert brand_reading.unread(now=clock.now()).exists()
        brand_minding.mind()
        assert not brand_reading.unread(now=clock.now()).exists()


def test_a_change_of_mind_is_followed_by_every_listing(shanmi, writes, honey, mei):
    writes()
    brands.set_policy(brand=shanmi, policy="mark", by=mei)
    brand_minding.mind()
    assert state(honey) == LIVE

    brands.set_policy(brand=shanmi, policy="block", by=mei)
    brand_minding.mind()
    assert state(honey) == HELD
    assert brand_minding.mind() == 0


# --- with one -----------------------------------------------------------------------------------


def test_a_certificate_covers_what_the_shop_lists(shanmi, issued, writes, honey):
    certificate = issued(days=30)

    writes()

    assert state(honey) == LIVE
    assert honey.namings.get().certificate == certificate
    assert "Authorised by Shanmi until 2026-12-22" in page_of(honey)
    assert f'href="/b/{certificate.public_id}"' in page_of(honey)


def test_what_waited_is_on_sale_as_soon_as_it_is_issued(shanmi, issued, writes, honey, chen):
    writes()
    assert state(honey) == HELD

    issued()

    assert state(honey) == LIVE
    assert kinds(chen) == ["listing_lacks_certificate", "certificate_issued"]


def test_what_waits_for_something_else_goes_on_waiting(shanmi, issued, writes, honey, hill_shop):
    hill_shop.trusted_at = None
    hill_shop.save()
    writes()

    issued()

    assert state(honey) == HELD
    assert honey.holds.waiting().get().cause == "new_shop"


def test_one_that_begins_later_covers_from_then_on(shanmi, issued, writes, honey):
    issued(days=30, starts_in=2)
    writes()
    assert state(honey) == HELD
    brand_minding.mind()
    assert state(honey) == HELD

    with later(days=2):
        brand_minding.mind()
    assert state(honey) == LIVE


@pytest.mark.parametrize(("kind", "expected"), [("food", LIVE), ("home", HELD), (None, HELD)])
def test_one_for_a_kind_of_goods_covers_that_kind(shanmi, issued, writes, honey, kind, expected):
    food, home = (
        Category.objects.create(slug=f"t-{slug}", name_zh=slug, name_en=slug)
        for slug in ("food", "home")
    )
    issued(category=food)

    writes(category={"food": food, "home": home, None: None}[kind])

    assert state(honey) == expected


def test_one_for_a_product_covers_that_product(shanmi, issued, writes, honey, hill_shop):
    other = Product.objects.create(shop=hill_shop, title="枣")
    issued(products=[other])
    writes()
    assert state(honey) == HELD

    issued(products=[honey])
    assert state(honey) == LIVE


def test_another_shops_certificate_covers_nothing_here(shanmi, writes, honey, linwei, mei):
    shop = Shop.objects.create(owner=linwei, handle="linwei", name="林家", trusted_at=clock.now())
    now = clock.now()
    authorising.issue(
        brand=shanmi,
        shop=shop,
        by=mei,
        scope=Scope(starts_at=now, ends_at=now + timedelta(days=9)),
    )

    writes()

    assert state(honey) == HELD


# --- when it ends -------------------------------------------------------------------------------


# --- revoked ------------------------------------------------------------------------------------


# --- flags --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "place", "kinds_seen"),
    [
        ({"price_min_minor": 6800, "price_max_minor": 6800}, "", []),
        ({"price_min_minor": 6801}, "", ["price"]),
        ({"price_max_minor": 6799}, "", ["price"]),
        ({"areas": ["陕西"]}, "陕西汉中", []),
        ({"areas": ["陕西", "四川"]}, "云南大理", ["area"]),
        ({"areas": ["陕西"]}, "", []),
        ({"areas": ["Shaanxi"]}, "hanzhong, shaanxi", []),
        ({"areas": ["陕西"], "price_max_minor": 1}, "云南", ["area", "price"]),
    ],
)
def test_what_goes_beyond_is_flagged(issued, writes, honey, hill_shop, scope, place, kinds_seen):
    Shop.objects.filter(pk=hill_shop.pk).update(place=place)
    issued(**scope)
    writes()

    brand_minding.mind()

    assert sorted(BrandFlag.objects.values_list("kind", flat=True)) == kinds_seen
    assert state(honey) == LIVE


def test_both_sides_are_told_once_and_a_flag_goes_when_it_is_mended(
    issued, writes, honey, chen, mei
):
    issued(price_min_minor=7000)
    writes(price_minor=6800)
    assert brand_flags.look() == 1
    assert brand_flags.look() == 0
    assert kinds(chen)[-1] == kinds(mei)[-1] == "brand_flag_price"

    writes(price_minor=7000)
    brand_flags.look()
    assert BrandFlag.objects.get().gone_at is not None

    writes(price_minor=6900)
    assert brand_flags.look() == 1


def test_a_channel_left_out_is_flagged_until_the_certificate_changes(
    issued, writes, honey, mei, chen
):
    certificate = issued(channels=["wechat", "moments"])
    writes()

    assert brand_flags.shown_in(channel="wechat", product_ids=[honey.pk]) == 0
    assert brand_flags.shown_in(channel="weibo", product_ids=[honey.pk]) == 1
    assert brand_flags.shown_in(channel="weibo", product_ids=[honey.pk]) == 0
    brand_flags.look()
    assert BrandFlag.objects.get().gone_at is None
    assert kinds(mei)[-1] == "brand_flag_channel"

    authorising.revoke(certificate=certificate, reason="Over.", by=mei)
    brand_flags.look()
    assert BrandFlag.objects.get().gone_at is not None


# --- races --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_revoked_while_it_is_published(shanmi, issued, writes, honey, chen, mei, turn):
    certificate = issued()
    writes()
    listing.unlist(product=honey)

    together(
        lambda: listing.relist(product=honey, by=chen),
        lambda: authorising.revoke(certificate=certificate, reason="Over.", by=mei),
    )

    assert state(honey) in {HELD, DOWN}
    assert broken() == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", ["on", "off"])
def test_revoked_after_it_was_looked_at(
    shanmi, issued, writes, honey, chen, mei, monkeypatch, guard
):
    """With the certificate unlocked its revoker sees nothing to take down: it is sold on."""
    certificate = issued()
    writes()
    listing.unlist(product=honey)
    Naming.objects.all().delete()  # as of a listing that never named it before
    is_covered, is_revoked = threading.Event(), threading.Event()
    put_on_sale = onsale.put_on_sale

    def late(product):
        sold = put_on_sale(product)
        is_covered.set()
        is_revoked.wait(timeout=1)
        return sold

    def revoke():
        is_covered.wait(timeout=20)
        authorising.revoke(certificate=certificate, reason="Over.", by=mei)
        is_revoked.set()

    monkeypatch.setattr(onsale, "put_on_sale", late)
    if guard == "off":
        monkeypatch.setattr(naming, "locked", list)

    outcomes = together(lambda: listing.relist(product=honey, by=chen), revoke)

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert state(honey) == (DOWN if guard == "on" else LIVE)
    assert sum(broken().values()) == (0 if guard == "on" else 1)
    monkeypatch.undo()
    brand_minding.mind()  # the sweep finds even what no lock kept
    assert state(honey) == DOWN
    assert broken() == {}


def test_a_closing_that_died_half_way_is_finished_by_the_sweep(shanmi, issued, writes, honey, mei):
    issued()
    writes()
    brands._close(shanmi, mei, "Sold.")

    brand_minding.mind()

    assert state(honey) == LIVE
    assert not Naming.objects.exists()


def test_a_listing_that_cannot_be_moved_keeps_only_itself_waiting(
    shanmi, issued, writes, honey, hill_shop, monkeypatch
):
    issued(days=3)
    writes()
    other = Product.objects.create(
        shop=hill_shop, title="山蜜", state=LIVE, published_at=clock.now()
    )
    brand_reading.read(shanmi.pk)
    settle = brand_settling.settle

    def settles_all_but_honey(product_ids):
        if honey.pk in product_ids:
            raise TransitionRefused
        settle(product_ids)

    with later(days=3), monkeypatch.context() as broken_down:
        broken_down.setattr(brand_settling, "settle", settles_all_but_honey)
        brand_minding.mind()
    assert (state(honey), state(other)) == (LIVE, DOWN)

    with later(days=3):
        brand_minding.mind()
    assert state(honey) == DOWN
