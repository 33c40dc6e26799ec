"""Strolling and searching in a real browser, as everybody may need them."""

import pytest
from django.conf import settings

from tests.browser import overflow, small_targets, violations
from tests.discovery.conftest import befriend, put_on_sale, recommend

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def street(linwei, xiaoyu, scarf_shop, old_hill_shop):
    befriend(linwei, xiaoyu)
    scarf = put_on_sale(scarf_shop, "羊绒围巾", price_minor=19900)
    put_on_sale(old_hill_shop, "秦岭野花土蜂蜜", price_minor=6800)
    recommend(linwei, scarf, "戴了一冬天不起球", visibility="everyone")


@pytest.fixture
def page_of(open_page, client, live_server, xiaoyu, street):
    def open_(path, *, signed_in=True, **how):
        page = open_page("/healthz", **how)
        if signed_in:
            client.force_login(xiaoyu)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {
                "name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url
            }  # fmt: skip
            page.context.add_cookies([cookie])
        page.goto(live_server.url + path)
        return page

    return open_


@pytest.mark.parametrize("path", ["/", "/search?q=围巾", "/search?q=zzz", "/friends"])
@pytest.mark.parametrize(
    ("signed_in", "width", "look"),
    [(True, 390, "light"), (False, 320, "light"), (True, 1280, "dark")],
)
def test_everybody_can_use_these_pages(page_of, path, signed_in, width, look):
    page = page_of(path, signed_in=signed_in, width=width, look=look)

    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page) == []


def test_a_search_works_without_scripts(page_of):
    page = page_of("/", scripts=False)

    page.click("a.seek")
    page.fill("#q", "蜂蜜")
    page.press("#q", "Enter")
    page.wait_for_url("**/search?q=*")
    assert page.get_by_text("秦岭野花土蜂蜜").count() == 1


def test_the_first_friends_words_are_on_the_first_screen(page_of):
    page = page_of("/")

    box = page.get_by_text("林薇推荐").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 640
