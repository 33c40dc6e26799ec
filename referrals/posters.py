"""Posters: a product and who shares it as one picture to keep, print or send."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image

from referrals import drawing, kept_pictures
from referrals.drawing import font
from referrals.portraits import face_of, picture_of
from referrals.showings import Showing

# A phone's screen three pixels a point wide, and three by four with room for small print.
WIDTH, HEIGHT = 1080, 1480
MARGIN, GAP = 56, 28
BAND_TOP, BAND_HEIGHT = 820, 176
FACE = 112
OFFER_TOP = 1036
CODE = 300
FOOT_TOP = 1384
BESIDE_CODE = WIDTH - 2 * MARGIN - CODE - GAP
# Sizes and lines of what must stand there whole: smaller letters rather than half a sentence.
TITLE_LOOKS = ((40, 1), (32, 1), (26, 1))
BRAND_LOOKS = ((26, 1), (22, 1), (18, 2))
GAIN_LOOKS = ((30, 2), (26, 2))
EDITION = 2  # of the drawing below: another one makes every kept poster an old one


@dataclass(frozen=True, slots=True)
class Style:
    """How one kind of poster looks: colours, and the box of its picture."""

    ground: str
    ink: str
    quiet: str
    price: str
    band: str
    band_ink: str
    picture: tuple[int, int, int, int]
    radius: int


# Every ink has at least 4.5 : 1 against its ground, as on the pages.
STYLES = {
    "persimmon": Style(
        ground="#fbf8f4",
        ink="#1e1a17",
        quiet="#5c544d",
        price="#c8371b",
        band="#fdebe4",
        band_ink="#8f2510",
        picture=(MARGIN, MARGIN, WIDTH - 2 * MARGIN, 740),
        radius=48,
    ),
    "tea": Style(
        ground="#0b4a3c",
        ink="#ffffff",
        quiet="#d3e8e0",
        price="#ffd391",
        band="#e2f2ec",
        band_ink="#0b4a3c",
        picture=(0, 0, WIDTH, 860),
        radius=0,
    ),
    "plain": Style(
        ground="#ffffff",
        ink="#16181d",
        quiet="#4f5560",
        price="#16181d",
        band="#f1f2f4",
        band_ink="#16181d",
        picture=(0, 0, WIDTH, 796),
        radius=0,
    ),
}
FIRST_STYLE = "persimmon"


def poster_of(showing: Showing, *, address: str, style: str, certificate: str = "") -> bytes:
    """Return a poster as a JPEG, drawn at most once a day for what it says.

    Args:
        showing: what it says; who gains stands in its pixels.
        address: where its code leads.
        style: a key of ``STYLES``.
        certificate: where the brand's word for this shop is checked; empty for no brand.
    """
    return kept_pictures.kept(
        what=f"poster {EDITION} {style} {address} {certificate} {showing!r}",
        draw=lambda: drawing.as_jpeg(_drawn(showing, address, certificate, STYLES[style])),
    )


def _drawn(showing: Showing, address: str, certificate: str, style: Style) -> Image.Image:
    canvas = Image.new("RGB", (WIDTH, HEIGHT), style.ground)
    left, top, width, height = style.picture
    picture = picture_of(showing.photo, (width, height), ground=style.band)
    drawing.paste_rounded(canvas, picture, at=(left, top), radius=style.radius)
    if showing.title:
        _friend(canvas, showing, style)
    top = _offer(canvas, showing, style)
    if certificate:
        _brand(canvas, showing, certificate, style, top=top)
    _code(canvas, showing, address, style)
    said = drawing.drawable(showing.gain)
    face, gain = drawing.fitted(said, "Regular", GAIN_LOOKS, width=WIDTH - 2 * MARGIN)
    drawing.write(canvas, gain, at=(MARGIN, FOOT_TOP), face=face, ink=style.quiet)
    return canvas


def _friend(canvas: Image.Image, showing: Showing, style: Style) -> None:
    """Write who recommends it, and their own words."""
    size = (WIDTH - 2 * MARGIN, BAND_HEIGHT)
    drawing.fill_rounded(canvas, at=(MARGIN, BAND_TOP), size=size, radius=40, colour=style.band)
    face = face_of(showing, FACE)
    middle = BAND_TOP + (BAND_HEIGHT - FACE) // 2
    drawing.paste_rounded(canvas, face, at=(MARGIN + GAP, middle), radius=FACE // 2)
    left = MARGIN + GAP + FACE + GAP
    width = WIDTH - MARGIN - GAP - left
    bold, title = drawing.fitted(drawing.drawable(showing.title), "Bold", TITLE_LOOKS, width=width)
    words = drawing.drawable(showing.words)
    if words:
        with translation.override(showing.language):
            words = _("“%(words)s”") % {"words": words}
    said = drawing.wrapped(words, font("Regular", 30), width=width, most=2)
    tall = 57 + 43 * len(said)
    top = BAND_TOP + (BAND_HEIGHT - tall) // 2
    top = drawing.write(canvas, title, at=(left, top), face=bold, ink=style.band_ink)
    drawing.write(canvas, said, at=(left, top), face=font("Regular", 30), ink=style.band_ink)


def _offer(canvas: Image.Image, showing: Showing, style: Style) -> int:
    """Write what it is, what it costs and who sells it, beside the code; return where it ends."""
    title = drawing.wrapped(
        drawing.drawable(showing.product), font("Bold", 40), width=BESIDE_CODE, most=2
    )
    top = drawing.write(canvas, title, at=(MARGIN, OFFER_TOP), face=font("Bold", 40), ink=style.ink)
    price = drawing.wrapped(
        drawing.drawable(showing.price), font("Bold", 72), width=BESIDE_CODE, most=1
    )
    top = drawing.write(canvas, price, at=(MARGIN, top + 8), face=font("Bold", 72), ink=style.price)
    shop = drawing.wrapped(
        drawing.drawable(showing.shop), font("Regular", 30), width=BESIDE_CODE, most=1
    )
    at = (MARGIN, top + 4)
    return drawing.write(canvas, shop, at=at, face=font("Regular", 30), ink=style.quiet)


def _brand(
    canvas: Image.Image, showing: Showing, certificate: str, style: Style, *, top: int
) -> None:
    """Write where anybody checks that the brand lets this shop sell it, whole."""
    with translation.override(showing.language):
        said = _("Brand certificate: %(address)s") % {"address": certificate}
    face, line = drawing.fitted(said, "Regular", BRAND_LOOKS, width=BESIDE_CODE)
    drawing.write(canvas, line, at=(MARGIN, top), face=face, ink=style.quiet)


def _code(canvas: Image.Image, showing: Showing, address: str, style: Style) -> None:
    """Draw the code, dark on white whatever the ground, and say what to do with it."""
    code = drawing.code_of(address, most=CODE)
    left = WIDTH - MARGIN - code.width
    drawing.paste_rounded(canvas, code, at=(left, OFFER_TOP), radius=16)
    with translation.override(showing.language):
        hint = _("Scan or long-press")
    face = font("Regular", 30)
    said = drawing.wrapped(hint, face, width=CODE, most=1)
    at = (left + (code.width - round(face.getlength(hint))) // 2, OFFER_TOP + code.height + 6)
    drawing.write(canvas, said, at=at, face=face, ink=style.quiet)
