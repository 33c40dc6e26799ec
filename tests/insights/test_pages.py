"""The vendor's home and figures as pages: who may see them and what they say."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from insights.rollup import roll_up_newest
from kit import clock
from referrals.models import ShareLink
from tests.insights.conftest import click, pay

PATHS = ["/shop/", "/shop/figures", "/shop/figures.csv"]


@pytest.fixture
def vendor(client, chen, hill_shop):
    client.force_login(chen)
    return client


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_strangers_sign_in_and_people_without_a_shop_are_shown_how_to_open_one(client, linwei):
    for path in PATHS:
        assert client.get(path)["Location"].startswith("/accounts/login/")
    client.force_login(linwei)
    for path in PATHS:
        assert client.get(path)["Location"] == "/open"


def test_another_shops_handle_is_a_404(client, linwei, vendor, noon):
    client.force_login(linwei)
    linwei_shop = linwei.shops_owned.create(handle="linwei", name="林薇的店")
    linwei_shop.memberships.create(person=linwei, role="owner")

    for path in PATHS:
        assert client.get(f"{path}?shop=shanli").status_code == 404
        assert client.get(f"{path}?shop=linwei").status_code == 200


def test_a_packer_sees_what_to_send_and_no_money(client, packer, honey, noon):
    pay(honey, at=noon)
    client.force_login(packer)

    page = read(client, "/shop/")

    assert "待发货" in page
    assert "今日成交" not in page
    assert "¥" not in page
    assert client.get("/shop/figures").status_code == 404
    assert client.get("/shop/figures.csv").status_code == 404


@pytest.mark.parametrize(
    ("hours", "greeting"),
    [
        (-7, "早上好"),
        (-1.1, "早上好"),
        (-1, "下午好"),
        (0, "下午好"),
        (6, "晚上好"),
        (-7.1, "晚上好"),
    ],
)
def test_the_greeting_knows_the_time_in_shanghai(vendor, noon, hours, greeting):
    with clock.stopped_at(noon + timedelta(hours=hours)):
        assert f"{greeting}，陈姐" in read(vendor, "/shop/")


def test_home_says_what_waits_and_how_the_day_goes(vendor, honey, noon, yesterday):
    pay(honey, at=noon, quantity=2)
    pay(honey, at=yesterday - timedelta(hours=1), state="completed")
    pay(honey, at=noon - timedelta(hours=5))

    page = read(vendor, "/shop/")

    assert "最早一单 5小时前付款" in page
    assert "¥204.00" in page
    assert "比昨天这时多 ¥136.00" in page


def test_a_worse_day_and_an_equal_one_are_said_as_plainly(vendor, honey, yesterday):
    assert "和昨天这时一样" in read(vendor, "/shop/")
    assert "没有待发的订单" in read(vendor, "/shop/")
    pay(honey, at=yesterday - timedelta(hours=1), state="completed")
    assert "比昨天这时少 ¥68.00" in read(vendor, "/shop/")


def test_home_shows_twelve_days_and_the_five_who_brought_most(
    vendor, honey, linwei, linwei_link, hao_link, noon
):
    pay(honey, at=noon, quantity=3, link=linwei_link)
    pay(honey, at=noon, link=hao_link)
    pay(honey, at=noon, quantity=9)
    roll_up_newest()

    page = read(vendor, "/shop/")

    assert page.count("<tr>") == 13  # a head and twelve days
    assert "11月11日" in page
    assert 'max="20400" value="20400" aria-label="林薇"' in page
    assert 'max="20400" value="6800" aria-label="阿浩"' in page
    assert "¥884.00" in page  # thirteen jars


def test_the_list_of_first_steps_goes_when_all_are_done(vendor, chen, honey, noon):
    assert "2 / 5" in read(vendor, "/shop/")  # a name and a product
    ShareLink.objects.create(person=chen, product=honey, shop=honey.shop)
    page = read(vendor, "/shop/")
    assert "3 / 5" in page
    assert 'href="/me/wallet">设置收款账户' in page


def test_figures_show_totals_tables_and_sources(vendor, honey, linwei_link, noon):
    pay(honey, at=noon, quantity=2, link=linwei_link)
    click(linwei_link, at=noon, humans=8, others=3)
    roll_up_newest()

    page = read(vendor, "/shop/figures?days=30")

    assert "¥136.00" in page
    assert "12.5%" in page  # one order from eight clicks
    assert page.count("<svg viewBox") == 2
    assert page.count("<tr>") == 31 * 2 + 2 + 2
    assert "林薇" in page
    assert 'href="/shop/figures.csv?days=30"' in page


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("7", 7),
        ("30", 30),
        ("90", 90),
        ("", 7),
        ("8", 7),
        ("-7", 7),
        ("9" * 5000, 7),
        ("٣٠", 7),
        ("😀", 7),
    ],
)
def test_only_offered_spans_are_counted(vendor, noon, asked, rows):
    answer = vendor.get("/shop/figures.csv", {"days": asked})

    assert len(list(csv.reader(StringIO(answer.getvalue().decode())))) == rows + 1
    assert vendor.get("/shop/figures", {"days": asked}).status_code == 200


def test_the_file_is_a_table_for_spreadsheets(vendor, honey, linwei_link, noon):
    pay(honey, at=noon, quantity=2)
    click(linwei_link, at=noon, humans=8)
    roll_up_newest()

    answer = vendor.get("/shop/figures.csv?days=7")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="shanli-7-days.csv"'
    lines = list(csv.reader(StringIO(answer.getvalue().decode().removeprefix("\ufeff"))))
    assert lines[0] == ["日期", "付款订单", "成交额（CNY）", "真人点击"]
    assert lines[1] == ["2026-11-16", "0", "0.00", "0"]
    assert lines[7] == ["2026-11-22", "1", "136.00", "8"]


def test_other_methods_are_refused(vendor):
    assert [vendor.post(path).status_code for path in PATHS] == [405, 405, 405]


@pytest.mark.parametrize("path", ["/shop/", "/shop/figures?days=90"])
def test_pages_ask_the_same_few_questions_however_much_was_sold(
    vendor, honey, linwei_link, hao_link, noon, path
):
    pay(honey, at=noon, link=linwei_link)
    read(vendor, path)
    with_one = queries_of(vendor, path)
    for days in range(20):
        pay(honey, at=noon - timedelta(days=days), link=hao_link)
    roll_up_newest()

    assert queries_of(vendor, path) == with_one


def queries_of(client, path):
    with CaptureQueriesContext(connection) as asked:
        read(client, path)
    return len(asked)
