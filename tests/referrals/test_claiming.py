"""Claiming: what a browser proves follows whoever signs in there, once."""

from datetime import timedelta

import pytest

from kit import clock
from people.models import Person
from referrals import claiming, links, tasks
from referrals.models import Candidate, ClaimedTouch
from referrals.touches import COOKIE_NAME, Touch, cookie_with
from referrals.visits import Visitor, who_earns
from tests.conftest import NOON
from tests.races import all_at_once
from tests.referrals.conftest import order, touch_of
from tests.weidian.entrance import sign_in

DAY = timedelta(days=1)


def test_a_click_on_the_phone_earns_by_the_computer(noon, hill_shop, xiaoyu, linwei, link):
    touch = touch_of(link, ago=DAY)
    claiming.claim(person=xiaoyu, touches=[touch])

    attribution = order(hill_shop, xiaoyu, [])

    assert attribution.sharer == linwei
    assert attribution.click_id == touch.click_id
    assert attribution.trace[0]["way"] == "account"


def test_what_a_page_names_is_who_is_paid(noon, hill_shop, xiaoyu, linwei, link):
    claiming.claim(person=xiaoyu, touches=[touch_of(link)])

    earner = who_earns([], shop_id=hill_shop.pk, visitor=Visitor(xiaoyu.pk))
    assert earner is not None
    assert earner.sharer_id == linwei.pk
    assert who_earns([], shop_id=hill_shop.pk, visitor=Visitor()) is None


def test_a_click_is_claimed_once_so_a_shared_computer_hands_nothing_on(
    noon, hill_shop, xiaoyu, chen, link, db
):
    hao = Person.objects.create_user(name="阿浩", email="hao@example.test")
    touch = touch_of(link)
    claiming.claim(person=xiaoyu, touches=[touch])
    claiming.claim(person=hao, touches=[touch])

    assert ClaimedTouch.objects.get().person == xiaoyu
    assert order(hill_shop, hao, [], key="0RDER00002") is None  # at home he proves nothing
    assert order(hill_shop, hao, [touch], key="0RDER00003") is not None  # at that computer he does


def test_claiming_twice_changes_nothing(noon, xiaoyu, link):
    touch = touch_of(link)
    for _twice in range(2):
        claiming.claim(person=xiaoyu, touches=[touch])

    kept = ClaimedTouch.objects.get()
    assert (kept.click_id, kept.link, kept.at) == (touch.click_id, link, touch.at)


def test_a_touch_of_no_link_of_that_shop_is_left_out(noon, xiaoyu, link):
    elsewhere = Touch(touch_of(link).click_id, link.pk, link.shop_id + 1, NOON)
    nothing = Touch(touch_of(link).click_id, link.pk + 999, link.shop_id, NOON)

    claiming.claim(person=xiaoyu, touches=[elsewhere, nothing])

    assert not ClaimedTouch.objects.exists()


def test_signing_in_later_changes_no_order_that_was_placed(noon, hill_shop, xiaoyu, link):
    assert order(hill_shop, xiaoyu, []) is None
    claiming.claim(person=xiaoyu, touches=[touch_of(link)])

    assert not Candidate.objects.exists()


def test_the_window_of_the_shop_holds_for_claimed_clicks_too(noon, hill_shop, xiaoyu, link):
    claiming.claim(person=xiaoyu, touches=[touch_of(link, ago=16 * DAY)])

    assert order(hill_shop, xiaoyu, []) is None
    assert Candidate.objects.get().rule == "outside the window"


def test_claimed_clicks_are_forgotten_after_thirty_days(noon, xiaoyu, link):
    claiming.claim(person=xiaoyu, touches=[touch_of(link, ago=timedelta())])

    with clock.stopped_at(NOON + 30 * DAY - timedelta(seconds=1)):
        assert tasks.forget_old_touches() == 0
    with clock.stopped_at(NOON + 30 * DAY):
        assert tasks.forget_old_touches() == 1
    assert not ClaimedTouch.objects.exists()


def test_an_erased_account_leaves_no_click_behind(noon, xiaoyu, link):
    claiming.claim(person=xiaoyu, touches=[touch_of(link)])
    claiming.forget_person(xiaoyu)

    assert not ClaimedTouch.objects.exists()


def test_of_the_many_clicks_of_one_person_fifty_are_looked_at(
    noon, hill_shop, xiaoyu, link, django_assert_num_queries
):
    touches = [touch_of(link, ago=timedelta(minutes=one)) for one in range(60)]
    claiming.claim(person=xiaoyu, touches=touches)

    with django_assert_num_queries(1):
        looked_at = claiming.claimed_by(xiaoyu.pk, shop_id=hill_shop.pk)
    assert looked_at == touches[:50]
    with django_assert_num_queries(0):
        assert claiming.claimed_by(None, shop_id=hill_shop.pk) == []


def test_claiming_asks_two_statements_and_none_without_touches(
    noon, xiaoyu, link, django_assert_num_queries
):
    with django_assert_num_queries(0):
        claiming.claim(person=xiaoyu, touches=[])
    with django_assert_num_queries(2):
        claiming.claim(person=xiaoyu, touches=[touch_of(link)])


@pytest.mark.django_db(transaction=True)
def test_eight_sign_ins_at_one_browser_and_one_has_the_click(linwei, honey):
    touch = touch_of(links.link_for(person=linwei, product=honey))
    people = [Person.objects.create_user(name=f"P{n}", email=f"p{n}@a.test") for n in range(8)]
    them = iter(people)

    outcomes = all_at_once(lambda: claiming.claim(person=next(them), touches=[touch]), times=8)

    assert outcomes == [None] * 8
    assert ClaimedTouch.objects.count() == 1


def test_signing_in_by_code_brings_the_clicks_along(noon, client, xiaoyu, link):
    client.cookies[COOKIE_NAME] = cookie_with([], touch_of(link))
    sign_in(client, xiaoyu.email)

    assert ClaimedTouch.objects.get().person == xiaoyu


def test_who_takes_the_notes_away_takes_them_out_of_the_account_too(noon, client, xiaoyu, link):
    claiming.claim(person=xiaoyu, touches=[touch_of(link)])
    client.cookies["django_language"] = "en"
    client.force_login(xiaoyu)

    page = client.get("/about/cookies").content.decode()
    assert "Your account has 1 such note" in page
    assert "Take it away" in page
    client.post("/about/cookies", {"act": "forget"})

    assert not ClaimedTouch.objects.exists()
    assert "Your account has" not in client.get("/about/cookies").content.decode()
