"""The roll-up: what happened, counted by the house's days, and mended when it is wrong."""

from datetime import UTC, date, datetime, timedelta

from insights import rollup
from insights.models import ShopDay
from insights.tasks import roll_up_days
from kit import clock
from tests.insights.conftest import click, pay

TODAY = date(2026, 11, 22)
YESTERDAY = date(2026, 11, 21)


def rows():
    return list(
        ShopDay.objects.order_by("day").values_list("day", "orders", "goods_minor", "clicks")
    )


def test_a_day_counts_orders_goods_and_clicks_by_people(honey, linwei_link, noon):
    pay(honey, at=noon, quantity=2, shipping_minor=500)
    pay(honey, at=noon - timedelta(hours=1))
    click(linwei_link, at=noon, humans=7, others=40)
    click(linwei_link, at=noon - timedelta(hours=2), humans=3)

    assert roll_up_days() == 1
    assert rows() == [(TODAY, 2, 20400, 10)]  # 3 jars at 68.00; shipping is no goods


def test_a_day_begins_at_midnight_in_shanghai(honey, linwei_link, noon):
    before_midnight = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)
    after_midnight = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    pay(honey, at=before_midnight)
    pay(honey, at=after_midnight)
    click(linwei_link, at=before_midnight, humans=1)
    click(linwei_link, at=after_midnight, humans=2)

    roll_up_days()

    assert rows() == [(YESTERDAY, 1, 6800, 1), (TODAY, 1, 6800, 2)]


def test_counting_again_changes_nothing(honey, noon):
    pay(honey, at=noon)

    assert roll_up_days() == 1
    before = list(ShopDay.objects.values())
    assert roll_up_days() == 0
    assert list(ShopDay.objects.values()) == before


def test_a_bent_row_is_mended_even_when_nothing_stands_behind_it(honey, noon):
    pay(honey, at=noon)
    ShopDay.objects.create(shop=honey.shop, day=TODAY, orders=9, goods_minor=9, clicks=9)
    ShopDay.objects.create(shop=honey.shop, day=YESTERDAY, orders=5, goods_minor=5, clicks=5)

    assert roll_up_days() == 2
    assert rows() == [(YESTERDAY, 0, 0, 0), (TODAY, 1, 6800, 0)]


def test_everything_can_be_counted_anew_from_nothing(honey, linwei_link, noon):
    for days in range(40):
        pay(honey, at=noon - timedelta(days=days))
        click(linwei_link, at=noon - timedelta(days=days), humans=days)
    first = TODAY - timedelta(days=39)
    rollup.roll_up(first=first, last=TODAY)
    before = rows()
    ShopDay.objects.all().delete()

    assert rollup.roll_up(first=first, last=TODAY) == 40
    assert rows() == before
    assert before[0] == (first, 1, 6800, 39)


def test_older_days_are_left_alone_once_newer_ones_are_counted(honey, noon):
    pay(honey, at=noon)
    roll_up_days()
    pay(honey, at=noon - timedelta(days=3))

    assert roll_up_days() == 0
    pay(honey, at=noon - timedelta(days=2))
    assert roll_up_days() == 1


def test_counting_goes_on_where_it_stopped_however_long_ago(honey, linwei_link, noon):
    long_ago, later = noon - timedelta(days=10), noon - timedelta(days=6)
    pay(honey, at=long_ago)
    with clock.stopped_at(long_ago):
        roll_up_days()
    pay(honey, at=long_ago + timedelta(hours=1))
    pay(honey, at=later)
    click(linwei_link, at=later, humans=4)

    assert roll_up_days() == 2
    assert rows() == [(date(2026, 11, 12), 2, 13600, 0), (date(2026, 11, 16), 1, 6800, 4)]


def test_emptied_figures_are_counted_from_the_first_day_on(honey, linwei_link, noon):
    click(linwei_link, at=noon - timedelta(days=50), humans=3)
    pay(honey, at=noon - timedelta(days=40))

    assert roll_up_days() == 2
    assert rows() == [(date(2026, 10, 3), 0, 0, 3), (date(2026, 10, 13), 1, 6800, 0)]


def test_a_house_where_nothing_happened_counts_nothing(db):
    assert roll_up_days() == 0


def test_an_unpaid_order_counts_nowhere_and_a_refunded_one_on_its_day(honey, noon):
    order = pay(honey, at=noon, state="refunded")
    unpaid = pay(honey, at=noon)
    unpaid.state, unpaid.paid_at = "cancelled", None
    unpaid.save()

    roll_up_days()

    assert order.state == "refunded"
    assert rows() == [(TODAY, 1, 6800, 0)]
