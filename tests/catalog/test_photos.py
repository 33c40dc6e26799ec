"""A photo is stored as we wrote it, once, in the widths a page asks for."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalog import photos
from catalog.models import Photo
from catalog.tasks import make_missing_renditions, render_photo
from kit.pictures import MOST_BYTES


def files(settings):
    return sorted(path.name.split("-")[-1] for path in settings.MEDIA_ROOT.rglob("*.*"))


def test_webp_in_four_widths_is_there_at_once(picture, chen, settings):
    photo = photos.take(upload=picture, by=chen, alt="一罐蜂蜜")

    assert (photo.width, photo.height, photo.colour[0], photo.alt) == (1200, 900, "#", "一罐蜂蜜")
    assert photo.widths == [160, 390, 780, 1170]
    assert (photo.product, photo.avif_widths) == (None, [])
    assert files(settings) == ["1170.webp", "160.webp", "390.webp", "780.webp"]


def test_a_small_photo_keeps_its_own_width(chen):
    out = BytesIO()
    Image.new("RGB", (500, 300)).save(out, "PNG")

    assert photos.take(upload=out.getvalue(), by=chen).widths == [160, 390, 500]


def test_avif_comes_later_and_only_once(picture, chen, settings):
    photo = photos.take(upload=picture, by=chen)

    assert render_photo(photo.pk) is True
    photo.refresh_from_db()
    assert photo.avif_widths == [160, 390, 780, 1170]
    written = {path: path.stat().st_mtime_ns for path in settings.MEDIA_ROOT.rglob("*.avif")}

    assert render_photo(photo.pk) is True
    assert {
        path: path.stat().st_mtime_ns for path in settings.MEDIA_ROOT.rglob("*.avif")
    } == written


def test_the_sweep_finds_photos_whose_task_was_lost(picture, chen):
    for _ in range(2):
        photos.take(upload=picture, by=chen)

    assert make_missing_renditions() == 2
    assert make_missing_renditions() == 0


def test_a_photo_whose_files_are_gone_is_asked_for_no_more(picture, chen, settings):
    photo = photos.take(upload=picture, by=chen)
    for path in settings.MEDIA_ROOT.rglob("*.webp"):
        path.unlink()

    assert render_photo(photo.pk) is False
    photo.refresh_from_db()
    assert photo.widths == []
    assert make_missing_renditions() == 0


def test_rendering_an_unknown_photo_does_nothing(db):
    assert render_photo(987654) is False


def test_the_same_picture_twice_is_stored_once(picture, chen, settings):
    one, two = (photos.take(upload=picture, by=chen) for _ in range(2))

    assert one.name == two.name
    assert len(files(settings)) == 4


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", photos.NotAPicture),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", photos.NotAPicture),
        (bytes(MOST_BYTES + 1), photos.TooLarge),
    ],
    ids=["nothing", "svg", "9 MB"],
)
def test_what_is_no_photo_leaves_nothing_behind(content, refusal, chen, settings):
    with pytest.raises(refusal):
        photos.take(upload=SimpleUploadedFile("honey.jpg", content, "image/jpeg"), by=chen)

    assert not Photo.objects.exists()
    assert not settings.MEDIA_ROOT.exists()


def test_a_photo_whose_file_is_broken_does_not_stop_the_sweep(picture, chen, settings):
    broken = photos.take(upload=picture, by=chen)
    for path in settings.MEDIA_ROOT.rglob("*.webp"):
        path.write_bytes(path.read_bytes()[:40])
    out = BytesIO()
    Image.new("RGB", (500, 300)).save(out, "PNG")
    whole = photos.take(upload=out.getvalue(), by=chen)

    assert make_missing_renditions() == 1

    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.widths, broken.avif_widths) == ([], [])
    assert whole.avif_widths == [160, 390, 500]
