"""The bag: whose it is, how much it takes, and what signing in does to it."""

from __future__ import annotations

import pytest

from catalog.models import Variant
from kit.states import TransitionRefused
from orders import bags
from orders.contents import contents
from orders.models import Bag, BagLine
from shops.models import Membership
from tests.races import all_at_once


@pytest.fixture
def guest_bag(db) -> Bag:
    return bags.open_for(person=None, token=None)


def held(bag) -> dict[int, int]:
    return dict(BagLine.objects.filter(bag=bag).values_list("variant_id", "quantity"))


def test_a_guests_token_is_never_of_the_guests_own_making(db):
    bag = bags.open_for(person=None, token="chosen-by-the-visitor")

    assert bag.token != "chosen-by-the-visitor"
    assert len(bag.token or "") == 32
    assert bags.open_for(person=None, token=bag.token) == bag


def test_a_persons_bag_is_not_found_by_a_token(xiaoyu):
    bag = bags.open_for(person=xiaoyu, token=None)
    Bag.objects.filter(pk=bag.pk).update(token="left-over")

    assert bags.of(person=None, token="left-over") is None
    assert bags.of(person=None, token="") is None


def test_adding_twice_adds_up_and_stops_at_999(guest_bag, jar):
    bags.add(bag=guest_bag, variant=jar, quantity=2)
    bags.add(bag=guest_bag, variant=jar, quantity=3)
    assert held(guest_bag) == {jar.pk: 5}

    bags.add(bag=guest_bag, variant=jar, quantity=999)
    assert held(guest_bag) == {jar.pk: 999}
    assert bags.count(guest_bag) == 999


def test_a_quantity_of_none_takes_the_line_out(guest_bag, jar):
    bags.add(bag=guest_bag, variant=jar, quantity=2)

    assert bags.set_quantity(bag=guest_bag, variant=jar, quantity=0) is None
    assert held(guest_bag) == {}
    assert bags.count(guest_bag) == 0


def test_removing_says_how_many_there_were(guest_bag, jar):
    bags.add(bag=guest_bag, variant=jar, quantity=4)

    assert bags.remove(bag=guest_bag, variant_id=jar.pk) == 4
    assert bags.remove(bag=guest_bag, variant_id=jar.pk) == 0


def test_what_is_taken_down_or_in_a_closed_shop_is_not_for_sale(honey, jar):
    assert bags.for_sale(jar.pk, buyer=None) == jar

    honey.shop.state = "closed"
    honey.shop.save()
    with pytest.raises(bags.NotForSale):
        bags.for_sale(jar.pk, buyer=None)
    with pytest.raises(bags.NotForSale):
        bags.for_sale(2**40, buyer=None)


def test_who_works_in_a_shop_cannot_buy_there(jar, chen, linwei, hill_shop):
    Membership.objects.create(shop=hill_shop, person=linwei, role="packer")

    for staff in (chen, linwei):
        with pytest.raises(bags.OwnGoods):
            bags.for_sale(jar.pk, buyer=staff)


def test_signing_in_adds_the_guests_bag_to_the_persons(guest_bag, jar, honey, xiaoyu):
    big = Variant.objects.create(product=honey, name="1kg", price_minor=12_000, available=5)
    own = bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=own, variant=jar, quantity=2)
    bags.add(bag=guest_bag, variant=jar, quantity=3)
    bags.add(bag=guest_bag, variant=big, quantity=1)

    assert bags.merge(person=xiaoyu, token=guest_bag.token) == 6
    assert held(own) == {jar.pk: 5, big.pk: 1}
    assert not Bag.objects.filter(pk=guest_bag.pk).exists()


def test_signing_in_never_makes_a_line_of_more_than_999(guest_bag, jar, xiaoyu):
    own = bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=own, variant=jar, quantity=998)
    bags.add(bag=guest_bag, variant=jar, quantity=998)

    assert bags.merge(person=xiaoyu, token=guest_bag.token) == 999


def test_a_first_bag_is_simply_taken_over(guest_bag, jar, xiaoyu):
    bags.add(bag=guest_bag, variant=jar, quantity=2)

    assert bags.merge(person=xiaoyu, token=guest_bag.token) == 2
    guest_bag.refresh_from_db()
    assert (guest_bag.person, guest_bag.token) == (xiaoyu, None)


@pytest.mark.parametrize("token", [None, "", "never-given-out", "x" * 5000])
def test_signing_in_with_a_strange_token_changes_nothing(jar, xiaoyu, linwei, token):
    theirs = bags.open_for(person=linwei, token=None)
    bags.add(bag=theirs, variant=jar, quantity=1)

    assert bags.merge(person=xiaoyu, token=token) == 0
    assert held(theirs) == {jar.pk: 1}


@pytest.mark.django_db(transaction=True)
def test_eight_taps_on_add_put_eight_in(jar):
    bag = bags.open_for(person=None, token=None)

    outcomes = all_at_once(lambda: bags.add(bag=bag, variant=jar, quantity=1), times=8)

    assert [type(outcome) for outcome in outcomes] == [BagLine] * 8
    assert held(bag) == {jar.pk: 8}


@pytest.mark.django_db(transaction=True)
def test_without_the_bags_lock_taps_are_lost(jar, monkeypatch):
    bag = bags.open_for(person=None, token=None)
    bags.add(bag=bag, variant=jar, quantity=1)
    monkeypatch.setattr(bags, "lock", lambda bag_id: None)
    before = held(bag)[jar.pk]

    rounds = 0
    while held(bag)[jar.pk] == before + 8 * rounds and rounds < 20:
        all_at_once(lambda: bags.add(bag=bag, variant=jar, quantity=1), times=8)
        rounds += 1

    assert held(bag)[jar.pk] < before + 8 * rounds


@pytest.mark.django_db(transaction=True)
def test_signing_in_on_three_tabs_at_once_counts_the_guests_bag_once(jar, xiaoyu):
    guest = bags.open_for(person=None, token=None)
    bags.add(bag=guest, variant=jar, quantity=3)
    own = bags.open_for(person=xiaoyu, token=None)
    bags.add(bag=own, variant=jar, quantity=1)

    outcomes = all_at_once(lambda: bags.merge(person=xiaoyu, token=guest.token), times=3)

    assert outcomes == [4, 4, 4]
    assert held(own) == {jar.pk: 4}


def test_contents_are_priced_by_shop_with_its_shipping(guest_bag, jar, honey):
    bags.add(bag=guest_bag, variant=jar, quantity=2)

    inside = contents(guest_bag)

    (group,) = inside.groups
    assert (group.goods_minor, group.shipping_minor, group.total_minor) == (13_600, 1000, 14_600)
    assert (inside.pieces, inside.total_minor) == (2, 14_600)


def test_shipping_is_free_from_the_shops_own_limit_on(guest_bag, jar, honey):
    honey.shop.terms.free_shipping_from_minor = 13_600
    honey.shop.terms.save()
    bags.add(bag=guest_bag, variant=jar, quantity=1)
    assert contents(guest_bag).shipping_minor == 1000

    bags.add(bag=guest_bag, variant=jar, quantity=1)
    assert contents(guest_bag).shipping_minor == 0


def test_contents_say_what_changed_since_it_was_added(guest_bag, jar, honey):
    bags.add(bag=guest_bag, variant=jar, quantity=5)
    jar.price_minor, jar.available = 6200, 2
    jar.save()

    (line,) = contents(guest_bag).lines

    assert (line.fall_minor, line.rise_minor) == (600, -600)
    assert (line.has_fewer, line.quantity, line.total_minor) == (True, 2, 12_400)
    assert BagLine.objects.get().quantity == 5


def test_what_is_gone_costs_nothing_and_cannot_be_bought(guest_bag, jar, honey):
    bags.add(bag=guest_bag, variant=jar, quantity=5)
    honey.state = "unlisted"
    honey.save()

    inside = contents(guest_bag)

    assert inside.lines[0].is_gone
    assert (inside.to_buy, inside.total_minor, inside.pieces) == ([], 0, 0)


def test_contents_can_be_narrowed_to_what_is_bought_now(guest_bag, jar, honey):
    big = Variant.objects.create(product=honey, name="1kg", price_minor=12_000, available=5)
    bags.add(bag=guest_bag, variant=jar, quantity=1)
    bags.add(bag=guest_bag, variant=big, quantity=1)

    assert contents(guest_bag, only=[big.pk]).goods_minor == 12_000
    assert contents(guest_bag).goods_minor == 18_800


def test_adding_to_a_bag_that_was_just_poured_away_is_refused(guest_bag, jar, xiaoyu):
    own = bags.open_for(person=xiaoyu, token=None)
    bags.merge(person=xiaoyu, token=guest_bag.token)

    with pytest.raises(TransitionRefused):
        bags.add(bag=guest_bag, variant=jar, quantity=1)

    assert bags.count(own) == 0
