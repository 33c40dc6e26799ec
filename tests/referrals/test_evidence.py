"""Evidence: what is asked of the database for each rule, to the day and to the number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit import clock
from payments import destinations
from referrals import commissions, doorsteps, evidence, links
from referrals.models import ClickHour, Commission, Doorstep
from referrals.touches import COOKIE_NAME, read_cookie
from shops.models import Shop
from tests.conftest import NOON
from tests.referrals.conftest import BROWSER, touch_of
from tests.referrals.doubt import facts_of, newcomer, opened, sale
from tests.referrals.money import complete, pay_in, take_back

A_DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def back_link(xiaoyu, honey):
    """Xiaoyu's own link to the honey."""
    return links.link_for(person=xiaoyu, product=honey)


def test_a_sale_like_any_other_shows_nothing(link, xiaoyu):
    facts = facts_of(sale(link, xiaoyu))
    assert not (facts.sale.is_own_contact)
    assert not (facts.sale.is_paid_with_the_shop)
    assert not (facts.sale.is_own_door)
    assert not (facts.sale.is_own_browser)
    assert (facts.sale.brought_buyer, facts.sale.brought_by_buyer) == (1, 0)
    assert (facts.sale.sales_within_an_hour, facts.sale.buyers_of_click) == (1, 1)
    assert facts.sale.milliseconds_to_order == 3_600_000
    assert (facts.sale.wrong_sums, facts.sale.rate_bp) == (0, 1000)
    assert (facts.person.others_at_place, facts.person.circle_people) == (0, 0)
    assert (facts.link.sales, facts.link.people) == (1, 1)  # the click that brought it


def test_three_questions_answer_for_one_sale_and_for_forty(link, django_assert_num_queries):
    first = sale(link)
    with django_assert_num_queries(3):
        assert len(list(evidence.of_sales([first.pk]))) == 1

    sold = [first.pk, *(sale(link).pk for _ in range(39))]
    with django_assert_num_queries(3):
        assert len(list(evidence.of_sales(sold))) == 40


def test_nothing_is_asked_of_a_sale_that_earns_nothing(link, honey, xiaoyu):
    honey.commission_bp = 0
    honey.save()
    assert list(evidence.of_sales([sale(link, xiaoyu).pk])) == []


def test_a_buyer_who_takes_on_the_sharers_mailbox_is_seen(link, xiaoyu):
    sold = sale(link, xiaoyu)
    xiaoyu.email = "LinWei+shop@example.test"
    xiaoyu.save()
    assert facts_of(sold).sale.is_own_contact


def test_one_place_for_money_shows_between_sharer_buyer_owner_and_strangers(
    link, linwei, xiaoyu, chen
):
    sold = sale(link, xiaoyu)
    destinations.set_destination(person=linwei, identifier="one-wallet", holder="林薇")
    assert facts_of(sold).person.others_at_place == 0

    destinations.set_destination(person=newcomer(), identifier="one-wallet", holder="x")
    facts = facts_of(sold)
    assert facts.person.others_at_place == 1
    assert not (facts.sale.is_own_contact)
    assert not (facts.sale.is_paid_with_the_shop)

    destinations.set_destination(person=xiaoyu, identifier="one-wallet", holder="x")
    assert facts_of(sold).sale.is_own_contact

    destinations.set_destination(person=chen, identifier="one-wallet", holder="x")
    assert facts_of(sold).sale.is_paid_with_the_shop
    assert facts_of(sold).person.others_at_place == 3


@pytest.mark.parametrize(
    ("theirs", "days_ago", "is_seen"),
    [
        ("陕西省 西安市，南大街 6 号", 30, True),
        ("陕西省西安市南大街６号", 1, True),  # the same door, otherwise spaced and typed
        ("陕西省 西安市 南大街 6 号", 31, False),
        ("陕西省 西安市 南大街 8 号", 1, False),
    ],
)
def test_a_door_is_known_again_for_thirty_days(link, linwei, xiaoyu, theirs, days_ago, is_seen):
    at = NOON - timedelta(days=days_ago)
    doorsteps.note(order_key="HERS", person_id=linwei.pk, address=theirs, at=at)
    sold = sale(link, xiaoyu)
    doorsteps.note(
        order_key=sold.order_key,
        person_id=xiaoyu.pk,
        address="陕西省 西安市 南大街 6 号",
        at=NOON,
    )
    assert facts_of(sold).sale.is_own_door is is_seen
    assert "南" not in "".join(Doorstep.objects.values_list("digest", flat=True))


def test_doors_are_forgotten_when_no_rule_asks(linwei):
    doorsteps.note(order_key="A", person_id=linwei.pk, address="x", at=NOON - timedelta(days=131))
    doorsteps.note(order_key="B", person_id=None, address="x", at=NOON - timedelta(days=129))
    assert doorsteps.forget_old(clock.now()) == 1
    assert Doorstep.objects.get().order_key == "B"


@pytest.mark.parametrize(
    ("kind", "visitor", "hours_before", "is_seen"),
    [
        ("self", "browser-1", 1, True),
        ("self", "browser-1", 24, True),
        ("self", "browser-1", 25, False),
        ("self", "browser-2", 1, False),
        ("human", "browser-1", 1, False),
    ],
)
def test_the_sharers_own_browser_is_known_for_a_day(
    link, xiaoyu, kind, visitor, hours_before, is_seen
):
    opened(link, kind=kind, visitor=visitor, ago=timedelta(hours=2 + hours_before))
    touch = opened(link, kind="human", visitor="browser-1", ago=timedelta(hours=2))
    assert facts_of(sale(link, xiaoyu, touch=touch)).sale.is_own_browser is is_seen


def test_orders_are_counted_both_ways_for_thirty_days(link, back_link, linwei, xiaoyu):
    with clock.stopped_at(NOON - timedelta(days=31)):
        sale(link, xiaoyu)
        sale(back_link, linwei)
    with clock.stopped_at(NOON - timedelta(days=29)):
        sale(link, xiaoyu)
        sale(back_link, linwei)
    facts = facts_of(sale(link, xiaoyu))
    assert (facts.sale.brought_buyer, facts.sale.brought_by_buyer) == (2, 1)
    assert (facts.person.circle_people, facts.person.circle_sales) == (2, 3)
    assert facts.person.circle_inside == 3


def test_a_circle_of_three_is_seen_from_each_of_them(link, back_link, honey, linwei, xiaoyu):
    hao = newcomer()
    haos = links.link_for(person=hao, product=honey)
    sale(link, xiaoyu)  # Lin Wei brings Xiaoyu, who brings Hao, who brings Lin Wei
    sale(back_link, hao)
    sale(haos, linwei)
    sale(link)  # and Lin Wei brings a stranger
    for one in evidence.of_people([linwei.pk, xiaoyu.pk, hao.pk]):
        assert (one.circle_people, one.circle_sales, one.circle_inside) == (3, 4, 3)


def test_who_brings_many_and_is_brought_by_another_stands_in_no_circle(link, honey, linwei):
    sale(links.link_for(person=newcomer(), product=honey), linwei)
    sale(link)
    (one,) = evidence.of_people([linwei.pk])
    assert (one.circle_people, one.circle_sales, one.circle_inside) == (0, 0, 0)


def test_an_hour_counts_up_to_the_sale_and_from_it_on(link):
    sold = {}
    for minutes in (-61, -60, 0, 59, 60, 61):
        with clock.stopped_at(NOON + timedelta(minutes=minutes)):
            sold[minutes] = sale(link)
    assert facts_of(sold[-61]).sale.sales_within_an_hour == 2  # itself and the next
    assert facts_of(sold[0]).sale.sales_within_an_hour == 3  # up to it 2, from it on 3
    assert facts_of(sold[60]).sale.sales_within_an_hour == 3


def test_buyers_are_new_when_they_joined_less_than_a_day_before(link, linwei):
    sale(link, newcomer(days_ago=1))
    fresh = newcomer(days_ago=0)
    sale(link, fresh)
    sale(link, newcomer(days_ago=2))
    (one,) = evidence.of_people([linwei.pk])
    assert (one.known_buyers, one.new_buyers) == (3, 1)


def test_what_went_back_is_weighed_against_what_was_received(link, linwei, xiaoyu):
    sale(link, xiaoyu, lines=[("L1", 6800), ("L2", 3400)])
    pay_in()
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON)
        complete(line_key)
    sale(link, xiaoyu, lines=[("L3", 6800)])  # not received: says nothing yet
    take_back("L1", 3400)
    (one,) = evidence.of_people([linwei.pk])
    assert (one.received, one.received_minor, one.taken_back_minor) == (2, 680 + 340, 340)

    with clock.stopped_at(NOON + timedelta(days=60)):
        (one,) = evidence.of_people([linwei.pk])
    assert one.received == 0


def test_a_click_that_brings_several_buyers_is_counted_with_its_guests(link, hill_shop, xiaoyu):
    touch = touch_of(link)
    sold = [sale(link, buyer, touch=touch) for buyer in (xiaoyu, xiaoyu, newcomer())]
    assert facts_of(sold[0]).sale.buyers_of_click == 2


def test_openings_and_sales_of_a_link_count_for_thirty_days(link):
    for days, humans, others in ((31, 50, 50), (29, 7, 80), (1, 2, 11)):
        ClickHour.objects.create(link=link, hour=NOON - days * A_DAY, humans=humans, others=others)
    with clock.stopped_at(NOON - timedelta(days=31)):
        sale(link)
    facts = facts_of(sale(link))
    assert (facts.link.people, facts.link.machines, facts.link.sales) == (10, 91, 1)


def test_throwaway_mailboxes_and_unproven_phones_are_counted_on_both_sides(link, linwei, xiaoyu):
    xiaoyu.email, xiaoyu.phone = "x@Mailinator.com", "+8613800138000"
    xiaoyu.save()
    linwei.phone, linwei.phone_verified_at = "+8613800138001", clock.now()
    linwei.save()
    facts = facts_of(sale(link, xiaoyu))
    assert (facts.sale.throwaway_mailboxes, facts.sale.unproven_phones) == (1, 1)


@pytest.mark.parametrize(
    ("query", "channel", "is_advertised"),
    [
        ("?gclid=x&c=weibo", "advert", True),
        ("?c=weibo&bd_vid=", "advert", True),
        ("?c=weibo&fbclid=x", "weibo", False),
        ("?c=advertisement", "", False),
    ],
)
def test_a_link_opened_from_an_advertisement_is_known_by_its_address(
    client, link, xiaoyu, query, channel, is_advertised
):
    client.get(f"/s/{link.code}{query}", **BROWSER)
    (touch,) = read_cookie(client.cookies[COOKIE_NAME].value)
    assert touch.channel == channel
    assert facts_of(sale(link, xiaoyu, touch=touch)).sale.is_advertised is is_advertised


@pytest.mark.parametrize(("minor", "wrong"), [(680, 0), (681, 0), (682, 1), (6800, 1)])
def test_a_sum_above_its_rate_and_one_rounding_is_wrong(link, xiaoyu, minor, wrong):
    sold = sale(link, xiaoyu)
    Commission.objects.update(amount_minor=minor)
    assert facts_of(sold).sale.wrong_sums == wrong


def test_sales_of_a_shop_are_counted_while_it_is_young(link, hill_shop, xiaoyu):
    Shop.objects.update(opened_at=NOON - timedelta(days=29, hours=23))
    for buyer in (xiaoyu, xiaoyu):
        sale(link, buyer)
    sold = sale(link)
    facts = facts_of(sold).link
    assert (facts.shop_days, facts.shop_sales, facts.shop_buyers) == (29, 3, 2)

    Shop.objects.update(opened_at=NOON - timedelta(days=30))
    facts = facts_of(sold).link
    assert (facts.shop_days, facts.shop_sales) == (30, 0)
