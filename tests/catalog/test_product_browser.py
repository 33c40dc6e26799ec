"""The product page in a real browser: its two sheets, by thumb and by key, and without scripts."""

from __future__ import annotations

import pytest
from django.conf import settings

from catalog.models import Variant
from orders.models import Bag
from referrals.models import ShareLink
from tests.browser import overflow, small_targets, violations

LARGE = "#options .choice:has-text('1kg')"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sizes(honey, jar):
    """Two more sizes: a large one, of which three are left, and one that is sold out."""
    large = Variant.objects.create(
        product=honey, name="1kg", price_minor=128_000, available=3, position=1
    )
    Variant.objects.create(product=honey, name="5kg", price_minor=500_000, position=2)
    return {"small": jar, "large": large}


@pytest.fixture
def product_page(open_page, honey):
    def open_(**how):
        return open_page(f"/p/{honey.public_id}", **how)

    return open_


def is_open(page, sheet):
    return page.evaluate(f"document.getElementById('{sheet}').matches(':modal')")


def focused(page):
    return page.evaluate("document.activeElement.value ?? document.activeElement.id")


def words(page, selector):
    return " ".join(page.inner_text(selector).split())


def bagged():
    return [
        (line.variant.name, line.quantity) for bag in Bag.objects.all() for line in bag.lines.all()
    ]


class TestOptions:
    @pytest.mark.parametrize(
        ("act", "language", "said", "then"),
        [
            ("buy", "zh-CN", "立即购买 · ¥68.00", "立即购买 · ¥2,560.00"),
            ("add", "en", "Add to bag · ¥68.00", "Add to bag · ¥2,560.00"),
        ],
    )
    def test_its_one_button_repeats_what_was_pressed_and_the_total(
        self, product_page, sizes, act, language, said, then
    ):
        page = product_page(language=language)
        page.click(f".buybar [value={act}]")

        assert is_open(page, "options")
        assert page.locator("#options button[type=submit]:visible, .acts .btn:visible").count() == 2
        assert words(page, "[data-go]") == said

        page.click(LARGE)
        page.click("#options [data-step='1']")
        assert words(page, "[data-go]") == then
        assert words(page, "#options [data-price] [aria-hidden]") == "¥1,280.00"
        assert words(page, "#options [data-price] .vh") == "¥1,280.00"

    def test_it_says_what_is_chosen(self, product_page, sizes):
        page = product_page()
        page.click(".buybar [value=add]")
        status = page.locator("#options [role=status]").first

        assert "已选：500g" in status.inner_text()
        page.click(LARGE)
        assert "已选：1kg" in status.inner_text()
        assert "库存" not in page.inner_text("#options")

    def test_no_more_can_be_taken_than_are_left(self, product_page, sizes):
        page = product_page()
        page.click(".buybar [value=add]")
        page.fill("[name=quantity]", "9")
        page.click(LARGE)

        assert page.input_value("[name=quantity]") == "3"
        assert words(page, "[data-total]") == "¥3,840.00"
        assert page.is_disabled("#options [data-step='1']")

    def test_sold_out_is_said_and_cannot_be_chosen(self, product_page, sizes):
        page = product_page()
        page.click(".buybar [value=add]")

        assert page.is_disabled("#options .choice:has-text('5kg') input")
        assert "（售罄）" in page.inner_text("#options .choice:has-text('5kg')")

    def test_keys_open_choose_and_send_it(self, product_page, sizes):
        page = product_page()
        page.focus(".buybar [value=add]")
        page.keyboard.press("Enter")
        assert focused(page) == str(sizes["small"].pk)

        page.keyboard.press("ArrowRight")
        assert focused(page) == str(sizes["large"].pk)
        page.focus("[name=quantity]")
        page.keyboard.press("ArrowUp")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert bagged() == [("1kg", 2)]

    def test_it_closes_three_ways_and_keeps_what_was_chosen(self, product_page, sizes):
        page = product_page()
        for close in (
            lambda: page.keyboard.press("Escape"),
            lambda: page.mouse.click(190, 20),
            lambda: page.click("#options form[method=dialog] button"),
        ):
            page.click(".buybar [value=buy]")
            page.click(LARGE)
            close()
            assert not is_open(page, "options")
            assert page.evaluate("document.activeElement.value") == "buy"
        page.click(".buybar [value=add]")
        assert page.is_checked("#options .choice:has-text('1kg') input")

    def test_buying_leads_to_checkout(self, product_page, sizes):
        page = product_page()
        page.click(".buybar [value=buy]")
        page.click(LARGE)
        with page.expect_navigation(url=f"**/checkout?only={sizes['large'].pk}"):
            page.click("[data-go]")

    def test_the_only_variant_is_bought_without_a_sheet(self, product_page, jar):
        page = product_page()
        with page.expect_navigation(url=f"**/checkout?only={jar.pk}"):
            page.click(".buybar [value=buy]")

    @pytest.mark.parametrize("act", ["add", "buy"])
    def test_without_scripts_the_form_stands_in_the_page(self, product_page, sizes, act):
        page = product_page(scripts=False)

        assert page.locator("#options form[method=dialog], #options .acts").first.is_hidden()
        page.check("#options .choice:has-text('1kg') input", force=True)
        page.fill("[name=quantity]", "2")
        page.click(f".buybar [value={act}]")
        assert bagged() == [("1kg", 2)]

    def test_in_a_wide_window_it_stands_beside_the_pictures(self, product_page, sizes):
        page = product_page(width=1280)

        assert page.is_hidden(".buybar")
        assert page.is_visible(".tabbar")
        photos, form = (
            page.locator(".offer-photos").bounding_box(),
            page.locator("#buy").bounding_box(),
        )
        assert form["x"] > photos["x"] + photos["width"]
        assert form["y"] < photos["y"] + photos["height"]
        assert 0.53 < photos["width"] / page.locator(".offer").bounding_box()["width"] < 0.58
        page.click(LARGE)
        assert words(page, "[data-go]") == "立即购买 · ¥1,280.00"
        with page.expect_navigation():
            page.click("[data-also]")
        assert bagged() == [("1kg", 1)]

    def test_the_small_pictures_of_a_wide_window_turn_the_gallery(self, product_page, honey, chen):
        for position in range(2):
            honey.photos.create(
                uploaded_by=chen, name=f"x{position}", width=780, height=780, position=position
            )
        page = product_page(width=1280)
        page.click(".thumbs [data-to='1']")

        page.wait_for_selector(".thumbs [data-to='1'][aria-current=true]")
        assert words(page, ".cnt") == "2/2"


class TestSharing:
    @pytest.fixture
    def known_page(self, product_page, client, live_server, linwei):
        def open_(**how):
            page = product_page(**how)
            client.force_login(linwei)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            name = settings.SESSION_COOKIE_NAME
            page.context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
            page.reload()
            return page

        return open_

    def test_a_stranger_copies_the_plain_link(self, product_page, honey):
        page = product_page()
        page.click("a[data-sheet]")

        assert is_open(page, "share")
        assert page.input_value("#address").endswith(f"/p/{honey.public_id}")
        page.click("#share [data-copy]")
        page.wait_for_selector("#share .toast:has-text('已复制')")
        assert page.get_attribute("#share a.btn", "href") == f"/p/{honey.public_id}/share"
        assert not ShareLink.objects.exists()

    def test_nothing_is_promised_where_nothing_is_paid(self, product_page, honey):
        honey.commission_bp = 0
        honey.save()
        page = product_page()
        page.click("a[data-sheet]")

        assert page.locator("#share a.btn").count() == 0

    def test_whoever_is_signed_in_gets_their_own_link(self, known_page, linwei):
        page = known_page()
        page.click("a[data-sheet]")
        page.wait_for_selector("#share #share_now")

        code = ShareLink.objects.get(person=linwei).code
        assert page.input_value("#link").endswith(f"/s/{code}")
        assert "¥6.80" in page.inner_text("#share")
        page.click("#share [data-copy]")
        page.wait_for_selector("#share .toast:has-text('已复制')")
        page.keyboard.press("Escape")
        page.click("a[data-sheet]")
        assert page.locator("#share_now").count() == 1

    def test_whoever_is_signed_in_reads_how_many_are_left(self, known_page, sizes):
        page = known_page()
        page.click(".buybar [value=add]")
        status = page.locator("#options [role=status]").first

        assert "已选：500g · 库存 10 件" in status.inner_text()
        page.click(LARGE)
        assert "已选：1kg · 库存 3 件" in status.inner_text()

    def test_when_the_part_cannot_be_had_the_page_itself_opens(self, known_page, honey):
        page = known_page()
        path = f"/p/{honey.public_id}/share"
        page.route(
            f"**{path}",
            lambda route: route.abort() if "x-part" in route.request.headers else route.continue_(),
        )
        with page.expect_navigation(url=f"**{path}"):
            page.click("a[data-sheet]")

    def test_without_scripts_the_button_is_a_link_to_the_share_page(self, known_page, honey):
        page = known_page(scripts=False)

        assert page.is_hidden("#share")
        page.click("a[data-sheet]")
        page.wait_for_url(f"**/p/{honey.public_id}/share")


@pytest.mark.parametrize("theme", ["persimmon", "tea", "ink", "plum"])
@pytest.mark.parametrize(("width", "look"), [(320, "dark"), (390, "light"), (1280, "light")])
def test_everybody_can_use_both_sheets(product_page, sizes, hill_shop, theme, width, look):
    hill_shop.theme = theme
    hill_shop.save()
    page = product_page(width=width, look=look, language="en")
    openers = ["a[data-sheet]"] if width > 900 else [".buybar [value=add]", "a[data-sheet]"]
    for opener in [None, *openers]:
        if opener:
            page.click(opener)
        assert violations(page) == []
        assert overflow(page) == 0
        assert small_targets(page) == []
        page.keyboard.press("Escape")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_shops_page_never_scrolls_sideways(open_page, sizes, width):
    page = open_page("/shanli", width=width)
    assert overflow(page) == 0
    assert violations(page) == []
