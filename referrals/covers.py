"""Covers: the wide picture a messenger shows with a share link."""

from __future__ import annotations

from PIL import Image

from referrals import drawing, kept_pictures
from referrals.drawing import font
from referrals.portraits import face_of, picture_of
from referrals.showings import Showing

# What Facebook, WhatsApp, Telegram and X ask for; its middle square stays whole in WeChat.
WIDTH, HEIGHT = 1200, 630
MARGIN = 40
LEFT = HEIGHT + MARGIN  # the words stand beside a square picture
ACROSS = WIDTH - LEFT - MARGIN
FACE = 72
GROUND, INK, QUIET, PRICE, BAND = "#fbf8f4", "#1e1a17", "#5c544d", "#c8371b", "#fdebe4"
EDITION = 2

# Sizes and lines of the sentence on who gains: smaller letters rather than half a sentence.
GAIN_LOOKS = ((30, 2), (26, 2), (22, 3))


def cover_of(showing: Showing) -> bytes:
    """Return the cover as a JPEG, drawn at most once a day for what it says."""
    return kept_pictures.kept(
        what=f"cover {EDITION} {showing!r}", draw=lambda: drawing.as_jpeg(_drawn(showing))
    )


def _drawn(showing: Showing) -> Image.Image:
    canvas = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    canvas.paste(picture_of(showing.photo, (HEIGHT, HEIGHT), ground=BAND), (0, 0))
    top = _friend(canvas, showing) if showing.title else MARGIN
    title = drawing.wrapped(
        drawing.drawable(showing.product), font("Bold", 40), width=ACROSS, most=2
    )
    top = drawing.write(canvas, title, at=(LEFT, top), face=font("Bold", 40), ink=INK)
    price = drawing.wrapped(drawing.drawable(showing.price), font("Bold", 72), width=ACROSS, most=1)
    drawing.write(canvas, price, at=(LEFT, top), face=font("Bold", 72), ink=PRICE)
    _foot(canvas, showing)
    return canvas


def _friend(canvas: Image.Image, showing: Showing) -> int:
    """Write who recommends it and their words; return where the rest begins."""
    face = face_of(showing, FACE)
    drawing.paste_rounded(canvas, face, at=(LEFT, MARGIN), radius=FACE // 2)
    beside = LEFT + FACE + 20
    title, across = drawing.drawable(showing.title), WIDTH - MARGIN - beside
    face_of_name, name = drawing.fitted(title, "Regular", ((30, 2), (26, 2)), width=across)
    top = MARGIN + (FACE - 43 * len(name)) // 2
    drawing.write(canvas, name, at=(beside, top), face=face_of_name, ink=INK)
    words = drawing.wrapped(
        drawing.drawable(showing.words), font("Regular", 30), width=ACROSS, most=2
    )
    below = MARGIN + FACE + 20
    return drawing.write(canvas, words, at=(LEFT, below), face=font("Regular", 30), ink=QUIET) + 12


def _foot(canvas: Image.Image, showing: Showing) -> None:
    """Write who gains, whole, and then the shop at the lower edge, where both always fit."""
    gain_face, gain = drawing.fitted(
        drawing.drawable(showing.gain), "Regular", GAIN_LOOKS, width=ACROSS
    )
    face = font("Regular", 30)
    shop = drawing.wrapped(drawing.drawable(showing.shop), face, width=ACROSS, most=1)
    tall = round(gain_face.size * drawing.LINE) * len(gain) + 43 * len(shop)
    below = drawing.write(
        canvas, gain, at=(LEFT, HEIGHT - MARGIN + 8 - tall), face=gain_face, ink=QUIET
    )
    drawing.write(canvas, shop, at=(LEFT, below), face=face, ink=QUIET)
