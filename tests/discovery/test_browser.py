"""Strolling and searching in a real browser, as everybody may need them."""

import pytest
from django.conf import settings

from catalog import scenes, wishing
from catalog.models import Product
from discovery import asking
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


@pytest.fixture
def written(xiaoyu, linwei, wulan, hao, street):
    """A scene, a wish list and a question with an answer, each with the scarf in it."""
    scarf = Product.objects.get(title="羊绒围巾")
    scene = scenes.write(scene=None, written=scenes.SceneInput("送礼", "Gifts"), by=wulan)
    scenes.put_in(scene=scene, product=scarf, by=hao)
    wishes = wishing.open_list(person=xiaoyu, name="生日", seen_by="friends")
    wishing.wish(wish_list=wishes, product=scarf)
    question = asking.ask(asker=xiaoyu, words="暖和的围巾")
    asking.answer(question=question, person=linwei, words="这条", product=scarf)
    return {
        "scene": f"/scenes/{scene.public_id}",
        "list": f"/w/{wishes.public_id}",
        "edit": f"/w/{wishes.public_id}/edit",
        "wish": f"/p/{scarf.public_id}/wish",
        "alike": f"/p/{scarf.public_id}/alike",
        "question": f"/friends/questions/{question.public_id}",
    }


def test_everybody_can_use_scenes_wishes_and_questions(page_of, written):
    page = page_of("/healthz", width=320)
    found = {}
    paths = [*written.values(), "/me/wishes", "/friends/questions", "/friends/questions/ask"]
    for path in [*paths, "/search?q=围巾&least=9&most=1"]:
        page.goto(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}{path}")
        found[path] = [
            *violations(page),
            *small_targets(page),
            *([overflow(page)] * overflow(page)),
        ]

    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_street_goes_on_below_and_back_finds_the_place(page_of, scarf_shop):
    for hour in range(40):
        put_on_sale(scarf_shop, f"手套{hour}", hours_ago=100 + hour)
    page = page_of("/", signed_in=False)
    assert page.locator("#columns article").count() == 24

    page.click("nav.pager a[rel=next]")
    page.locator("nav.pager a[rel=next]").wait_for(state="detached")
    assert page.locator("#columns article").count() == 42

    page.locator("#columns article a").last.click()
    page.wait_for_url("**/p/*")
    page.go_back()
    page.locator("nav.pager a[rel=next]").wait_for(state="detached")
    assert page.locator("#columns article").count() == 42


def test_the_street_goes_on_without_scripts_too(page_of, scarf_shop):
    for hour in range(40):
        put_on_sale(scarf_shop, f"手套{hour}", hours_ago=100 + hour)
    page = page_of("/", signed_in=False, scripts=False)

    page.click("nav.pager a[rel=next]")
    page.wait_for_url("**/?page=2")
    assert page.locator("#columns article").count() == 18


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
