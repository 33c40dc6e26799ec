"""The kit and the sheet: words, addresses and ways, each with its channel and who gains."""

from __future__ import annotations

import zipfile
from io import BytesIO
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import zxingcpp
from django.test import Client
from django.utils import translation
from PIL import Image

from catalog import photos
from catalog.models import Product
from referrals import giving, kits, links, sharing
from referrals.channels import Channel
from referrals.models import Charity, Gives, ShareLink
from referrals.showings import showing_of

POSTERS = ["poster.jpg", "poster-moments.jpg", "poster-xiaohongshu.jpg"]
QUERIES_OF_THE_SHEET = 10
QUERIES_OF_THE_KIT = 11


@pytest.fixture
def hers(linwei):
    client = Client(headers={"accept-language": "en"})
    client.force_login(linwei)
    return client


def jpeg(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (1200, 1200), colour).save(out, "JPEG")
    return out.getvalue()


def with_photos(product: Product, *, count: int) -> None:
    for number in range(count):
        photo = photos.take(upload=jpeg(f"#0000{number:02x}"), by=product.shop.owner)
        type(photo).objects.filter(pk=photo.pk).update(product=product, position=number)


def ways_in(language: str, link, honey, *, earns: str = "¥6.80"):
    with translation.override(language):
        facts = links.facts_from(link)
        showing = showing_of(facts, honey, language=language)
        return {way.channel: way for way in kits.ways_of(facts, showing, earns=earns)}


def test_every_service_has_an_address_of_its_own(honey, jar, link):
    ways = ways_in("en", link, honey)

    assert list(ways) == [
        "wechat", "moments", "weibo", "xiaohongshu", "whatsapp", "telegram", "x"
    ]  # fmt: skip
    for channel, way in ways.items():
        assert way.address == f"http://localhost:8000/s/{link.code}?c={channel}"


def test_services_that_take_links_are_opened_with_words_and_link(honey, jar, link):
    ways = ways_in("en", link, honey)
    address = f"http://localhost:8000/s/{link.code}?c="

    assert {channel for channel, way in ways.items() if way.opens} == {
        "weibo", "whatsapp", "telegram", "x"
    }  # fmt: skip
    whatsapp = urlsplit(ways["whatsapp"].opens)
    assert (whatsapp.scheme, whatsapp.netloc, whatsapp.path) == ("https", "wa.me", "/")
    assert parse_qs(whatsapp.query) == {"text": [f"{ways['whatsapp'].words}\n{address}whatsapp"]}
    telegram = parse_qs(urlsplit(ways["telegram"].opens).query)
    assert telegram == {"url": [f"{address}telegram"], "text": [ways["telegram"].words]}
    assert parse_qs(urlsplit(ways["x"].opens).query)["url"] == [f"{address}x"]
    assert parse_qs(urlsplit(ways["weibo"].opens).query)["title"] == [ways["weibo"].words]


def test_words_without_a_way_carry_the_link_or_the_text_code(honey, jar, link):
    ways = ways_in("en", link, honey)

    assert ways["wechat"].words.endswith(f"\nhttp://localhost:8000/s/{link.code}?c=wechat")
    for channel, place in (("moments", 2), ("xiaohongshu", 4)):
        assert "http" not in ways[channel].words
        assert f"{link.code}-{place} " in ways[channel].words
        assert ways[channel].needs_poster


@pytest.mark.parametrize(
    ("language", "gain", "mark"),
    [
        ("en", "I may earn ¥6.80 if you buy", "Ad: "),
        ("zh-hans", "我可能获得佣金 ¥6.80", "【广告】"),
    ],
)
def test_all_words_say_who_gains_and_public_ones_that_they_advertise(
    honey, jar, link, language, gain, mark
):
    ways = ways_in(language, link, honey)

    assert all(gain in way.words for way in ways.values())
    assert {channel for channel, way in ways.items() if way.words.startswith(mark)} == {
        "weibo", "xiaohongshu", "x"
    }  # fmt: skip


def test_words_that_earn_nothing_advertise_nothing(honey, jar, link):
    ways = ways_in("en", link, honey, earns="")

    assert not any("earn" in way.words or way.words.startswith("Ad") for way in ways.values())


def test_a_gift_is_said_in_the_first_person(honey, jar, link):
    giving.choose(link=link, gives=Gives.BUYER)
    assert "by this link you pay ¥6.80 less" in ways_in("en", link, honey)["x"].words
    charity = Charity.objects.create(name_zh="山村小学", name_en="Hill schools", registration="1")
    giving.choose(link=link, gives=Gives.CHARITY, charity=charity)
    assert "if you buy, ¥6.80 goes to Hill schools" in ways_in("en", link, honey)["x"].words
    assert "捐给山村小学" in ways_in("zh-hans", link, honey)["x"].words


def test_the_kit_is_a_page_and_an_archive(hers, honey, jar, link):
    with_photos(honey, count=2)

    page = hers.get(f"/p/{honey.public_id}/share/kit").content.decode()
    answer = hers.get(f"/p/{honey.public_id}/share/kit.zip")

    assert page.count("<textarea") == 7
    assert 'href="https://wa.me/?text=' in page
    assert f'filename="{link.code}.zip"' in answer["Content-Disposition"]
    box = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
    assert box.testzip() is None
    assert box.namelist() == [*POSTERS, "1.jpg", "2.jpg", "words.txt"]
    codes = [zxingcpp.read_barcodes(Image.open(BytesIO(box.read(one))))[0].text for one in POSTERS]
    assert codes == [
        f"http://localhost:8000/s/{link.code}?c={channel}"
        for channel in ("poster", "moments", "xiaohongshu")
    ]
    assert Image.open(BytesIO(box.read("1.jpg"))).format == "JPEG"
    assert "I may earn ¥6.80" in box.read("words.txt").decode("utf-8-sig")


def test_an_archive_has_nine_pictures_at_most_and_does_without_a_lost_one(hers, honey, jar):
    with_photos(honey, count=11)
    lost = honey.photos.first()
    type(lost).objects.filter(pk=lost.pk).update(name="00/lost")

    answer = hers.get(f"/p/{honey.public_id}/share/kit.zip")

    box = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
    assert box.namelist() == [*POSTERS, *(f"{one}.jpg" for one in range(2, 10)), "words.txt"]


def test_an_archive_comes_piece_by_piece():
    given = []

    def files():
        for name in ("a", "b"):
            given.append(name)
            yield name, b"x" * 1000

    pieces = kits.archive(files())
    first = next(pieces)

    assert given == ["a"]
    assert len(first) > 1000
    whole = zipfile.ZipFile(BytesIO(first + b"".join(pieces)))
    assert whole.namelist() == ["a", "b"]
    assert whole.read("b") == b"x" * 1000


@pytest.mark.parametrize("page", ["kit", "kit.zip"])
def test_the_kit_is_for_who_is_signed_in_and_of_what_is_on_sale(hers, honey, page):
    path = f"/p/{honey.public_id}/share/{page}"
    assert Client().get(path)["Location"].startswith("/accounts/login/")
    assert hers.post(path).status_code == 405
    honey.state = "unlisted"
    honey.save()
    assert hers.get(path).status_code == 410
    assert not ShareLink.objects.exists()


def test_inside_wechat_the_sheet_shows_where_to_tap_and_elsewhere_not(hers, honey, jar, link):
    path = f"/p/{honey.public_id}/share"
    wechat = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.49"}

    inside = hers.get(path, **wechat).content.decode()
    outside = hers.get(path).content.decode()

    assert 'id="wechat_how"' in inside
    assert f'href="http://localhost:8000/s/{link.code}?c=wechat"' in inside
    assert 'id="wechat_how"' not in outside
    assert f'href="/p/{honey.public_id}/share/kit#wechat"' in outside


@pytest.mark.parametrize("style", ["golden", "", "%00", "<script>", "persimmon" * 100])
def test_a_style_there_is_not_shows_the_first(hers, honey, jar, style):
    answer = hers.get(f"/p/{honey.public_id}/share", {"poster": style})

    assert answer.status_code == 200
    assert "/share/persimmon.jpg" in answer.content.decode()


def test_more_pictures_ask_the_database_no_more_often(
    hers, honey, jar, link, django_assert_num_queries
):
    sheet, kit = f"/p/{honey.public_id}/share", f"/p/{honey.public_id}/share/kit"
    hers.get(sheet)
    with django_assert_num_queries(QUERIES_OF_THE_SHEET):
        hers.get(sheet)
    with django_assert_num_queries(QUERIES_OF_THE_KIT):
        hers.get(kit)
    with_photos(honey, count=5)
    with django_assert_num_queries(QUERIES_OF_THE_SHEET):
        hers.get(sheet)
    with django_assert_num_queries(QUERIES_OF_THE_KIT):
        hers.get(kit)


def test_a_poster_leads_to_the_code_and_the_rest_to_the_name(honey, jar, link):
    ShareLink.objects.filter(pk=link.pk).update(slug="lins-honey")
    link.refresh_from_db()
    facts = links.facts_from(link)

    assert sharing.address_of(facts) == "http://localhost:8000/s/lins-honey"
    assert sharing.address_of(facts, Channel.X.value).endswith("/s/lins-honey?c=x")
    printed = sharing.address_of(facts, Channel.POSTER.value, is_printed=True)
    assert printed.endswith(f"/s/{link.code}?c=poster")


@pytest.mark.parametrize(
    ("asked", "channel"),
    [
        ("moments", "moments"),
        ("xiaohongshu", "xiaohongshu"),
        ("x", "poster"),
        ("%3Cb%3E", "poster"),
    ],
)
def test_a_poster_says_where_it_is_posted(hers, honey, jar, link, asked, channel):
    answer = hers.get(f"/p/{honey.public_id}/share/tea.jpg?c={asked}")

    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(answer.content)))
    assert code.text == f"http://localhost:8000/s/{link.code}?c={channel}"


def test_each_way_of_the_share_sheet_has_a_channel_of_its_own(hers, honey, jar, link):
    page = hers.get(f"/p/{honey.public_id}/share").content.decode()

    address = f"http://localhost:8000/s/{link.code}"
    assert f'data-url="{address}?c=sheet"' in page
    assert f'{quote(f"{address}?c=sms")}"' in page
    assert f'{quote(f"{address}?c=mail")}"' in page
    assert f'readonly value="{address}"' in page
    assert str(sharing.qr_of(f"{address}?c=qr")) in page
