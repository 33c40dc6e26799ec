"""The editor takes what a vendor types, says what is wrong beside it, and loses no photo."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalog.models import Photo, Product
from shops.models import Membership

NEW = "/shop/products/new"


def sent(**changes):
    """What the form of a tea at ¥128, 20 pieces, sends."""
    return {
        "title": "明前云雾绿茶",
        "description": "",
        "category": "",
        "commission_bp": "",
        "act": "save",
        "v-TOTAL_FORMS": "1",
        "v-INITIAL_FORMS": "0",
        "v-0-name": "",
        "v-0-price": "128",
        "v-0-stock": "20",
    } | changes


def upload(content, name="tea.jpg"):
    return SimpleUploadedFile(name, content, "image/jpeg")


def flood():
    def chunk(kind, body):
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.fixture
def desk(client, hill_shop, chen):
    """Chen at her desk."""
    client.force_login(chen)
    return client


def test_the_empty_form_opens(desk):
    page = desk.get(NEW)

    assert page.status_code == 200
    assert b'name="photos"' in page.content


def test_a_name_and_a_price_make_a_draft(desk):
    answer = desk.post(NEW, sent())

    product = Product.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/shop/products/{product.public_id}")
    assert (product.title, product.state) == ("明前云雾绿茶", "draft")
    variant = product.variants.get()
    assert (variant.price_minor, variant.available) == (12_800, 20)


def test_publishing_leads_to_sharing(desk):
    answer = desk.post(NEW, sent(act="publish"))

    product = Product.objects.get()
    assert product.state == "live"
    assert answer.url == f"/p/{product.public_id}/share"


def test_publishing_in_a_new_shop_leads_to_the_shelf_and_says_why(desk, hill_shop):
    hill_shop.trusted_at = None
    hill_shop.save()

    answer = desk.post(NEW, sent(act="publish"), follow=True)

    assert Product.objects.get().state == "held"
    assert answer.redirect_chain == [("/shop/products", 302)]


def test_more_rows_are_more_variants(desk):
    rows = {
        "v-TOTAL_FORMS": "3",
        "v-0-name": "100g",
        "v-1-name": "200g",
        "v-1-price": "238.50",
        "v-1-stock": "5",
        "v-2-name": "",
        "v-2-price": "",
        "v-2-stock": "",
    }

    desk.post(NEW, sent(**rows))

    stored = Product.objects.get().variants.values_list("name", "price_minor", "available")
    assert list(stored) == [("100g", 12_800, 20), ("200g", 23_850, 5)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "\u3164\u200b"},
        {"title": "蜜" * 81},
        {"title": "x\x00y"},
        {"description": "x" * 8001},
        {"category": "999999"},
        {"category": "x"},
        {"category": "9" * 400},
        {"commission_bp": "31"},
        {"commission_bp": "-1"},
        {"commission_bp": "ten"},
        {"commission_bp": "10.001"},
        {"v-0-price": ""},
        {"v-0-price": "0"},
        {"v-0-price": "-5"},
        {"v-0-price": "1e3"},
        {"v-0-price": "१२"},
        {"v-0-price": "1.234"},
        {"v-0-price": "9" * 19},
        {"v-0-stock": ""},
        {"v-0-stock": "-1"},
        {"v-0-stock": "1.5"},
        {"v-0-stock": "9" * 5000},
        {"v-0-name": "名" * 41},
        {"v-0-id": "9" * 30, "v-0-name": "x"},
        {"v-TOTAL_FORMS": "2", "v-1-price": "5", "v-1-stock": "1"},
        {
            "v-TOTAL_FORMS": "2",
            "v-0-name": "大",
            "v-1-name": "大",
            "v-1-price": "5",
            "v-1-stock": "1",
        },
        {"v-TOTAL_FORMS": "x"},
        {"v-TOTAL_FORMS": "-1"},
        {"v-TOTAL_FORMS": "99999999"},
        {"v-TOTAL_FORMS": ""},
        {"v-0-gone": "on"},
    ],
    ids=repr,
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_written(desk, wrong):
    answer = desk.post(NEW, sent(**wrong))

    assert answer.status_code == 422
    assert not Product.objects.exists()


def test_a_field_that_is_missing_altogether_is_a_mistake_too(desk):
    assert desk.post(NEW, {}).status_code == 422
    assert desk.post(NEW, {"act": "publish"}).status_code == 422
    assert not Product.objects.exists()


@pytest.mark.parametrize("act", ["", "sell", "earlier:", "drop:x", "later:" + "9" * 500, "photos"])
def test_an_act_we_do_not_know_only_shows_the_form_again(desk, act):
    answer = desk.post(NEW, sent(act=act))

    assert answer.status_code == 200
    assert "明前云雾绿茶" in answer.text
    assert not Product.objects.exists()


def test_words_that_look_like_markup_are_shown_as_typed(desk):
    title = '"><svg onload=alert(1)>'
    desk.post(NEW, sent(title=title))

    product = Product.objects.get()
    assert product.title == title
    assert "<svg onload" not in desk.get(f"/shop/products/{product.public_id}").text
    assert "<svg onload" not in desk.get("/shop/products").text


def test_photos_sent_with_the_form_are_kept_in_order(desk, picture):
    desk.post(NEW, sent(photos=[upload(picture), upload(picture)]))

    assert Product.objects.get().photos.count() == 2


def test_a_mistake_elsewhere_loses_no_photo(desk, picture):
    answer = desk.post(NEW, sent(title="", photos=[upload(picture)]))

    photo = Photo.objects.get()
    assert answer.status_code == 422
    assert f'name="photo_ids" value="{photo.pk}"' in answer.text

    desk.post(NEW, sent(photo_ids=[str(photo.pk)]))
    assert Product.objects.get().photos.get() == photo


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(50),
        flood(),
        bytes(9 * 1024 * 1024),
    ],
    ids=["nothing", "half a JPEG", "SVG", "GIF", "pixel flood", "9 MB"],
)
def test_a_file_that_is_no_photo_is_refused_beside_the_photos(desk, picture, content):
    answer = desk.post(NEW, sent(photos=[upload(picture), upload(content)]))

    assert answer.status_code == 422
    assert Photo.objects.count() == 1  # the good one, still in the form
    assert not Product.objects.exists() or content == b""


def test_an_empty_file_is_a_mistake_too(desk):
    assert desk.post(NEW, sent(photos=[upload(b"")])).status_code == 422


def test_where_a_photo_was_taken_is_forgotten(desk, settings):
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)
    exif[0x010F] = "SpyCam 12345"
    out = BytesIO()
    Image.new("RGB", (400, 300)).save(out, "JPEG", exif=exif, comment=b"<script>x</script>")

    desk.post(NEW, sent(photos=[upload(out.getvalue() + b"<script>y</script>", "x.php")]))

    written = list(settings.MEDIA_ROOT.rglob("*.webp"))
    assert len(written) == 3
    for path in written:
        assert not {b"SpyCam", b"<script>", b"Exif"} & {
            word for word in (b"SpyCam", b"<script>", b"Exif") if word in path.read_bytes()
        }
        assert path.suffix == ".webp"


def test_the_thirteenth_photo_is_refused(desk, picture, chen):
    ids = [
        str(Photo.objects.create(uploaded_by=chen, name="x", width=1, height=1).pk)
        for _ in range(12)
    ]

    answer = desk.post(NEW, sent(photo_ids=ids, photos=[upload(picture)]))

    assert answer.status_code == 422
    assert Photo.objects.count() == 12


def test_photos_are_put_in_order_without_scripts(desk, chen):
    one, two, three = (
        Photo.objects.create(uploaded_by=chen, name="x", width=1, height=1).pk for _ in range(3)
    )

    def order(act):
        answer = desk.post(NEW, sent(photo_ids=[one, two, three], act=act))
        return [photo.pk for photo in answer.context["photos"]]

    assert order(f"earlier:{two}") == [two, one, three]
    assert order(f"later:{two}") == [one, three, two]
    assert order(f"later:{three}") == [one, two, three]
    assert order(f"earlier:{one}") == [one, two, three]
    assert order(f"drop:{two}") == [one, three]


@pytest.mark.parametrize("ids", [["999999"], ["x"], ["-1"], ["9" * 30], ["²"], [""]])
def test_a_photo_id_that_is_nobodys_is_passed_over(desk, ids):
    desk.post(NEW, sent(photo_ids=ids))

    assert Product.objects.get().photos.count() == 0


def test_a_strangers_photo_is_passed_over(desk, linwei):
    theirs = Photo.objects.create(uploaded_by=linwei, name="x", width=1, height=1)

    desk.post(NEW, sent(photo_ids=[theirs.pk]))

    theirs.refresh_from_db()
    assert theirs.product is None


def test_editing_shows_what_is_stored_and_changes_it(desk, honey, jar):
    path = f"/shop/products/{honey.public_id}"
    assert "秦岭野花土蜂蜜" in desk.get(path).text

    row = {
        "v-0-id": jar.pk,
        "v-0-name": "500g",
        "v-0-price": "70",
        "v-0-stock": "8",
        "v-0-seen": "10",
    }
    answer = desk.post(path, sent(title="冬蜜", **row))

    honey.refresh_from_db()
    jar.refresh_from_db()
    assert answer.status_code == 302
    assert (honey.title, honey.state, honey.version) == ("冬蜜", "live", 2)
    assert (jar.price_minor, jar.available) == (7000, 8)


def test_more_rows_keep_what_was_typed(desk):
    answer = desk.post(NEW, sent(act="rows"))

    assert answer.status_code == 200
    assert answer.text.count('-price"') >= 3
    assert 'value="128"' in answer.text


def test_pieces_bought_meanwhile_are_told_and_nothing_is_written(desk, honey, jar):
    row = {
        "v-0-id": jar.pk,
        "v-0-name": "500g",
        "v-0-price": "70",
        "v-0-stock": "0",
        "v-0-seen": "15",
    }

    answer = desk.post(f"/shop/products/{honey.public_id}", sent(title="冬蜜", **row))

    honey.refresh_from_db()
    assert answer.status_code == 422
    assert honey.title == "秦岭野花土蜂蜜"


def test_a_manager_lists_but_the_rate_is_the_owners(client, hill_shop, honey, jar, linwei):
    Membership.objects.create(shop=hill_shop, person=linwei, role="manager")
    honey.commission_bp = 500
    honey.save()
    client.force_login(linwei)

    row = {"v-0-id": jar.pk, "v-0-name": "500g", "v-0-stock": "10", "v-0-seen": "10"}
    client.post(f"/shop/products/{honey.public_id}", sent(commission_bp="30", **row))

    honey.refresh_from_db()
    assert (honey.title, honey.commission_bp) == ("明前云雾绿茶", 500)


@pytest.mark.parametrize(
    "path", [NEW, "/shop/products", "/shop/products/photos", "/shop/products/{id}",
             "/shop/products/{id}/takedown", "/shop/products/{id}/putback"],
)  # fmt: skip
@pytest.mark.parametrize("who", ["anonymous", "without a shop", "packer", "another vendor"])
def test_strangers_write_nothing(client, honey, linwei, packer, wulan, path, who):
    path = path.format(id=honey.public_id)
    if who == "another vendor":
        mine = honey.shop.__class__.objects.create(owner=wulan, handle="wulan", name="W")
        Membership.objects.create(shop=mine, person=wulan, role="owner")
        if honey.public_id not in path:
            return  # their own desk
    person = {"without a shop": linwei, "packer": packer, "another vendor": wulan}.get(who)
    if person:
        client.force_login(person)

    answer = client.post(path, sent())

    honey.refresh_from_db()
    expected = {"anonymous": 302, "without a shop": 302, "packer": 404, "another vendor": 404}
    assert answer.status_code == expected[who]
    assert (honey.title, honey.state) == ("秦岭野花土蜂蜜", "live")
    assert not Photo.objects.exists()


def test_anonymous_is_brought_back_after_signing_in(client, db):
    answer = client.get(NEW)

    assert answer.url == f"/accounts/login/?next={NEW}"


def test_without_a_shop_one_is_shown_how_to_open_it(client, linwei):
    client.force_login(linwei)

    assert client.get(NEW).url == "/open"


@pytest.mark.parametrize("path", ["/shop/products/photos", "/shop/products/{id}/takedown"])
def test_what_changes_something_is_never_a_link(desk, honey, path):
    assert desk.get(path.format(id=honey.public_id)).status_code == 405


class TestPhotoEndpoint:
    def test_a_photo_is_taken_at_once(self, desk, picture, chen):
        answer = desk.post("/shop/products/photos", {"photo": upload(picture)})

        photo = Photo.objects.get()
        assert answer.status_code == 201
        assert answer.json()["id"] == photo.pk
        assert answer.json()["url"] == f"/media/photos/{photo.name}-390.webp"
        assert photo.uploaded_by == chen

    @pytest.mark.parametrize("data", [{}, {"photo": "words"}, {"photo": upload(b"no")}])
    def test_anything_else_is_told_why(self, desk, data):
        answer = desk.post("/shop/products/photos", data)

        assert answer.status_code == 422
        assert answer.json()["error"]
        assert not Photo.objects.exists()


def test_the_shelf_lists_every_state_and_why_one_came_back(desk, honey, chen, rule):
    desk.post(NEW, sent(title="口红分装", act="publish"))

    page = desk.get("/shop/products").text

    assert "秦岭野花土蜂蜜" in page
    assert "口红分装" in page
    assert "不能分装" in page


def test_taken_down_with_a_way_back(desk, honey):
    path = f"/shop/products/{honey.public_id}"

    page = desk.post(f"{path}/takedown", follow=True)
    honey.refresh_from_db()
    assert honey.state == "unlisted"
    assert f'action="{path}/putback"' in page.text

    desk.post(f"{path}/putback")
    honey.refresh_from_db()
    assert honey.state == "live"


def test_taking_down_twice_is_told_so(desk, honey):
    path = f"/shop/products/{honey.public_id}/takedown"
    desk.post(path)

    assert desk.post(path).status_code == 409


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 50, ""])
def test_a_page_that_is_not_there_is_the_nearest_one(desk, honey, page):
    assert desk.get("/shop/products", {"page": page}).status_code == 200
