"""The pages on where an order came from, in a real browser, as everybody may need them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from kit import clock
from people.models import Person, StaffRole
from referrals import claiming, commissions, links
from referrals.models import ShareLink
from referrals.touches import COOKIE_NAME, cookie_with
from tests.browser import overflow, small_targets, violations
from tests.passkeys import sign_in_twice
from tests.referrals.conftest import order, touch_of

pytestmark = pytest.mark.django_db(transaction=True)

TRACE, WHY = "/desk/orders/0RDER00001/attribution", "/me/earnings/L1"
LOOKS = [("zh-hans", 390, "light"), ("en", 390, "dark"), ("en", 1280, "light")]


@pytest.fixture
def told(hill_shop, honey, chen, linwei, xiaoyu):
    """Lin Wei passed Hao's link on and brought Xiaoyu, who wished her to know."""
    hao = Person.objects.create_user(name="阿浩", email="hao@example.test")
    haos = links.link_for(person=hao, product=honey)
    ShareLink.objects.filter(pk=haos.pk).update(may_be_named=True)
    link = links.link_for(person=linwei, product=honey, touches=[touch_of(haos)])
    owners = links.link_for(person=chen, product=honey)
    taken = replace(touch_of(link), channel="xiaohongshu")
    claiming.claim(person=xiaoyu, touches=[touch_of(haos, ago=timedelta(days=2))])
    order(hill_shop, xiaoyu, [taken, touch_of(owners, ago=timedelta(0))], tells_name=True)
    commissions.paid(line_key="L1", at=clock.now())
    return link


@pytest.fixture
def opened(open_page, client, live_server, told):
    def open_(path, *, by=None, language, width, look):
        page = open_page("/healthz", width=width, look=look)
        jar = {settings.LANGUAGE_COOKIE_NAME: language}
        if by is not None:
            StaffRole.objects.get_or_create(person=by, role="support")
            sign_in_twice(client, by)
            jar[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
            jar[COOKIE_NAME] = cookie_with([], touch_of(told))
        cookies = [{"name": name, "value": jar[name], "url": live_server.url} for name in jar]
        page.context.add_cookies(cookies)
        page.goto(live_server.url + path)
        return page

    return open_


def is_for_everybody(page) -> None:
    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page) == []


@pytest.mark.parametrize(("language", "width", "look"), LOOKS)
def test_everybody_can_use_the_pages_of_where_it_came_from(
    opened, linwei, told, language, width, look
):
    for path in (TRACE, "/desk/attribution?order=x", WHY, f"/me/links/{told.code}/settings"):
        is_for_everybody(opened(path, by=linwei, language=language, width=width, look=look))


@pytest.mark.parametrize(("language", "width", "look"), LOOKS)
def test_everybody_can_paste_a_text(opened, language, width, look):
    for path in ("/s/", "/s/?text=zzz"):
        is_for_everybody(opened(path, language=language, width=width, look=look))


def test_pasting_what_the_share_sheet_copied_shows_the_product(opened, linwei, told):
    page = opened(
        f"/p/{told.product.public_id}/share", by=linwei, language="en", width=390, look="light"
    )
    text = page.input_value("#text_code")
    page.goto(page.url.split("/p/")[0] + "/search")

    page.fill("#q", text)
    page.press("#q", "Enter")

    page.wait_for_url("**/s/*?c=code")
    assert page.get_by_text("秦岭野花土蜂蜜").count()


def test_who_passed_it_on_stands_on_the_friends_card(opened, told):
    page = opened(f"/s/{told.code}", language="en", width=390, look="light")

    assert page.get_by_text("Came through 阿浩").is_visible()
    is_for_everybody(page)
