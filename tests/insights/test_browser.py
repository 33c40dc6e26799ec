"""The vendor's home and figures in a real browser, as everybody may need them."""

from datetime import timedelta

import pytest
from django.conf import settings

from insights.rollup import roll_up_newest
from tests.browser import overflow, small_targets, violations
from tests.insights.conftest import click, pay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/shop/", "/shop/figures?days=30"])
@pytest.mark.parametrize(
    ("width", "look", "language"),
    [(390, "light", "zh-CN"), (320, "light", "en"), (1280, "dark", "zh-CN")],
)
def test_everybody_can_read_these_pages(
    open_page, client, live_server, chen, honey, linwei_link, noon, path, width, look, language
):
    pay(honey, at=noon, link=linwei_link)
    pay(honey, at=noon - timedelta(days=1), quantity=3)
    click(linwei_link, at=noon, humans=5)
    roll_up_newest()
    client.force_login(chen)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page = open_page("/healthz", width=width, look=look, language=language)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page.goto(live_server.url + path)

    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page) == []
