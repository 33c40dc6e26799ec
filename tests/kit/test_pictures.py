"""Strangers' pictures come out clean, upright and small, or not at all."""

from __future__ import annotations

import resource
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from kit.pictures import MOST_BYTES, NotAPicture, TooLarge, TooManyPixels, reencode

SECRET = b"<script>alert(1)</script>"


def encoded(image, form="JPEG", **how):
    out = BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def opened(data):
    image = Image.open(BytesIO(data))
    image.load()
    return image


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def flood_png(side):
    """A PNG of a few bytes that claims ``side`` x ``side`` pixels."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\x00" * 1000)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture
def half_and_half():
    """Red on the left, blue on the right, 600 x 400."""
    image = Image.new("RGB", (600, 400), "red")
    image.paste("blue", (300, 0, 600, 400))
    return image


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_format_we_take_comes_out_as_webp(half_and_half, form):
    made = reencode(encoded(half_and_half, form), widths=(160, 390))

    assert set(made.files) == {(160, "webp"), (390, "webp")}
    assert (made.width, made.height) == (600, 400)
    small = opened(made.files[160, "webp"])
    assert (small.format, small.size) == ("WEBP", (160, 107))
    red, green, blue = bytes.fromhex(made.colour[1:])
    assert (abs(red - 128) < 4, green < 4, abs(blue - 128) < 4) == (True, True, True)


def test_avif_is_written_when_asked_for(half_and_half):
    made = reencode(encoded(half_and_half), widths=(390,), formats=("webp", "avif"))

    assert opened(made.files[390, "avif"]).format == "AVIF"


def test_a_small_picture_is_not_blown_up(half_and_half):
    made = reencode(encoded(half_and_half), widths=(390, 780, 1170))

    assert sorted(made.files) == [(390, "webp"), (600, "webp")]
    assert made.at(780) == made.at(1170) == made.files[600, "webp"]


def test_a_square_is_cut_from_the_middle(half_and_half):
    made = reencode(encoded(half_and_half), widths=(100,), square=True)

    picture = opened(made.files[100, "webp"]).convert("RGB")
    assert picture.size == (100, 100)
    assert picture.getpixel((10, 50))[0] > 200
    assert picture.getpixel((90, 50))[2] > 200


def test_a_photo_taken_sideways_stands_upright_and_forgets_where_it_was_taken(half_and_half):
    exif = Image.Exif()
    exif[0x0112] = 6  # held a quarter turn to the left: the left edge is the top
    exif[0x010F] = "SpyCam serial 12345"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)

    data = encoded(half_and_half, exif=exif)
    made = reencode(data, widths=(200,), formats=("webp", "avif"))

    assert b"SpyCam" in data
    assert (made.width, made.height) == (400, 600)
    for (_, form), written in made.files.items():
        picture = opened(written)
        assert picture.getpixel((100, 20))[0] > 200, form
        assert picture.getpixel((100, 280))[2] > 200, form
        assert b"SpyCam" not in written
        assert not picture.getexif()
        assert "icc_profile" not in picture.info


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_to_hold_a_camera_is_understood(orientation):
    upright = Image.new("RGB", (40, 24), "white")
    upright.paste("red", (0, 0, 20, 12))
    turns = {
        1: [], 2: [0], 3: [3], 4: [1], 5: [5], 6: [2], 7: [6], 8: [4],
    }[orientation]  # fmt: skip
    held = upright
    for turn in turns:
        held = held.transpose(Image.Transpose(turn))
    exif = Image.Exif()
    exif[0x0112] = orientation

    made = reencode(encoded(held, "PNG", exif=exif), widths=(40,))

    picture = opened(made.files[40, "webp"]).convert("RGB")
    assert picture.size == (40, 24)
    red, green, _ = picture.getpixel((5, 5))
    assert red > 200
    assert green < 90
    assert min(picture.getpixel((35, 5))) > 200
    assert min(picture.getpixel((5, 20))) > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_pixel_becomes_plain_colour(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new("L", (64, 64), 255).convert("RGB" if mode == "CMYK" else "L")
    image = Image.new("I;16", (64, 64), 65535) if mode == "I;16" else image.convert(mode)

    made = reencode(encoded(image, form), widths=(64,))

    assert made.colour == "#ffffff"


def test_what_is_see_through_becomes_white():
    made = reencode(encoded(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG"), widths=(64,))

    assert made.colour == "#ffffff"


def test_of_an_animation_the_first_frame_stays():
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    made = reencode(data, widths=(64,))

    assert made.colour == "#ff0000"
    assert getattr(opened(made.files[64, "webp"]), "n_frames", 1) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(40),
        b"%PDF-1.7",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\x0a\x00\x00\x00" + bytes(10),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
    ],
    ids=repr,
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(NotAPicture):
        reencode(data, widths=(160,))


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "ICO", "JPEG2000"])
def test_other_formats_are_refused_whatever_they_are_called(half_and_half, form):
    with pytest.raises(NotAPicture):
        reencode(encoded(half_and_half, form), widths=(160,))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_half_a_picture_is_refused(form):
    whole = encoded(Image.effect_noise((300, 300), 80).convert("RGB"), form)

    with pytest.raises(NotAPicture):
        reencode(whole[: len(whole) // 2], widths=(160,))


@pytest.mark.parametrize("place", range(0, 400, 7))
def test_a_bent_bit_never_breaks_us(half_and_half, place):
    data = bytearray(encoded(half_and_half, "PNG"))
    data[place % len(data)] ^= 0xFF

    try:
        reencode(bytes(data), widths=(160,))
    except (NotAPicture, TooManyPixels):
        return


def test_nine_megabytes_are_too_many():
    with pytest.raises(TooLarge):
        reencode(bytes(MOST_BYTES + 1), widths=(160,))


def test_a_flood_of_pixels_is_refused_before_it_is_poured():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(TooManyPixels):
        reencode(flood_png(50_000), widths=(160,))

    with pytest.raises(TooManyPixels):
        reencode(flood_png(9_000), widths=(160,))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_a_webp_that_claims_a_huge_canvas_is_refused_by_its_header():
    canvas = (16_382).to_bytes(3, "little") * 2
    data = b"RIFF\x40\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + canvas + bytes(40)

    with pytest.raises(TooManyPixels):
        reencode(data, widths=(160,))


def test_a_ribbon_longer_than_we_decode_is_refused():
    with pytest.raises(TooManyPixels):
        reencode(encoded(Image.new("L", (12_001, 10)), "PNG"), widths=(160,))


def test_a_page_hidden_behind_a_picture_does_not_come_along(half_and_half):
    behind = encoded(half_and_half) + SECRET
    inside = encoded(half_and_half, comment=SECRET)

    for data in (behind, inside):
        made = reencode(data, widths=(160,))
        assert SECRET in data
        assert all(SECRET not in written for written in made.files.values())


def test_a_broken_colour_profile_is_passed_over(half_and_half):
    made = reencode(encoded(half_and_half, icc_profile=b"bent" * 100), widths=(160,))

    assert (160, "webp") in made.files
