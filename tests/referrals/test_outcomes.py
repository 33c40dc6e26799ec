"""Outcomes: each link, each channel, each order and each click, with the reason in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from uuid_utils.compat import uuid7

from catalog.models import Product
from kit import clock
from people.models import Person
from referrals import commissions, links, outcomes, provenance, reasons, storing
from referrals.earnings import staged
from referrals.models import Attribution, Candidate, Click, Commission, ShareLink
from referrals.outcomes import Figures
from referrals.rules import TO_SHARER, Rule
from referrals.storing import Opening
from tests.conftest import NOON
from tests.referrals.conftest import order, touch_of
from tests.referrals.money import WEEK, complete, pay_in, pay_out, take_back

QUERIES_OF_LINKS = 8
QUERIES_OF_A_LINK = 12


@pytest.fixture
def english():
    return Client(headers={"accept-language": "en"})


def opened(link, kind="human", *, ago=timedelta(hours=1), visitor="", channel="", times=1):
    at = clock.now() - ago
    storing.store(
        [
            Opening(uuid7(), link.pk, at + timedelta(minutes=one), kind, visitor, channel)
            for one in range(times)
        ]
    )


def by_poster(link, **how):
    return replace(touch_of(link, **how), channel="poster")


def told(link) -> list[tuple[str, int]]:
    return [(why.code, why.count) for why in outcomes.reasons_of(link)]


def codes(link) -> list[str]:
    orders = Attribution.objects.filter(link=link).order_by("pk")
    return [sale.code for sale in outcomes.sales_of(orders)]


# --- what each channel brought --------------------------------------------------------------


def test_each_channel_has_its_clicks_orders_and_earnings(noon, link, hill_shop, xiaoyu):
    opened(link, times=3)
    opened(link, "preview", times=2)
    opened(link, channel="wechat", times=4)
    order(hill_shop, xiaoyu, [by_poster(link)], lines=[("L1", 6800), ("L2", 3400)])
    pay_in()
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON)

    found = {one.channel: one.figures for one in outcomes.by_channel(link)}

    assert found == {
        "": Figures(clicks=3, others=2),
        "wechat": Figures(clicks=4),
        "poster": Figures(clicks=1, orders=1, earned_minor=1020),
    }
    (line,) = outcomes.lines_of([link])
    assert line.figures == Figures(clicks=8, others=2, orders=1, earned_minor=1020)
    assert outcomes.totals_of(link.person) == Figures(clicks=8, others=2, orders=1)


def test_what_was_taken_back_or_never_paid_is_not_earned(held, link, hill_shop, xiaoyu):
    take_back("L1", 3400)
    order(hill_shop, xiaoyu, [touch_of(link)], lines=[("N1", 6800)], key="0RDER00002")

    (line,) = outcomes.lines_of([link])

    assert line.figures.orders == 1
    assert line.figures.earned_minor == 340 + 340


def test_days_are_those_of_the_readers_zone(noon, link, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    opened(link, ago=timedelta(hours=11))  # one in the morning in Shanghai
    opened(link, ago=timedelta(hours=13), times=2, channel="x")  # the evening before
    opened(link, ago=timedelta(days=30))

    with translation.override("en"):
        days = [(day.day.isoformat(), str(day.name), day.clicks) for day in outcomes.days_of(link)]
    assert days == [
        ("2026-11-22", "link", 1),
        ("2026-11-21", "X", 2),
    ]


# --- why a click counts or does not ----------------------------------------------------------


def test_every_kind_of_click_has_its_reason(noon, link):
    for kind in Click.Kind:
        opened(link, kind.value)

    assert sorted(told(link)) == [
        ("BOT", 1), ("COUNTED", 1), ("PREFETCH", 1), ("PREVIEW", 1), ("RATE", 1), ("SELF", 1),
        ("SUSPECT", 1),
    ]  # fmt: skip


def test_the_same_visitor_of_the_same_day_is_said_to_be_so(noon, link):
    opened(link, visitor="a", ago=timedelta(hours=3), times=3)
    opened(link, visitor="b", ago=timedelta(hours=3))
    opened(link, visitor="a", ago=timedelta(hours=27))
    opened(link, "bot", visitor="a", times=2)

    assert told(link) == [("COUNTED", 3), ("DUPLICATE", 2), ("BOT", 2)]


def test_only_the_newest_clicks_are_read_one_by_one(noon, link, monkeypatch):
    monkeypatch.setattr(outcomes, "LOOKED_AT", 4)
    opened(link, "bot", ago=timedelta(days=2), times=5)
    opened(link, times=3)

    assert told(link) == [("COUNTED", 3), ("BOT", 1)]


# --- how each sale stands ------------------------------------------------------------------


def test_a_sale_is_told_as_it_stands(brought, link):
    assert codes(link) == ["ORDERED", "ORDERED"]
    pay_in()
    for line_key in ("L1", "L2"):
        commissions.paid(line_key=line_key, at=NOON)
    assert codes(link) == ["PAID", "PAID"]
    commissions.void(line_key="L1", at=NOON)
    assert codes(link) == ["CANCELLED", "PAID"]
    complete("L2")
    assert codes(link) == ["CANCELLED", "HELD"]
    commissions.wait(line_keys=["L2"])
    assert codes(link) == ["CANCELLED", "REFUND_OPEN"]
    commissions.go_on(line_keys=["L2"])
    take_back("L2", 3400)
    assert codes(link) == ["CANCELLED", "RETURNED"]


def test_a_sale_that_is_ones_own_says_so_and_then_that_it_was_paid(held, link, linwei):
    with clock.stopped_at(NOON + WEEK):
        commissions.release_due(clock.now())
    assert codes(link) == ["YOURS", "YOURS"]
    pay_out(linwei, 1020)
    assert codes(link) == ["PAID_OUT", "PAID_OUT"]


def test_one_in_review_says_that_somebody_looks(held, link):
    Commission.objects.filter(line_key="L1").update(in_review=True)

    assert codes(link) == ["REVIEW", "HELD"]


def test_a_product_without_commission_says_so(noon, link, hill_shop, xiaoyu, honey):
    Product.objects.filter(pk=honey.pk).update(commission_bp=0)
    order(hill_shop, xiaoyu, [touch_of(link)])

    (sale,) = outcomes.sales_of(Attribution.objects.filter(link=link))

    assert (sale.code, sale.row, sale.buyer) == ("NO_COMMISSION", None, "")


@pytest.mark.parametrize(("wish", "names"), [(False, {""}), (True, {"周晓雨"})])
def test_a_buyer_is_named_only_by_their_own_wish(noon, link, hill_shop, xiaoyu, wish, names):
    brought = order(hill_shop, xiaoyu, [touch_of(link)], tells_name=wish)
    commissions.paid(line_key="L1", at=NOON)

    assert {sale.buyer for sale in outcomes.sales_of([brought])} == names


@pytest.mark.parametrize("why", ["unpaid", "closed", "blocks", "blocked"])
def test_a_wish_to_be_named_ends_where_the_two_are_apart(
    noon, link, hill_shop, linwei, xiaoyu, why
):
    brought = order(hill_shop, xiaoyu, [touch_of(link)], tells_name=True)
    if why != "unpaid":
        commissions.paid(line_key="L1", at=NOON)
    if why == "closed":
        Person.objects.filter(pk=xiaoyu.pk).update(is_active=False)
    if why in {"blocks", "blocked"}:
        one, other = (xiaoyu, linwei) if why == "blocks" else (linwei, xiaoyu)
        one.blocks.create(blocked=other)
    brought = Attribution.objects.get(pk=brought.pk)

    assert provenance.buyer_told(brought) == ""
    assert {sale.buyer for sale in outcomes.sales_of([brought])} == {""}


@pytest.mark.parametrize("by", ["buyer", "sharer"])
def test_nothing_tells_that_somebody_blocked_has_bought(noon, link, hill_shop, linwei, xiaoyu, by):
    one, other = (xiaoyu, linwei) if by == "buyer" else (linwei, xiaoyu)
    one.blocks.create(blocked=other)
    assert order(hill_shop, xiaoyu, [touch_of(link)]) is None

    assert Candidate.objects.get().rule == Rule.BLOCKED
    assert outcomes.missed_of(link) == []


def test_an_order_that_another_link_brought_says_why(noon, link, hill_shop, xiaoyu, honey, wulan):
    hers = links.link_for(person=wulan, product=honey)
    order(hill_shop, xiaoyu, [touch_of(link, ago=timedelta(days=20))], key="0RDER00001")
    order(hill_shop, xiaoyu, [touch_of(hers), touch_of(link, ago=timedelta(hours=9))],
          lines=[("N1", 6800)], key="0RDER00002")  # fmt: skip

    assert sorted(one.code for one in outcomes.missed_of(link)) == [
        "OTHER_LINK_LATER",
        "WINDOW_OVER",
    ]
    assert outcomes.missed_of(hers) == []


def test_every_rule_and_stage_has_its_words(held):
    assert {code for rule, code in TO_SHARER.items() if rule != Rule.TAKEN} <= set(reasons.WORDS)
    assert set(reasons.OF_KIND) == set(Click.Kind.values)
    assert set(reasons.OF_KIND.values()) | set(reasons.OF_STAGE.values()) <= set(reasons.WORDS)
    assert set(Commission.State.values) <= set(reasons.OF_STAGE)
    assert [reasons.code_of(row) for row in staged(Commission.objects.all())] == ["HELD", "HELD"]


# --- pages -----------------------------------------------------------------------------------


def test_ones_links_are_listed_with_what_they_brought(english, held, link, linwei):
    english.force_login(linwei)
    page = english.get("/me/links").content.decode()

    assert f'href="/me/links/{link.code}"' in page
    assert "1 click by people · 1 order" in page
    assert "¥10.20" in page
    assert "周晓雨" not in page


def test_without_links_the_page_says_what_will_be_there(english, xiaoyu):
    english.force_login(xiaoyu)

    assert "No link yet" in english.get("/me/links").content.decode()


def test_a_link_shows_its_days_channels_orders_and_reasons(english, held, link, linwei):
    opened(link, "bot", channel="weibo", times=2)
    take_back("L1", 3400)
    english.force_login(linwei)
    page = english.get(f"/me/links/{link.code}").content.decode()

    assert f"/s/{link.code}" in page
    assert "Weibo" in page
    assert "A program, not a person" in page
    assert page.count("<code>HELD</code>") == 2
    assert "¥3.40 taken back" in page
    assert 'href="/me/earnings/L1"' in page
    assert "周晓雨" not in page


def test_a_link_nobody_opened_says_so(english, link, linwei):
    english.force_login(linwei)
    page = english.get(f"/me/links/{link.code}").content.decode()

    assert "Nobody has opened it in these days." in page
    assert "No order yet" in page


@pytest.mark.parametrize("page", ["", ".csv", "/settings"])
def test_a_link_is_its_makers_own(english, link, xiaoyu, linwei, page):
    path = f"/me/links/{link.code}{page}"
    assert english.get(path)["Location"].startswith("/accounts/login/?next=/")
    english.force_login(xiaoyu)
    assert english.get(path).status_code == 404
    english.force_login(linwei)
    assert english.get(path).status_code == 200
    assert english.get(path.lower()).status_code == 200
    assert english.get(f"/me/links/ZZZZZZZZZZ{page}").status_code == 404


@pytest.mark.parametrize("path", ["/me/links", "/me/links.csv"])
def test_the_lists_are_only_read(english, linwei, path):
    english.force_login(linwei)

    assert english.post(path).status_code == 405


def test_more_links_and_orders_ask_the_database_no_more_often(
    english, held, link, linwei, xiaoyu, hill_shop, django_assert_num_queries
):
    english.force_login(linwei)
    with django_assert_num_queries(QUERIES_OF_LINKS):
        english.get("/me/links")
    with django_assert_num_queries(QUERIES_OF_A_LINK):
        english.get(f"/me/links/{link.code}")

    for number in range(8):
        product = Product.objects.create(
            shop=hill_shop, title=f"茶 {number}", state="live", published_at=NOON
        )
        made = links.link_for(person=linwei, product=product)
        opened(made, channel="x")
        order(hill_shop, xiaoyu, [touch_of(link, click_id=uuid4())], key=f"0RDER0001{number}",
              lines=[(f"M{number}", 6800)])  # fmt: skip

    assert ShareLink.objects.count() == 9
    with django_assert_num_queries(QUERIES_OF_LINKS):
        english.get("/me/links")
    with django_assert_num_queries(QUERIES_OF_A_LINK):
        english.get(f"/me/links/{link.code}")


def test_the_story_of_a_sale_has_its_code_too(english, held, link, linwei):
    english.force_login(linwei)
    page = english.get("/me/earnings/L1").content.decode()

    assert "Received; yours when the return window is over" in page
    assert ">HELD</code>" in page


# --- files -----------------------------------------------------------------------------------


def lines_in(answer) -> list[str]:
    return b"".join(answer.streaming_content).decode().removeprefix("\ufeff").splitlines()


def test_the_file_of_links_has_a_line_a_channel(english, noon, link, linwei, honey):
    Product.objects.filter(pk=honey.pk).update(title="=1+1")
    opened(link, times=2)
    opened(link, channel="wechat")
    opened(link, "bot", channel="wechat")
    english.force_login(linwei)

    head, *rows = lines_in(english.get("/me/links.csv"))

    assert head == (
        "Link,Product,Shop,Channel,Clicks by people,Not counted,Orders,Commission,Currency"
    )
    assert rows == [
        f"{link.code},'=1+1,山里的小店,link,2,0,0,0.00,CNY",
        f"{link.code},'=1+1,山里的小店,WeChat,1,1,0,0.00,CNY",
    ]
    chinese = english.get("/me/links.csv", HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert lines_in(chinese)[2].split(",")[3] == "微信"


def test_the_file_of_a_link_has_every_sale_with_its_code(english, held, link, linwei):
    take_back("L1", 3400)
    english.force_login(linwei)

    head, *rows = lines_in(english.get(f"/me/links/{link.code}.csv"))

    assert head.split(",")[-2:] == ["Code", "Reason"]
    assert rows[0].split(",")[2:9] == ["link", "68.00", "6.80", "3.40", "3.40", "CNY", "HELD"]
    assert rows[1].split(",")[2:9] == ["link", "34.00", "3.40", "0.00", "3.40", "CNY", "HELD"]
    assert "周晓雨" not in "".join(rows)


def test_a_long_file_is_read_in_pieces(english, held, link, linwei, xiaoyu, hill_shop, monkeypatch):
    monkeypatch.setattr("referrals.outcome_files.ROWS_AT_ONCE", 2)
    for number in range(4):
        order(hill_shop, xiaoyu, [touch_of(link)], key=f"0RDER0001{number}",
              lines=[(f"M{number}", 6800)])  # fmt: skip
    english.force_login(linwei)

    assert len(lines_in(english.get(f"/me/links/{link.code}.csv"))) == 1 + 2 + 4
