"""A listing is written whole, judged where it is published, and found by its words."""

from __future__ import annotations

import threading

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import IntegrityError

from catalog import listing, photos, screening, stock
from catalog.listing import VariantInput
from catalog.models import Category, Hold, Photo, Product, StockMove, Variant
from catalog.states import MAY_BECOME
from kit.states import TransitionRefused, move
from shops.models import Membership
from tests.races import all_at_once, together

TEA = [VariantInput(name="", price_minor=12_800, stock=20)]


def save(shop, product=None, **changes):
    wanted = {
        "title": "明前云雾绿茶",
        "description": "高山茶，一年一采。",
        "commission_bp": None,
        "category": None,
        "variants": TEA,
        "photo_ids": [],
    }
    return listing.save_draft(shop=shop, product=product, **wanted | changes)


@pytest.fixture
def tea(hill_shop):
    return save(hill_shop)


def test_a_new_listing_is_a_draft_with_its_stock_told(tea):
    variant = tea.variants.get()

    assert tea.state == "draft"
    assert (variant.price_minor, variant.available, variant.reserved) == (12_800, 20, 0)
    assert StockMove.objects.get(variant=variant).available_change == 20


def test_it_is_found_by_the_words_of_title_shop_and_description(tea):
    def found(word):
        query = SearchQuery(word, config="simple")
        return Product.objects.filter(search=query, pk=tea.pk).exists()

    assert [found(word) for word in ("绿茶", "小店", "高山", "咖啡")] == [True, True, True, False]


def test_without_a_variant_there_is_nothing_to_sell(hill_shop):
    with pytest.raises(listing.NothingToSell):
        save(hill_shop, variants=[])

    assert not Product.objects.exists()


def test_a_trusted_shop_publishes_at_once(tea, chen, rule):
    product = listing.publish(product=tea, by=chen)

    assert product.state == "live"
    assert product.published_at is not None
    assert not Hold.objects.exists()


def test_the_first_listing_of_a_new_shop_waits(tea, chen, hill_shop, rule):
    hill_shop.trusted_at = None
    hill_shop.save()

    product = listing.publish(product=tea, by=chen)

    assert product.state == "held"
    hold = Hold.objects.get()
    assert (hold.cause, hold.rule, hold.state) == ("new_shop", None, "waiting")


def test_a_rules_word_makes_even_a_trusted_shop_wait(hill_shop, chen, rule):
    product = listing.publish(product=save(hill_shop, title="口红分装"), by=chen)

    hold = Hold.objects.get()
    assert product.state == "held"
    assert (hold.cause, hold.rule, hold.matched) == ("rule", rule, "分装")


def test_a_word_slipped_in_later_takes_it_out_of_sight(tea, chen, hill_shop, rule):
    listing.publish(product=tea, by=chen)

    product = save(hill_shop, tea, description="可分装")

    assert product.state == "held"
    assert Hold.objects.get().matched == "分装"


def test_publishing_twice_changes_nothing(tea, chen, rule):
    first = listing.publish(product=tea, by=chen)
    again = listing.publish(product=tea, by=chen)

    assert (again.state, again.published_at) == ("live", first.published_at)


@pytest.mark.parametrize("role", ["packer", None])
def test_only_who_may_list_publishes(tea, hill_shop, linwei, role):
    if role:
        Membership.objects.create(shop=hill_shop, person=linwei, role=role)

    with pytest.raises(listing.NotTheirs):
        listing.publish(product=tea, by=linwei)

    assert Product.objects.get(pk=tea.pk).state == "draft"


def test_taken_down_and_put_back_it_keeps_its_place(tea, chen, rule):
    published_at = listing.publish(product=tea, by=chen).published_at

    assert listing.unlist(product=tea).state == "unlisted"
    back = listing.relist(product=tea, by=chen)

    assert (back.state, back.published_at) == ("live", published_at)


def test_taking_down_what_waits_drops_its_hold(tea, chen, hill_shop, rule):
    hill_shop.trusted_at = None
    hill_shop.save()
    listing.publish(product=tea, by=chen)

    listing.unlist(product=tea)

    assert Hold.objects.get().state == "dropped"


def test_a_draft_can_neither_be_taken_down_nor_put_back(tea, chen):
    with pytest.raises(TransitionRefused):
        listing.unlist(product=tea)
    with pytest.raises(TransitionRefused):
        listing.relist(product=tea, by=chen)

    assert Product.objects.get(pk=tea.pk).state == "draft"


@pytest.mark.parametrize("to", Product.State.values)
@pytest.mark.parametrize("start", Product.State.values)
def test_a_listing_moves_exactly_as_the_table_says(honey, start, to):
    Product.objects.filter(pk=honey.pk).update(state=start)
    allowed = start in MAY_BECOME.get(to, frozenset())

    if allowed:
        move(honey, to=to, table=MAY_BECOME)
    else:
        with pytest.raises((TransitionRefused, KeyError)):
            move(honey, to=to, table=MAY_BECOME)

    assert Product.objects.get(pk=honey.pk).state == (to if allowed else start)


def test_what_a_shopper_relies_on_changes_the_version(tea, hill_shop):
    only = tea.variants.get().pk
    same = [VariantInput(name="", price_minor=12_800, id=only)]
    assert save(hill_shop, tea, variants=same, description="新的话").version == 1

    dearer = [VariantInput(name="", price_minor=13_800, id=only)]
    assert save(hill_shop, tea, variants=dearer).version == 2
    assert save(hill_shop, tea, variants=dearer, title="雨前云雾绿茶").version == 3


def test_a_variant_left_out_is_no_longer_offered_and_its_name_is_free(tea, hill_shop):
    first = tea.variants.get()
    save(hill_shop, tea, variants=[VariantInput(name="100g", price_minor=12_800, id=first.pk)])

    save(hill_shop, tea, variants=[VariantInput(name="100g", price_minor=9_900, stock=1)])

    rows = tea.variants.order_by("pk").values_list("name", "price_minor", "is_offered")
    assert list(rows) == [("100g", 12_800, False), ("100g", 9_900, True)]


def test_two_variants_of_one_name_are_refused_whole(tea, hill_shop):
    twins = [VariantInput(name="大", price_minor=1, stock=1)] * 2

    with pytest.raises(IntegrityError):
        save(hill_shop, tea, variants=twins)


def test_another_products_variant_is_never_taken_over(tea, hill_shop, jar):
    save(hill_shop, tea, variants=[VariantInput(name="x", price_minor=1, stock=1, id=jar.pk)])

    jar.refresh_from_db()
    assert (jar.name, jar.price_minor, jar.product.title) == ("500g", 6800, "秦岭野花土蜂蜜")


def test_what_was_bought_since_the_vendor_looked_stays_bought(tea, hill_shop):
    variant = tea.variants.get()
    stock.reserve(variant_id=variant.pk, quantity=5, key="r")  # after the vendor saw 20

    counted = VariantInput(name="", price_minor=12_800, stock=25, seen_stock=20, id=variant.pk)
    save(hill_shop, tea, variants=[counted])

    variant.refresh_from_db()
    assert (variant.available, variant.reserved) == (20, 5)


def test_taking_away_more_than_is_left_is_refused_whole(tea, hill_shop):
    variant = tea.variants.get()
    stock.reserve(variant_id=variant.pk, quantity=18, key="r")

    counted = VariantInput(name="", price_minor=9, stock=5, seen_stock=20, id=variant.pk)
    with pytest.raises(stock.OutOfStock):
        save(hill_shop, tea, variants=[counted], title="新名字")

    variant.refresh_from_db()
    tea.refresh_from_db()
    assert (variant.available, variant.price_minor, tea.title) == (2, 12_800, "明前云雾绿茶")


def test_photos_stand_in_the_order_given_and_leave_when_left_out(tea, hill_shop, chen, picture):
    one, two = (photos.take(upload=picture, by=chen) for _ in range(2))

    save(hill_shop, tea, photo_ids=[two.pk, one.pk])
    assert [photo.pk for photo in tea.photos.all()] == [two.pk, one.pk]

    save(hill_shop, tea, photo_ids=[one.pk])
    assert [photo.pk for photo in tea.photos.all()] == [one.pk]
    assert Photo.objects.get(pk=two.pk).product is None


def test_a_strangers_photo_moves_nowhere(tea, hill_shop, linwei, picture):
    theirs = photos.take(upload=picture, by=linwei)

    with pytest.raises(listing.PhotoElsewhere):
        save(hill_shop, tea, photo_ids=[theirs.pk], title="新名字")

    theirs.refresh_from_db()
    tea.refresh_from_db()
    assert (theirs.product, tea.title) == (None, "明前云雾绿茶")


def test_the_category_and_the_rate_are_kept(hill_shop):
    category = Category.objects.create(slug="t", name_zh="茶", name_en="Tea")
    product = save(hill_shop, category=category, commission_bp=1250)

    product.refresh_from_db()
    assert (product.category, product.commission_bp) == (category, 1250)


@pytest.mark.django_db(transaction=True)
def test_eight_taps_on_publish_make_one_hold(hill_shop, chen):
    hill_shop.trusted_at = None
    hill_shop.save()
    product = save(hill_shop)

    outcomes = all_at_once(lambda: listing.publish(product=product, by=chen).state, times=8)

    assert outcomes == ["held"] * 8
    assert Hold.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_count_and_eight_buyers_lose_no_piece(hill_shop):
    product = save(hill_shop, variants=[VariantInput(name="", price_minor=100, stock=10)])
    variant = Variant.objects.get(product=product)
    counted = VariantInput(name="", price_minor=100, stock=12, seen_stock=10, id=variant.pk)
    numbers = iter(range(100))

    def buy_or_count():
        number = next(numbers)
        if number == 4:
            return save(hill_shop, product, variants=[counted]).pk
        return stock.reserve(variant_id=variant.pk, quantity=1, key=f"b{number}")

    outcomes = all_at_once(buy_or_count, times=9)

    variant.refresh_from_db()
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert (variant.available, variant.reserved) == (4, 8)


def decided(product, verdict):
    """Let the listing wait, and let a moderator decide so."""
    hold = screening.hold(product=product, cause=Hold.Cause.NEW_SHOP)
    return getattr(screening, verdict)(hold=hold)


def test_what_was_sent_back_is_looked_at_again_however_trusted_its_shop(tea, chen, rule):
    decided(tea, "send_back")

    listing.publish(product=tea, by=chen)
    hold = Hold.objects.waiting().get()
    assert (hold.cause, hold.product.state) == ("again", "held")

    listing.unlist(product=hold.product)  # taking it down meanwhile is no way round
    assert listing.relist(product=hold.product, by=chen).state == "held"
    assert Hold.objects.waiting().get().cause == "again"


def test_once_approved_it_is_published_at_once_again(tea, chen, rule):
    decided(tea, "send_back")
    listing.publish(product=tea, by=chen)
    screening.approve(hold=Hold.objects.waiting().get())

    listing.unlist(product=tea)

    assert listing.relist(product=tea, by=chen).state == "live"


@pytest.fixture
def decanted(hill_shop, rule):
    """A listing in which a rule sees its word, and which a moderator let pass."""
    product = save(hill_shop, title="茶叶分装罐")
    return decided(product, "approve")


def test_a_word_a_person_let_pass_stays_on_sale_at_another_count_or_price(decanted, hill_shop):
    only = decanted.variants.get()
    for entry in (
        VariantInput(name="", price_minor=12_800, stock=7, id=only.pk),
        VariantInput(name="", price_minor=13_800, id=only.pk),
    ):
        saved = save(hill_shop, decanted, title="茶叶分装罐", variants=[entry])
        assert saved.state == "live"

    assert not Hold.objects.waiting().exists()


def test_a_word_a_person_let_pass_may_be_taken_down_and_put_back(decanted, chen):
    listing.unlist(product=decanted)

    assert listing.relist(product=decanted, by=chen).state == "live"


def test_other_words_round_it_are_looked_at_anew(decanted, hill_shop):
    assert save(hill_shop, decanted, title="口红分装").state == "held"


def test_a_second_row_for_one_variant_is_a_variant_of_its_own(tea, hill_shop):
    first = tea.variants.get()
    twice = [
        VariantInput(name=name, price_minor=100, stock=25, seen_stock=20, id=first.pk)
        for name in ("大", "小")
    ]

    save(hill_shop, tea, variants=twice)

    rows = tea.variants.order_by("pk").values_list("name", "available")
    assert list(rows) == [("大", 25), ("小", 25)]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_second_tap_on_publish_is_refused(hill_shop, chen, monkeypatch):
    """The control: both taps read a draft; only the table of states then stops the later one."""
    hill_shop.trusted_at = None
    hill_shop.save()
    product = save(hill_shop)
    both_have_read = threading.Barrier(2)

    def unlocked(rows):
        found = list(rows)
        both_have_read.wait(timeout=20)
        return found

    monkeypatch.setattr(listing, "locked", unlocked)

    outcomes = all_at_once(lambda: listing.publish(product=product, by=chen), times=2)

    assert sorted(type(one).__name__ for one in outcomes) == ["Product", "TransitionRefused"]


@pytest.mark.django_db(transaction=True)
def test_a_count_written_over_what_was_bought_would_sell_it_twice(hill_shop):
    """The control: the number on the shelf is read, somebody buys, and the number is written."""
    product = save(hill_shop, variants=[VariantInput(name="", price_minor=100, stock=10)])
    variant = Variant.objects.get(product=product)
    has_looked, has_bought = threading.Event(), threading.Event()

    def count_carelessly():
        seen = Variant.objects.get(pk=variant.pk)
        has_looked.set()
        has_bought.wait(timeout=20)
        seen.available += 2
        seen.save(update_fields=["available"])

    def buy():
        has_looked.wait(timeout=20)
        stock.reserve(variant_id=variant.pk, quantity=1, key="b")
        has_bought.set()

    assert together(count_carelessly, buy) == [None, None]

    variant.refresh_from_db()
    assert (variant.available, variant.reserved) == (12, 1)  # thirteen of twelve
