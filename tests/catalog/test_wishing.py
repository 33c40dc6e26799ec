"""Wish lists: kept, followed, seen by whom they are for; and what is told of what is on them."""

from datetime import timedelta

import pytest

from catalog import wish_watching, wishing
from catalog.models import Product, Variant, Wish, WishedProduct, WishFollow, WishList
from kit import clock
from notifications.models import Notice
from people.models import Block
from tests.discovery.conftest import befriend
from tests.races import all_at_once


@pytest.fixture
def wishes(xiaoyu):
    """Xiaoyu's list, for her friends."""
    return wishing.open_list(person=xiaoyu, name="生日", seen_by="friends")


def told():
    rows = Notice.objects.filter(kind__startswith="wish_").order_by("pk")
    return [(one.person.name, one.kind) for one in rows]


def set_price(product, price_minor):
    Variant.objects.filter(product=product).update(price_minor=price_minor)


def set_stock(product, available):
    Variant.objects.filter(product=product).update(available=available)


def test_a_second_list_of_one_name_is_refused(xiaoyu, linwei, wishes):
    with pytest.raises(wishing.NameTaken):
        wishing.open_list(person=xiaoyu, name="生日", seen_by="me")

    wishing.open_list(person=linwei, name="生日", seen_by="me")
    assert WishList.objects.count() == 2


def test_a_list_does_not_take_the_name_of_another(xiaoyu, wishes):
    other = wishing.open_list(person=xiaoyu, name="家里", seen_by="me")

    with pytest.raises(wishing.NameTaken):
        wishing.change_list(wish_list=other, name="生日", seen_by="everyone")

    other.refresh_from_db()
    assert (other.name, other.seen_by) == ("家里", "me")


def test_wishing_twice_is_wishing_once(wishes, honey):
    first = wishing.wish(wish_list=wishes, product=honey)

    assert wishing.wish(wish_list=wishes, product=honey) == first
    assert Wish.objects.count() == 1
    watched = WishedProduct.objects.get()
    assert (watched.least_minor, watched.in_stock) == (6800, True)


def test_no_list_holds_more_than_it_may(wishes, honey, hill_shop, monkeypatch):
    monkeypatch.setattr(wishing, "MOST_WISHES", 1)
    wishing.wish(wish_list=wishes, product=honey)
    tea = Product.objects.create(shop=hill_shop, title="茶")

    with pytest.raises(wishing.TooMany):
        wishing.wish(wish_list=wishes, product=tea)
    assert Wish.objects.count() == 1


@pytest.mark.parametrize(
    ("seen_by", "who"),
    [("me", []), ("friends", ["林薇"]), ("everyone", ["林薇", "阿浩", "nobody"])],
)
def test_a_list_is_seen_by_whom_it_is_for(xiaoyu, linwei, wishes, seen_by, who, db):
    hao = type(linwei).objects.create_user(name="阿浩", email="hao@example.test")
    befriend(xiaoyu, linwei)
    wishing.change_list(wish_list=wishes, name="生日", seen_by=seen_by)

    viewers = {"林薇": linwei, "阿浩": hao, "nobody": None}
    seen = [name for name, one in viewers.items() if WishList.objects.seen_by(one).exists()]

    assert seen == who
    assert WishList.objects.seen_by(xiaoyu).exists()


@pytest.mark.parametrize("blocker", ["owner", "viewer"])
def test_blocked_people_see_no_list_of_each_other(xiaoyu, linwei, wishes, blocker):
    wishing.change_list(wish_list=wishes, name="生日", seen_by="everyone")
    pair = (xiaoyu, linwei) if blocker == "owner" else (linwei, xiaoyu)
    Block.objects.create(blocker=pair[0], blocked=pair[1])

    assert not WishList.objects.seen_by(linwei).exists()
    with pytest.raises(WishList.DoesNotExist):
        wishing.follow(person=linwei, wish_list=wishes)
    assert WishFollow.objects.count() == 0


def test_what_comes_back_is_told_to_who_wished_and_who_follows(xiaoyu, linwei, wishes, honey):
    befriend(xiaoyu, linwei)
    set_stock(honey, 0)
    wishing.wish(wish_list=wishes, product=honey)
    wishing.follow(person=linwei, wish_list=wishes)
    assert wish_watching.look() == 0

    set_stock(honey, 3)
    assert wish_watching.look() == 1
    assert wish_watching.look() == 0

    assert sorted(told()) == [("周晓雨", "wish_back"), ("林薇", "wish_back")]
    assert set(Notice.objects.values_list("path", flat=True)) == {f"/p/{honey.public_id}"}


def test_a_follower_who_may_no_longer_see_the_list_is_told_nothing(xiaoyu, linwei, wishes, honey):
    befriend(xiaoyu, linwei)
    wishing.wish(wish_list=wishes, product=honey)
    wishing.follow(person=linwei, wish_list=wishes)
    wishing.change_list(wish_list=wishes, name="生日", seen_by="me")

    set_price(honey, 6000)
    wish_watching.look()

    assert told() == [("周晓雨", "wish_cheaper")]


def test_who_blocks_the_vendor_hears_nothing_of_their_goods(xiaoyu, chen, wishes, honey):
    wishing.wish(wish_list=wishes, product=honey)
    Block.objects.create(blocker=xiaoyu, blocked=chen)

    set_price(honey, 6000)
    wish_watching.look()

    assert told() == []


@pytest.mark.parametrize(("price_minor", "kinds"), [(6460, ["wish_cheaper"]), (6461, [])])
def test_five_per_cent_are_worth_a_notice(wishes, honey, price_minor, kinds):
    wishing.wish(wish_list=wishes, product=honey)  # ¥68.00, of which 5 % are ¥3.40

    set_price(honey, price_minor)
    wish_watching.look()

    assert [kind for _name, kind in told()] == kinds


def test_a_price_put_up_to_be_put_down_again_is_no_drop(wishes, honey, noon):
    wishing.wish(wish_list=wishes, product=honey)
    set_price(honey, 9900)
    wish_watching.look()
    set_price(honey, 6800)
    wish_watching.look()
    assert told() == []

    set_price(honey, 9900)
    with clock.stopped_at(noon + timedelta(days=31)):
        wish_watching.look()  # by now it is the usual price
        set_price(honey, 6800)
        wish_watching.look()
    assert told() == [("周晓雨", "wish_cheaper")]


def test_nobody_hears_of_more_than_five_a_day(wishes, hill_shop, honey):
    for number in range(7):
        one = Product.objects.create(
            shop=hill_shop, title=f"茶{number}", state="live", published_at=clock.now()
        )
        Variant.objects.create(product=one, price_minor=1000, available=1)
        wishing.wish(wish_list=wishes, product=one)
    Variant.objects.exclude(product=honey).update(price_minor=500)

    assert wish_watching.look() == 7
    assert len(told()) == 5


def test_what_is_taken_off_sale_and_put_back_is_back(wishes, honey):
    wishing.wish(wish_list=wishes, product=honey)
    Product.objects.update(state="unlisted")
    wish_watching.look()
    Product.objects.update(state="live")
    wish_watching.look()

    assert told() == [("周晓雨", "wish_back")]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_once(wishes, honey):
    wishing.wish(wish_list=wishes, product=honey)
    set_price(honey, 100)

    outcomes = all_at_once(wish_watching.look, times=3)

    assert sum(outcomes) == 1
    assert told() == [("周晓雨", "wish_cheaper")]


@pytest.mark.django_db(transaction=True)
def test_two_hands_put_one_product_on_a_list_once(wishes, honey):
    outcomes = all_at_once(lambda: wishing.wish(wish_list=wishes, product=honey), times=3)

    assert {one.pk for one in outcomes} == {Wish.objects.get().pk}
