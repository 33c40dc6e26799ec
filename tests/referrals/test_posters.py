"""Posters and covers: read back by a reader of codes, drawn once, and honest in their pixels."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image, ImageChops

from catalog import authorising, brands, certificate_codes, photos
from catalog.authorising import Scope
from catalog.brands import BrandInput
from catalog.models import Naming
from kit import clock
from people import avatars
from people.models import Person
from referrals import charities, covers, giving, kept_pictures, links, posters, previews
from referrals.charities import Names
from referrals.models import ShareLink
from referrals.showings import Showing, showing_of

ADDRESS = "http://localhost:8000/s/7KQ2M9XADF?c=poster"
SHOWING = Showing(
    language="zh-hans",
    sharer="林薇",
    avatar="",
    title="林薇 推荐给你",
    words="孩子每天早上一勺，已经回购三次。",
    product="秦岭野花土蜂蜜 500g",
    price="¥68.00",
    shop="山里的小店",
    gain="你下单后林薇可能获得佣金 ¥6.80",
    photo="",
)


@pytest.fixture
def hers_as_brand(noon, honey, jar, hill_shop, wulan):
    """Mei's brand stands in the honey's title, and Chen's shop is authorised."""
    mei = Person.objects.create_user(name="梅姐", email="mei@example.test")
    written = BrandInput("土蜂蜜", "Tufeng", [], "CNIPA", "12345678", "mark")
    brand = brands.register(owner=mei, written=written)
    brands.verify(brand=brand, moderator=wulan)
    scope = Scope(starts_at=clock.now(), ends_at=clock.now() + timedelta(days=30))
    certificate = authorising.issue(brand=brand, shop=hill_shop, by=mei, scope=scope)
    Naming.objects.update_or_create(
        product=honey,
        brand=brand,
        defaults={"matched": "土蜂蜜", "digest": "", "certificate": certificate},
    )
    return honey, certificate, mei


@pytest.fixture
def english():
    return Client(headers={"accept-language": "en"})


def picture(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def difference(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(one, other).getbbox()
    assert box is not None
    return box


def drawn_files() -> list[str]:
    return default_storage.listdir(kept_pictures.FOLDER)[1]


def jpeg(colour: str = "#cc8822") -> bytes:
    out = BytesIO()
    Image.new("RGB", (1300, 1000), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("style", posters.STYLES)
def test_a_poster_of_every_style_has_a_code_that_reads_back(style):
    data = posters.poster_of(SHOWING, address=ADDRESS, style=style)

    poster = picture(data)
    assert (poster.format, poster.size) == ("JPEG", (1080, 1480))
    assert len(data) < 300_000
    assert [code.text for code in zxingcpp.read_barcodes(poster)] == [ADDRESS]
    small = poster.resize((360, 493))  # as a messenger shows it
    assert [code.text for code in zxingcpp.read_barcodes(small)] == [ADDRESS]


@pytest.mark.parametrize("style", posters.STYLES)
def test_who_gains_stands_in_the_pixels(style):
    with_gain = picture(posters.poster_of(SHOWING, address=ADDRESS, style=style))
    without = picture(posters.poster_of(replace(SHOWING, gain=""), address=ADDRESS, style=style))

    _left, top, right, bottom = difference(with_gain, without)
    assert top >= posters.FOOT_TOP - 8
    assert bottom <= posters.HEIGHT
    assert right > 400


def test_a_cover_says_who_gains_at_its_foot():
    with_gain = picture(covers.cover_of(SHOWING))
    without = picture(covers.cover_of(replace(SHOWING, gain="")))

    assert (with_gain.format, with_gain.size) == ("JPEG", (1200, 630))
    assert difference(with_gain, without)[0] >= covers.LEFT - 8


def test_the_longest_words_stay_on_the_picture():
    longest = replace(
        SHOWING,
        sharer="W" * 40,
        title=f"{'W' * 40} recommends this to you",
        words="蜜" * 400,
        product="W" * 200,
        price="from ¥10,000,000,000.00",
        shop="店" * 60,
        gain=f"{'林' * 40} may earn ¥3,000,000,000.00–¥3,000,000,000.00 if you buy",
    )
    for style in posters.STYLES:
        poster = picture(posters.poster_of(longest, address=ADDRESS, style=style))
        assert [code.text for code in zxingcpp.read_barcodes(poster)] == [ADDRESS]
    assert picture(covers.cover_of(longest)).size == (1200, 630)


LONG_NAMES = {"zh-hans": "林" * 40, "en": "Wilhelmina Featherstonehaugh-Wrightsworth"[:40]}


@pytest.mark.parametrize("language", LONG_NAMES)
@pytest.mark.parametrize("gives", ["keep", "buyer", "charity"])
def test_the_longest_names_cut_nothing_of_who_gains(honey, jar, link, linwei, language, gives):
    """Were the end of the sentence cut, another end would change no pixel."""
    school = charities.add(
        names=Names(
            zh="山" * 60, en=("Hill School Libraries " * 3)[:60].strip(), registration="5361"
        ),
        by=linwei,
    )
    type(linwei).objects.filter(pk=linwei.pk).update(name=LONG_NAMES[language])
    giving.choose(link=link, gives=gives, charity=school)
    facts = links.facts_from(ShareLink.objects.get(pk=link.pk))

    showing = showing_of(facts, honey, language=language)

    assert (
        showing.sharer == {"zh-hans": "林林林林林林林林林…", "en": "Wilhelmina Feathers…"}[language]
    )
    assert "¥6.80" in showing.gain
    other = replace(showing, gain=f"{showing.gain[:-1]}口")
    box = difference(picture(covers.cover_of(showing)), picture(covers.cover_of(other)))
    assert box[0] >= covers.LEFT - 8
    for style in posters.STYLES:
        drawn, another = (
            picture(posters.poster_of(one, address=ADDRESS, style=style))
            for one in (showing, other)
        )
        assert difference(drawn, another)[1] >= posters.FOOT_TOP - 8


@pytest.mark.parametrize("language", LONG_NAMES)
def test_a_preview_says_first_who_gains(honey, jar, link, linwei, language):
    linwei.name, linwei.language = LONG_NAMES[language], language
    linwei.save()
    type(honey).objects.update(description="蜜" * 500)

    preview = previews.preview_of(links.facts_from(ShareLink.objects.get(pk=link.pk)))
    assert preview is not None
    said = preview["description"]

    assert len(said) == 160
    first = {
        "zh-hans": "你下单后林林林林林林林林林…可能获得佣金 ¥6.80 · ¥68.00 · ",
        "en": "Wilhelmina Feathers… may earn ¥6.80 if you buy · ¥68.00 · ",
    }
    assert said.startswith(first[language])


def test_nothing_to_say_is_no_reason_to_fall_over():
    empty = Showing("en", "", "", "", "🍯", "🍯🍯", "", "", "", "photos/gone.webp")

    for style in posters.STYLES:
        assert picture(posters.poster_of(empty, address=ADDRESS, style=style)).width == 1080
    assert picture(covers.cover_of(empty)).width == 1200


@pytest.mark.parametrize("style", posters.STYLES)
def test_a_brands_certificate_stands_whole_beside_the_code(style):
    """Were its end cut, another end would change no pixel."""
    where = "long-name-of-a-very-long-shop.example/b/7KQ2M9XADF"
    drawn, other, without = (
        picture(posters.poster_of(SHOWING, address=ADDRESS, style=style, certificate=one))
        for one in (where, f"{where[:-1]}G", "")
    )

    _left, top, right, bottom = difference(drawn, without)
    assert top > posters.OFFER_TOP
    assert bottom <= posters.FOOT_TOP
    assert right <= posters.WIDTH - posters.MARGIN - posters.CODE
    assert difference(drawn, other)[0] > posters.MARGIN
    assert [code.text for code in zxingcpp.read_barcodes(drawn)] == [ADDRESS]


def test_a_poster_names_the_certificate_only_while_it_counts(noon, hers_as_brand, english, linwei):
    honey, certificate, mei = hers_as_brand
    english.force_login(linwei)
    path = f"/p/{honey.public_id}/share/tea.jpg"

    covered = picture(english.get(path).content)
    assert certificate_codes.short_address_for(honey) == f"localhost:8000/b/{certificate.public_id}"
    authorising.revoke(certificate=certificate, reason="over", by=mei)
    assert certificate_codes.short_address_for(honey) == ""
    honey.refresh_from_db()
    type(honey).objects.update(state="live")
    bare = picture(english.get(path).content)

    assert difference(covered, bare)[1] > posters.OFFER_TOP


def test_a_poster_is_drawn_once_for_what_it_says():
    first = posters.poster_of(SHOWING, address=ADDRESS, style="tea")
    (name,) = drawn_files()
    default_storage.delete(f"drawn/{name}")
    default_storage.save(f"drawn/{name}", ContentFile(b"kept\xff\xd9"))

    assert posters.poster_of(SHOWING, address=ADDRESS, style="tea") == b"kept\xff\xd9"
    assert posters.poster_of(replace(SHOWING), address=ADDRESS, style="plain") != first
    for changed in ({"price": "¥69.00"}, {"words": "香"}, {"gain": ""}, {"language": "en"}):
        posters.poster_of(replace(SHOWING, **changed), address=ADDRESS, style="tea")
    assert len(drawn_files()) == 6


def test_a_file_that_was_cut_short_is_drawn_again():
    whole = posters.poster_of(SHOWING, address=ADDRESS, style="tea")
    (name,) = drawn_files()
    default_storage.delete(f"drawn/{name}")
    default_storage.save(f"drawn/{name}", ContentFile(whole[:1000]))

    assert posters.poster_of(SHOWING, address=ADDRESS, style="tea") == whole
    assert drawn_files() == [name]


def test_pictures_are_forgotten_after_a_day():
    posters.poster_of(SHOWING, address=ADDRESS, style="tea")

    assert kept_pictures.forget_old(clock.now() + timedelta(hours=23)) == 0
    assert kept_pictures.forget_old(clock.now() + timedelta(hours=25)) == 1
    assert drawn_files() == []


def test_nothing_is_forgotten_before_anything_was_drawn():
    assert kept_pictures.forget_old(clock.now()) == 0


def test_photo_and_face_of_the_house_are_on_the_poster(honey, jar, linwei):
    photo = photos.take(upload=jpeg("#00aa00"), by=linwei)
    photo.product = honey
    photo.save()
    avatars.set_avatar(person=linwei, data=jpeg("#0000cc"))
    link = links.link_for(person=linwei, product=honey)
    showing = showing_of(links.facts_from(link), honey, language="en")

    poster = picture(posters.poster_of(showing, address=ADDRESS, style="persimmon"))

    assert near(poster.getpixel((540, 400)), (0, 170, 0))
    face = posters.MARGIN + posters.GAP + posters.FACE // 2
    assert near(poster.getpixel((face, posters.BAND_TOP + 88)), (0, 0, 204))


def near(colour, wanted) -> bool:
    return all(abs(one - other) < 25 for one, other in zip(colour, wanted, strict=True))


def test_the_poster_of_a_link_leads_to_its_code_and_says_what_it_earns(english, honey, xiaoyu):
    english.force_login(xiaoyu)

    answer = english.get(f"/p/{honey.public_id}/share/plain.jpg")

    link = ShareLink.objects.get(person=xiaoyu)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, max-age=60"
    (code,) = zxingcpp.read_barcodes(picture(answer.content))
    assert code.text == f"http://localhost:8000/s/{link.code}?c=poster"
    facts = links.facts_from(link)
    assert showing_of(facts, honey, language="en").gain == "周晓雨 may earn ¥6.80 if you buy"


def test_a_poster_is_for_who_shares_and_of_what_is_on_sale(english, honey, xiaoyu):
    path = f"/p/{honey.public_id}/share/plain.jpg"
    assert english.get(path)["Location"].startswith("/accounts/login/")
    english.force_login(xiaoyu)
    assert english.get(f"/p/{honey.public_id}/share/golden.jpg").status_code == 404
    assert english.post(path).status_code == 405
    honey.state = "unlisted"
    honey.save()
    assert english.get(path).status_code == 410
    assert not ShareLink.objects.exists()


def test_anybody_may_fetch_the_cover_of_a_link(english, honey, link):
    answer = english.get(f"/s/{link.code}/cover.jpg")

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert picture(answer.content).size == (1200, 630)
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
    assert english.get("/s/ZZZZZZZZZZ/cover.jpg").status_code == 404
    assert english.post(f"/s/{link.code}/cover.jpg").status_code == 405
    type(honey).objects.update(state="unlisted")
    assert english.get(f"/s/{link.code}/cover.jpg").status_code == 410


def test_a_messenger_is_shown_the_cover_with_its_size(english, honey, jar, link):
    answer = english.get(f"/s/{link.code}", HTTP_USER_AGENT="WhatsApp/2.23.20.0")

    page = answer.content.decode()
    address = f"http://localhost:8000/s/{link.code}/cover.jpg?v={honey.version}"
    assert f'<meta property="og:image" content="{address}">' in page
    assert '<meta property="og:image:width" content="1200">' in page
    assert '<meta property="og:image:height" content="630">' in page
    assert "林薇可能获得佣金 ¥6.80" in page


def test_a_link_that_ended_promises_nothing_on_its_pictures(noon, honey, jar, link):
    ShareLink.objects.filter(pk=link.pk).update(ends_at=clock.now())
    link.refresh_from_db()

    assert showing_of(links.facts_from(link), honey, language="en").gain == ""
