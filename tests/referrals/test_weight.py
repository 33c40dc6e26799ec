"""What a friend's link weighs on the way to a phone: a first view over a slow line."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from catalog import endorsing
from catalog.models import Photo
from kit import clock
from people.models import Person
from tests.referrals.conftest import received_long_ago
from tests.referrals.doors import path_of

# ux.md G5; the proxy packs pages with gzip, and static files are packed once when collected.
MOST_HTML, MOST_CSS, MOST_JS = 14 * 1024, 12 * 1024, 8 * 1024
GZIP_LEVEL = 6

STORY = "来自秦岭北坡的一个小蜂场。春天采槐花，夏天采荆条，秋天只采野花。每罐都写着取蜜的日子。\n"


@pytest.fixture
def rich_honey(honey, jar, hill_shop):
    """The honey as a shop that took trouble shows it, with four more things below."""
    for name in ("250g", "1kg", "2kg"):
        honey.variants.create(name=name, price_minor=9900, available=5)
    for number in range(9):
        Photo.objects.create(
            product=honey,
            position=number,
            name=f"{number:02x}/{number:030x}",
            alt=f"罐子 {number}",
            uploaded_by=honey.shop.owner,
            avif_widths=[390, 780],
            width=1600,
            height=1600,
            widths=[390, 780, 1600],
        )
    honey.description = "".join(f"{number}。{STORY}" for number in range(25))
    honey.save()
    for number in range(6):
        _one_who_has_it(honey, jar, number)
    for number in range(4):
        other = hill_shop.products.create(
            title=f"云雾绿茶 {number}", state="live", published_at=clock.now()
        )
        other.variants.create(name="a", price_minor=1000 + number, available=1)
    return honey


def _one_who_has_it(honey, jar, number: int) -> None:
    person = Person.objects.create_user(name=f"邻居{number}", email=f"n{number}@example.test")
    received_long_ago(person, honey, jar, key=f"W{number}")
    endorsing.endorse(
        person=person,
        product=honey,
        verdict="yes",
        words=f"第 {number} 个回头客：孩子每天早上一勺，冲水泡茶都好，罐子很密封。",
        visibility="everyone",
        language="zh-hans",
    )


def packed(raw: bytes) -> int:
    return len(gzip.compress(raw, GZIP_LEVEL))


def files_of(page: str, wanted: str) -> list[Path]:
    """The static files a page loads by itself."""
    names = re.findall(wanted, page)
    assert names
    return [Path(str(finders.find(name))) for name in names]


def test_the_landing_page_weighs_no_more_than_it_may(phone, link, rich_honey, record_property):
    page = phone.get(path_of(link)).content

    assert page.decode().count("个回头客") == 6
    record_property("html_bytes", packed(page))
    assert packed(page) <= MOST_HTML


def test_its_sheets_weigh_no_more_than_they_may(phone, link, rich_honey, record_property):
    page = phone.get(path_of(link)).content.decode()
    sheets = files_of(page, r'<link rel="stylesheet" href="/static/([^"]+)"')

    weight = sum(packed(sheet.read_bytes()) for sheet in sheets)
    record_property("css_bytes", weight)
    assert weight <= MOST_CSS


def test_its_scripts_weigh_no_more_than_they_may(phone, link, rich_honey, record_property):
    page = phone.get(path_of(link)).content.decode()
    scripts = files_of(page, r'<script[^>]* src="/static/([^"]+)"')
    for script in list(scripts):
        for name in re.findall(r'from "\./([^"]+)"', script.read_text()):
            scripts.append(script.parent / name)

    weight = sum(packed(script.read_bytes()) for script in set(scripts))
    record_property("js_bytes", weight)
    assert weight <= MOST_JS
