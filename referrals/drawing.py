"""Drawing for posters: letters of our own, words that wrap, pictures cut to fit, codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import segno
from PIL import Image, ImageDraw, ImageFont, ImageOps

FONTS = Path(__file__).parent / "fonts"
Weight = Literal["Regular", "Bold"]
Size = tuple[int, int]

QUIET_ZONE = 4  # modules of white around a code, as readers expect
MOST_SIGNS = 400  # more of a text no picture has room for
LINE = 1.42  # of a letter's size, from one line to the next
SMOOTH = 4  # a mask is drawn this much larger, so that its edge is not a staircase

# What stands close to the word before it and never begins a line.
CLOSING = frozenset("，。！？；：、”’）》】…,.!?;:)%")
WORDS = re.compile(r"\s+|[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+")

# Signs of given names that the standards below leave out.
OF_NAMES = (FONTS / "names.txt").read_text("utf-8").strip()


def _signs() -> Iterator[str]:
    """Yield what our fonts can write: GB 2312, the frequent half of Big5, and Latin letters."""
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            yield from bytes((row, cell)).decode("gb2312", "ignore")
    for row in range(0xA4, 0xC7):
        for cell in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            yield from bytes((row, cell)).decode("big5", "ignore")
    for first, last in ((0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2016)):
        yield from map(chr, range(first, last + 1))
    yield from "ĀāĂăĐđĒēĚěĨĩĪīŃńŇňŌōŎŏŒœŨũŪūŬŭ€₩¥￥™‰‘’“”‚„†‡•…"
    yield from OF_NAMES


# Without the Chinese phonetic letters, which stand in dictionaries.
SIGNS = frozenset(sign for sign in _signs() if not "\u3105" <= sign <= "\u312f")


def drawable(text: str) -> str:
    """Return a text without what our fonts cannot write: no empty box ever stands on a poster.

    A letter with an accent the fonts lack loses the accent. Emoji, control signs and rare
    characters go; the gaps they leave close.
    """
    whole = unicodedata.normalize("NFC", text[:MOST_SIGNS])
    return " ".join("".join(map(_written, whole)).split())


def _written(sign: str) -> str:
    if sign in SIGNS:
        return sign
    if sign.isspace():
        return " "
    bare = unicodedata.normalize("NFD", sign)[0]
    return bare if bare in SIGNS else ""


@lru_cache(maxsize=32)
def font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    """Return one of our fonts in a size of pixels."""
    path = FONTS / f"NotoSansSC-{weight}.woff2"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def wrapped(text: str, face: ImageFont.FreeTypeFont, *, width: int, most: int) -> list[str]:
    """Return a text in at most ``most`` lines of ``width`` pixels; what is cut ends in ``…``."""
    lines = [""]
    for piece in _pieces(text, face, width):
        if lines[-1] and face.getlength(lines[-1] + piece.rstrip()) > width:
            if len(lines) == most:
                lines[-1] = _cut(lines[-1], face, width)
                break
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines if line.strip()]


def fitted(
    text: str, weight: Weight, looks: Sequence[tuple[int, int]], *, width: int
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return a text whole, in the first look that holds all of it; else cut, in the last.

    Args:
        text: what is written.
        weight: of the letters.
        looks: a size in pixels and how many lines it may take, the preferred look first.
        width: of a line, in pixels.
    """
    for size, most in looks:
        lines = wrapped(text, font(weight, size), width=width, most=most + 1)
        if len(lines) <= most:
            return font(weight, size), lines
    size, most = looks[-1]
    return font(weight, size), wrapped(text, font(weight, size), width=width, most=most)


def _pieces(text: str, face: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """Yield what may not be parted: a Latin word, or one Chinese sign with what closes it."""
    held = ""
    for piece in WORDS.findall(text):
        parts = piece if face.getlength(piece) > width else [piece]
        for part in parts:  # a word wider than the line is parted anywhere
            if held and part[0] not in CLOSING:
                yield held
                held = ""
            held += part
    if held:
        yield held


def _cut(line: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    while line and face.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip()}…"


def write(
    canvas: Image.Image, lines: list[str], *, at: Size, face: ImageFont.FreeTypeFont, ink: str
) -> int:
    """Write lines below each other from ``at``; return where the next line would begin."""
    pen, (left, top) = ImageDraw.Draw(canvas), at
    height = round(face.size * LINE)
    for line in lines:
        pen.text((left, top), line, font=face, fill=ink)
        top += height
    return top


def as_jpeg(canvas: Image.Image) -> bytes:
    """Return a drawn picture as a file: letters stay sharp, and some 200 kB of it."""
    out = BytesIO()
    canvas.save(out, "JPEG", quality=86, subsampling=0)
    return out.getvalue()


def cover(picture: Image.Image, size: Size) -> Image.Image:
    """Return a picture cut and scaled so that it fills ``size``."""
    return ImageOps.fit(picture, size, Image.Resampling.BICUBIC)


def paste_rounded(canvas: Image.Image, picture: Image.Image, *, at: Size, radius: int) -> None:
    """Lay a picture onto a canvas with round corners."""
    canvas.paste(picture, at, _rounded(picture.size, radius))


def fill_rounded(canvas: Image.Image, *, at: Size, size: Size, radius: int, colour: str) -> None:
    """Fill a box with round corners."""
    canvas.paste(Image.new("RGB", size, colour), at, _rounded(size, radius))


@lru_cache(maxsize=16)
def _rounded(size: Size, radius: int) -> Image.Image:
    large = (size[0] * SMOOTH, size[1] * SMOOTH)
    mask = Image.new("L", large, 0)
    edge = (large[0] - 1, large[1] - 1)
    ImageDraw.Draw(mask).rounded_rectangle(((0, 0), edge), radius * SMOOTH, fill=255)
    return mask.resize(size, Image.Resampling.BOX)


def code_of(address: str, *, most: int) -> Image.Image:
    """Draw an address as a QR code of at most ``most`` pixels, each module whole pixels."""
    code = segno.make(address, error="m", micro=False)
    rows = [bytes(255 * (not dark) for dark in row) for row in code.matrix_iter(border=QUIET_ZONE)]
    side = len(rows)
    small = Image.frombytes("L", (side, side), b"".join(rows))
    scale = max(most // side, 1)
    return small.resize((side * scale, side * scale), Image.Resampling.NEAREST).convert("RGB")
