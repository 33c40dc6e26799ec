"""Figures: days without gaps, who brought orders, and what is left to do."""

from datetime import date, timedelta

from catalog.models import Endorsement, Product, Receipt
from insights import figures
from insights.models import ShopDay
from insights.rollup import roll_up_newest
from payments.models import Destination
from people.models import Person
from referrals.models import ShareLink
from shops.models import Shop
from tests.insights.conftest import click, pay


def test_days_have_no_gaps_and_end_today(hill_shop, noon):
    ShopDay.objects.create(
        shop=hill_shop, day=date(2026, 11, 20), orders=2, goods_minor=13600, clicks=9
    )
    ShopDay.objects.create(shop=hill_shop, day=date(2026, 11, 15), orders=1)

    days = figures.days_of(hill_shop, count=7)

    assert [day.day.day for day in days] == [16, 17, 18, 19, 20, 21, 22]
    assert days[4] == figures.Day(date(2026, 11, 20), 2, 13600, 9)
    assert figures.totals_of(days) == figures.Totals(2, 13600, 9)


def test_orders_for_each_click_are_basis_points_and_no_click_is_nought():
    assert figures.Totals(orders=1, goods_minor=0, clicks=24).rate_bp == 416
    assert figures.Totals(orders=3, goods_minor=0, clicks=0).rate_bp == 0


def test_who_brought_orders_most_goods_first_and_nobody_last(
    honey, linwei, hao, linwei_link, hao_link, noon
):
    pay(honey, at=noon, link=hao_link)
    pay(honey, at=noon, quantity=2, link=linwei_link)
    pay(honey, at=noon, quantity=9)
    pay(honey, at=noon - timedelta(days=8), link=hao_link)
    click(hao_link, at=noon, humans=5, others=100)

    assert figures.sources_of(honey.shop, count=7) == [
        figures.Source(linwei, 1, 13600, 0),
        figures.Source(hao, 1, 6800, 5),
        figures.Source(None, 9 // 9, 61200, 0),
    ]


def test_a_sharer_with_clicks_alone_is_listed(honey, hao, hao_link, noon):
    click(hao_link, at=noon, humans=2)

    assert figures.sources_of(honey.shop, count=7) == [figures.Source(hao, 0, 0, 2)]


def test_fifty_sharers_leave_room_for_the_orders_nobody_brought(honey, noon):
    for number in range(51):
        sharer = Person.objects.create_user(name=f"路人{number}", email=f"{number}@x.test")
        link = ShareLink.objects.create(person=sharer, product=honey, shop=honey.shop)
        click(link, at=noon, humans=number + 1)
    pay(honey, at=noon)

    sources = figures.sources_of(honey.shop, count=7)

    assert len(sources) == 51
    assert [source.clicks for source in sources[:50]] == list(range(51, 1, -1))
    assert sources[50] == figures.Source(None, 1, 6800, 0)


def test_what_was_sold_adds_up_by_product(honey, noon):
    pay(honey, at=noon, quantity=2)
    pay(honey, at=noon)

    assert figures.selling_of(honey.shop, count=7) == [
        figures.Selling("秦岭野花土蜂蜜", honey.public_id, 3, 20400)
    ]


def test_today_is_compared_with_yesterday_up_to_this_time(honey, noon, yesterday):
    pay(honey, at=noon, quantity=2, state="completed")
    pay(honey, at=yesterday - timedelta(hours=1), state="completed")
    pay(honey, at=yesterday + timedelta(hours=1), quantity=5)

    now = figures.now_of(honey.shop)

    assert (now.paid_orders, now.paid_minor, now.yesterday_minor) == (1, 13600, 6800)
    assert (now.more_minor, now.less_minor) == (6800, -6800)
    assert (now.to_send, now.oldest_at) == (1, yesterday + timedelta(hours=1))


def test_another_shops_orders_are_not_counted(honey, linwei, noon):
    other = Shop.objects.create(owner=linwei, handle="other", name="别家")
    pay(honey, at=noon)
    roll_up_newest()

    assert figures.now_of(other).paid_orders == 0
    assert figures.sources_of(other, count=90) == []
    assert figures.selling_of(other, count=90) == []
    assert figures.totals_of(figures.days_of(other, count=90)) == figures.Totals(0, 0, 0)


def test_opening_is_done_step_by_step_and_ends_with_money(hill_shop, chen, linwei, noon):
    def steps():
        done = figures.set_up_of(hill_shop)
        return done.named, done.listed, done.shared, done.endorsed, done.payable

    assert steps() == (True, False, False, False, False)
    product = Product.objects.create(shop=hill_shop, title="蜂蜜")
    variant = product.variants.create(price_minor=6800)
    assert steps() == (True, False, False, False, False)  # a draft is not on the shelf
    product.state, product.published_at = "live", noon
    product.save()
    assert steps() == (True, True, False, False, False)
    ShareLink.objects.create(person=linwei, product=product, shop=hill_shop)
    assert steps() == (True, True, False, False, False)  # somebody else shared it
    ShareLink.objects.create(person=chen, product=product, shop=hill_shop)
    assert steps() == (True, True, True, False, False)
    receipt = Receipt.objects.create(
        line_key="x", person=linwei, product=product, variant=variant, quantity=1,
        net_paid_minor=6800, received_at=noon, keeps_from=noon,
    )  # fmt: skip
    Endorsement.objects.create(person=linwei, product=product, receipt=receipt, verdict="yes")
    assert steps() == (True, True, True, True, False)
    Destination.objects.create(person=chen, identifier="6222", holder="陈", retired_at=noon)
    assert steps() == (True, True, True, True, False)
    Destination.objects.create(person=chen, identifier="6223", holder="陈")
    done = figures.set_up_of(hill_shop)
    assert (done.done, done.is_complete) == (5, True)
