"""Sharing in a real browser: every page of it by thumb, in both looks, and without scripts."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image

from catalog import photos
from kit import clock
from referrals import commissions, storing
from tests.browser import overflow, small_targets, violations
from tests.referrals.conftest import order, touch_of
from tests.referrals.money import complete, pay_in
from tests.referrals.stream_of_clicks import opening

pytestmark = pytest.mark.django_db(transaction=True)

WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 MicroMessenger/8.0.49"


@pytest.fixture
def shared(honey, jar, link, xiaoyu, hill_shop):
    """Lin Wei's link, with clicks of several channels and one sale that is received."""
    drawn = BytesIO()
    Image.new("RGB", (1200, 1200), "#e8a33d").save(drawn, "JPEG")
    for position in range(2):
        photo = photos.take(upload=drawn.getvalue(), by=hill_shop.owner)
        type(photo).objects.filter(pk=photo.pk).update(product=honey, position=position)
    now = clock.now()
    sent = (("human", "wechat"), ("human", "x"), ("preview", "x"), ("bot", "weibo"), ("self", ""))
    storing.store([opening(link, now, kind=kind, channel=channel) for kind, channel in sent])
    order(hill_shop, xiaoyu, [touch_of(link)])
    pay_in()
    commissions.paid(line_key="L1", at=now)
    complete("L1")
    return link


@pytest.fixture
def her_page(open_page, shared, linwei, client, live_server):
    """Return a function that opens a page as Lin Wei."""
    client.force_login(linwei)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_(path, *, agent="", **how):
        page = open_page("/healthz", **how)
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        if agent:
            page.set_extra_http_headers({"User-Agent": agent})
        page.goto(live_server.url + path)
        return page

    return open_


def pages_of(link) -> list[str]:
    product, own = f"/p/{link.product.public_id}", f"/me/links/{link.code}"
    return [f"{product}/share", f"{product}/share/kit", "/me/links", own, f"{own}/settings"]


@pytest.mark.parametrize(
    ("width", "language", "look"),
    [(320, "zh-CN", "light"), (390, "zh-CN", "dark"), (320, "en", "dark"), (1280, "en", "light")],
)
def test_every_page_of_sharing_is_for_everybody(
    her_page, shared, live_server, width, language, look
):
    page = her_page("/me", width=width, language=language, look=look)
    found = []
    for path in pages_of(shared):
        page.goto(live_server.url + path)
        for summary in page.locator("summary").all():
            summary.click()
        found += [f"{path}: {one}" for one in violations(page) + small_targets(page)]
        if wider := overflow(page):
            found.append(f"{path}: wider than its window by {wider}")

    assert found == []


def test_words_and_links_are_copied_with_one_tap(her_page, shared, honey):
    page = her_page(f"/p/{honey.public_id}/share/kit")
    page.click("#telegram [data-copy]")
    page.wait_for_selector(".toast:has-text('已复制')")

    page = her_page(f"/p/{honey.public_id}/share")
    page.click(".ways [data-copy]")
    page.wait_for_selector(".toast:has-text('已复制')")


def test_what_a_browser_cannot_do_takes_no_room(her_page, shared, honey):
    page = her_page(f"/p/{honey.public_id}/share")
    knows = page.evaluate("'share' in navigator")

    assert page.locator(".ways.five li:visible").count() == (5 if knows else 4)


def test_without_scripts_the_ways_that_need_none_are_left(her_page, shared, honey):
    page = her_page(f"/p/{honey.public_id}/share", scripts=False)

    assert page.locator(".ways a:visible").count() == 3
    assert page.locator("[data-copy]:visible").count() == 0
    assert page.locator("#poster img").count() == 1
    page.click(".ways a >> nth=2")
    assert page.url.endswith("/share/kit")
    assert page.locator("textarea:visible").count() == 7


def test_inside_wechat_a_picture_shows_where_to_tap(her_page, shared, honey):
    page = her_page(f"/p/{honey.public_id}/share", agent=WECHAT)
    assert not page.locator("#wechat_how").is_visible()

    page.click(".ways [commandfor=wechat_how]")

    assert page.locator("#wechat_how .where").is_visible()
    assert violations(page) == []
    assert overflow(page) == 0
    assert page.get_attribute("#wechat_how a.btn", "href").endswith(f"/s/{shared.code}?c=wechat")
    page.keyboard.press("Escape")
    assert not page.locator("#wechat_how").is_visible()


def test_inside_the_sheet_of_a_product_the_same_overlay_opens(her_page, shared, honey):
    page = her_page(f"/p/{honey.public_id}", agent=WECHAT)
    page.click("a[data-sheet]")
    page.wait_for_selector("#share #share_now")

    page.click("#share [commandfor=wechat_how]")

    assert page.evaluate("document.getElementById('wechat_how').matches(':modal')")
