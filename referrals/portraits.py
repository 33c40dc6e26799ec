"""What stands on a drawn picture besides words: the product's photo, and a face."""

from __future__ import annotations

import logging
from functools import lru_cache

from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from kit.templatetags.kit import initial, tone
from referrals import drawing
from referrals.drawing import Size, font
from referrals.showings import Showing

log = logging.getLogger(__name__)

# The grounds of a face without a picture, as the pages have them, and their inks.
TONES = (
    ("#e2f2ec", "#0b4a3c"),
    ("#fdebe4", "#8f2510"),
    ("#fdf1dc", "#8a5300"),
    ("#e6ded4", "#1e1a17"),
)


def picture_of(path: str, size: Size, *, ground: str) -> Image.Image:
    """Return the product's photo cut to a size; a plain ground where there is none."""
    found = _opened(path)
    return Image.new("RGB", size, ground) if found is None else drawing.cover(found, size)


def face_of(showing: Showing, side: int) -> Image.Image:
    """Return a person's picture as a square, or the first letter of their name."""
    found = _opened(showing.avatar)
    if found is not None:
        return drawing.cover(found, (side, side))
    return _letter(showing.sharer, side)


@lru_cache(maxsize=64)
def _letter(name: str, side: int) -> Image.Image:
    ground, ink = TONES[tone(name)]
    square = Image.new("RGB", (side, side), ground)
    letter = initial(drawing.drawable(name))
    pen = ImageDraw.Draw(square)
    pen.text((side / 2, side / 2), letter, font=font("Bold", 40), fill=ink, anchor="mm")
    return square


def _opened(path: str) -> Image.Image | None:
    """Open one of our own files; a poster without its picture is better than none."""
    if not path:
        return None
    try:
        with default_storage.open(path) as file:
            picture = Image.open(file, formats=("WEBP",))
            return picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        log.warning("no picture could be read at %s", path)
        return None
