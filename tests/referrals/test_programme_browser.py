"""The programme's pages in a real browser, as everybody may need them."""

from __future__ import annotations

import pytest
from django.conf import settings

from referrals import links, programme
from tests.browser import overflow, small_targets, violations
from tests.referrals.money import take_back

pytestmark = pytest.mark.django_db(transaction=True)

WINDOWS = [(390, "light", "zh-CN"), (320, "dark", "en"), (1280, "light", "en")]


def open_as(open_page, client, live_server, person, path, window):
    width, look, language = window
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page = open_page("/healthz", width=width, look=look, language=language)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page.goto(live_server.url + path)
    return page


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    "path", ["", "/rates", "/who", "/linwei", "/xiaoyu", "?show=removed"], ids=str
)
def test_every_vendor_can_use_the_pages(
    open_page, client, live_server, noon, held, chen, honey, jar, linwei, xiaoyu, path, window
):
    take_back("L2", 1700)
    links.link_for(person=xiaoyu, product=honey)
    programme.invite(shop=honey.shop, person=linwei, by=chen)
    programme.remove(shop=honey.shop, person=xiaoyu, reason="发得太多了，朋友们都烦了。", by=chen)
    for name, person in (("linwei", linwei), ("xiaoyu", xiaoyu)):
        path = path.replace(name, person.public_id)

    page = open_as(open_page, client, live_server, chen, f"/shop/sharers{path}", window)

    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page) == []


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("removed", [True, False])
def test_every_sharer_can_use_theirs(
    open_page, client, live_server, noon, held, jar, chen, linwei, window, removed
):
    if removed:
        programme.remove(
            shop=held.shop, person=linwei, reason="发得太多了，朋友们都烦了。", by=chen
        )
    page = open_as(open_page, client, live_server, linwei, "/me/sharing", window)

    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page) == []


def test_a_rate_is_changed_by_who_proves_it(
    open_page, client, live_server, noon, hill_shop, honey, jar, chen
):
    window = (390, "light", "en")
    page = open_as(open_page, client, live_server, chen, "/shop/sharers/rates", window)
    page.fill("[name=commission_bp]", "15")
    page.click("button[value=look]")
    assert "15% of ¥68.00 = ¥10.20 to the sharer, ¥57.12 to you" in page.inner_text("main")
    page.click("button[value=save]")

    assert "prove once more that it is you" in page.inner_text("main")
    assert violations(page) == []
    page.goto(f"{live_server.url}/shop/sharers/rates")
    assert page.input_value("[name=commission_bp]") == "15"
    hill_shop.terms.refresh_from_db()
    assert hill_shop.terms.commission_bp == 1000
