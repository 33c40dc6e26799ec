"""The desk in a real browser: its keys, and the same without them."""

import pytest
from django.conf import settings

from catalog.models import Product
from moderation.models import Decision
from tests.browser import overflow, small_targets, violations
from tests.passkeys import sign_in_twice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk_page(open_page, client, live_server, wulan):
    def open_(path, **how):
        sign_in_twice(client, wulan)
        page = open_page("/healthz", **how)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        page.context.add_cookies([cookie])
        page.goto(live_server.url + path)
        return page

    return open_


def state_of(hold):
    return Product.objects.get(pk=hold.product_id).state


def test_keys_walk_the_queue_and_decide(desk_page, hold, later_hold):
    page = desk_page("/desk/", width=1280)

    with page.expect_navigation(url=f"**/{later_hold.public_id}"):
        page.keyboard.press("j")
    with page.expect_navigation(url=f"**/{hold.public_id}"):
        page.keyboard.press("k")
    with page.expect_navigation(url=f"**/{later_hold.public_id}"):
        page.keyboard.press("a")
    assert state_of(hold) == "live"

    page.keyboard.press("r")  # no reason yet: the key leads to where it is written
    assert page.evaluate("document.activeElement.id") == "id_reason"
    page.keyboard.type("raja")  # letters are letters inside a field
    assert state_of(later_hold) == "held"
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation(url="**/desk/"):
        page.keyboard.press("r")
    assert Decision.objects.get(hold=later_hold).reason == "raja"


def test_a_key_with_ctrl_is_the_browsers_own(desk_page, hold):
    page = desk_page("/desk/", width=1280)

    page.keyboard.press("Control+a")
    page.wait_for_timeout(300)
    assert state_of(hold) == "held"


def test_without_scripts_the_buttons_do_the_same(desk_page, hold):
    page = desk_page(f"/desk/{hold.public_id}", scripts=False)

    page.click("#send-back")
    page.wait_for_url("**/desk/")
    assert state_of(hold) == "returned"
    assert Decision.objects.get().reason == "分装化妆品不能销售。"


@pytest.mark.parametrize(("width", "look"), [(390, "light"), (1280, "dark")])
def test_everybody_can_use_the_desk(desk_page, hold, later_hold, width, look):
    for path in ("/desk/", f"/desk/{hold.public_id}", "/desk/decisions"):
        page = desk_page(path, width=width, look=look)
        assert violations(page) == []
        assert overflow(page) == 0
        assert small_targets(page) == []
