"""Letters on pictures: what is written, what is left out, and where lines end."""

from __future__ import annotations

import pytest
from PIL import ImageChops

from referrals import drawing
from referrals.drawing import FONTS, SIGNS, drawable, font, wrapped

THREE_MEGABYTES = 3 * 1024 * 1024
BLANK = {" ", "\u00a0", "\u00ad", "\u3000"}


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_our_fonts_can_write_every_sign_that_is_let_through(weight):
    face = font(weight, 40)
    box = bytes(face.getmask("\ue123"))  # what stands for a sign a font does not have

    boxes = [sign for sign in SIGNS - BLANK if bytes(face.getmask(sign)) in {box, b""}]

    assert boxes == []
    assert len(SIGNS) > 9_000


def test_the_fonts_are_small_enough_to_carry():
    assert sum(file.stat().st_size for file in FONTS.glob("*.woff2")) <= THREE_MEGABYTES
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("秦岭土蜂蜜 500g，¥68.00", "秦岭土蜂蜜 500g，¥68.00"),
        ("蜂蜜🍯真香👩‍👩‍👧 ", "蜂蜜真香"),
        ("a\u202eb\x00c\u200bd", "abcd"),
        ("  两\n行\t字 ", "两 行 字"),
        ("Dvořák, Łódź", "Dvorák, ódz"),
        ("e\u0301te\u0301", "été"),
        ("鬱金香與蜂蜜", "鬱金香與蜂蜜"),
        ("王玥", "王玥"),
        ("𠮷野家", "野家"),
        ("🍯🍯", ""),
    ],
)
def test_what_our_fonts_cannot_write_is_left_out(text, written):
    assert drawable(text) == written


def test_a_very_long_text_is_read_only_as_far_as_any_picture_has_room():
    assert len(drawable("蜜" * 1_000_000)) == 400


def test_lines_end_between_words_and_before_no_closing_sign():
    face = font("Regular", 30)

    assert wrapped("Wildflower honey", face, width=160, most=2) == ["Wildflower", "honey"]
    assert wrapped("蜂蜜很香，真的。", face, width=125, most=3) == ["蜂蜜很", "香，真", "的。"]


def test_what_has_no_room_is_cut_with_dots():
    face = font("Regular", 30)

    (line,) = wrapped("蜂蜜很香真的很香", face, width=130, most=1)

    assert line == "蜂蜜很…"
    assert face.getlength(line) <= 130


def test_a_word_wider_than_its_line_is_parted():
    face = font("Regular", 30)

    lines = wrapped("Donaudampfschifffahrt", face, width=150, most=4)

    assert "".join(lines) == "Donaudampfschifffahrt"
    assert all(face.getlength(line) <= 150 for line in lines)


def test_no_text_has_no_lines():
    assert wrapped("", font("Regular", 30), width=100, most=2) == []


def test_a_code_is_whole_modules_dark_on_white():
    code = drawing.code_of("https://weidian.example/s/7KQ2M9XADF?c=poster", most=300)

    assert 250 <= code.width <= 300
    assert {colour for _count, colour in code.getcolors() or []} == {(0, 0, 0), (255, 255, 255)}
    assert ImageChops.invert(code).getbbox() == (
        4 * code.width // 41,
        4 * code.width // 41,
        code.width - 4 * code.width // 41,
        code.width - 4 * code.width // 41,
    )
