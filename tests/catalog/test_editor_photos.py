"""The editor takes photos, puts them in order, refuses what is none, and loses none."""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from catalog.models import Photo, Product
from tests.catalog.editing import NEW, sent, upload


def flood():
    def chunk(kind, body):
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


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


@pytest.mark.parametrize("ids", [["999999"], ["x"], ["-1"], ["9" * 30], ["9" * 5000], ["²"], [""]])
def test_a_photo_id_that_is_nobodys_is_passed_over(desk, ids):
    desk.post(NEW, sent(photo_ids=ids))

    assert Product.objects.get().photos.count() == 0


def test_a_strangers_photo_is_passed_over(desk, linwei):
    theirs = Photo.objects.create(uploaded_by=linwei, name="x", width=1, height=1)

    desk.post(NEW, sent(photo_ids=[theirs.pk]))

    theirs.refresh_from_db()
    assert theirs.product is None


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


def test_thirteen_photos_chosen_before_are_refused_too(desk, chen):
    ids = [Photo.objects.create(uploaded_by=chen, name="x", width=1, height=1).pk for _ in "x" * 13]

    answer = desk.post(NEW, sent(photo_ids=ids))

    assert answer.status_code == 422
    assert "最多 12 张照片" in answer.text
    assert not Product.objects.exists()


def test_photos_and_fields_that_both_need_mending_are_told_in_one_place(desk):
    rows = {"v-0-price": "", "v-0-stock": "x"}
    answer = desk.post(NEW, sent(title="", photos=[upload(b"no picture")], **rows))

    summary = answer.text.split('class="summary"')
    assert len(summary) == 2
    lines = summary[1].split("</ul>")[0]
    assert "还差 4 处" in lines
    places = ["id_photos", "id_title", "id_v-0-price", "id_v-0-stock"]
    assert re.findall(r'href="#(.+?)"', lines) == places
    assert "照片：tea.jpg：这个文件读不成图片" in lines
