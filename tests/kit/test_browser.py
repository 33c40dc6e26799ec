"""Every part of the design in a real browser: axe, target sizes, narrow screens, no scripts."""

import pytest
from django.conf import settings

from tests.browser import overflow, small_targets, violations

pytestmark = pytest.mark.django_db(transaction=True)

EVERYWHERE = [
    (width, language, look)
    for width in (320, 390, 1280)
    for language in ("zh-CN", "en")
    for look in ("light", "dark")
]


@pytest.mark.parametrize(("width", "language", "look"), EVERYWHERE)
def test_every_part_is_open_to_everybody(open_page, width, language, look):
    page = open_page("/about/ui", width=width, language=language, look=look)

    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page) == []


def test_the_tab_bar_stays_at_the_bottom_and_climbs_on_a_wide_screen(open_page):
    low = open_page("/about/ui").locator(".tabbar").bounding_box()
    assert round(low["y"] + low["height"]) == 844
    assert low["height"] >= 56

    high = open_page("/about/ui", width=1280).locator(".tabbar").bounding_box()
    assert high["y"] == 0


def test_a_sheet_opens_takes_the_focus_and_closes(open_page):
    page = open_page("/about/ui")
    page.get_by_role("button", name="打开面板").click()
    sheet = page.get_by_role("dialog", name="分享给朋友")
    assert sheet.is_visible()
    assert page.evaluate("document.activeElement.closest('dialog')?.id") == "share"
    assert violations(page) == []

    page.keyboard.press("Escape")
    assert not sheet.is_visible()

    page.get_by_role("button", name="打开面板").click()
    page.mouse.click(195, 40)
    assert not sheet.is_visible()


def test_the_pictures_turn_by_their_arrows_and_are_counted(open_page):
    page = open_page("/about/ui", width=1280)
    page.get_by_role("button", name="下一张").click()
    page.wait_for_function("document.querySelector('[data-now]').textContent === '2'")
    assert page.get_by_role("button", name="上一张").is_enabled()


def test_a_quantity_stays_between_its_ends(open_page):
    page = open_page("/about/ui")
    quantity = page.locator(".stepper input")
    page.get_by_role("button", name="多一件").click()
    assert quantity.input_value() == "2"
    quantity.fill("99")
    quantity.blur()
    assert quantity.input_value() == "10"
    assert page.get_by_role("button", name="多一件").is_disabled()


def test_photos_change_places_by_buttons(open_page):
    page = open_page("/about/ui")
    first = page.locator(".shots li").first
    picture = first.locator("img").get_attribute("src")
    first.get_by_role("button", name="后移").click()
    assert page.locator(".shots li").nth(1).locator("img").get_attribute("src") == picture
    page.locator(".shots li").nth(1).get_by_role("button", name="删除这张照片").click()
    assert page.locator(".shots li").count() == 2


def test_copying_says_that_it_was_done(open_page):
    page = open_page("/about/ui")
    page.get_by_role("button", name="打开面板").click()
    page.get_by_role("button", name="复制").click()
    page.get_by_text("已复制，粘贴给朋友就好").wait_for()


def test_without_scripts_nothing_hides_behind_a_button(open_page):
    page = open_page("/about/ui", scripts=False)
    assert page.locator("#share").is_visible()
    assert page.locator('.uploader input[type="file"]').is_visible()
    assert not page.locator(".stepper button").first.is_visible()


def test_the_look_of_the_visitor_wins_over_the_system(open_page):
    page = open_page("/about/ui", look="light")
    page.get_by_role("group", name="明暗").get_by_role("button", name="深色").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 17, 15)"


def test_photos_go_up_at_once_and_can_be_tried_again(open_page):
    page = open_page("/about/ui")
    answers = [{"status": 413, "json": {}}, {"status": 200, "json": {"id": 77, "url": ""}}]
    page.route(
        "**/about/ui",
        lambda route: (
            route.fulfill(**answers.pop(0)) if route.request.method == "POST" else route.continue_()
        ),
    )
    honey = settings.ROOT / "static/samples/honey-390.webp"
    page.locator('.uploader input[type="file"]').set_input_files(honey)
    tile = page.locator(".shots li").nth(3)
    tile.get_by_role("button", name="重试").click()
    page.wait_for_function(
        "document.querySelector('.shots li:last-child input[type=hidden]').value === '77'"
    )
    assert not tile.get_by_role("button", name="重试").is_visible()
    assert answers == []
