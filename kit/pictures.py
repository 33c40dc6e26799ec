"""Pictures from strangers: read with care, turned upright, stripped, and written anew.

Nothing of an uploaded file is ever served. What leaves here was encoded by us from
pixels alone, so that no place, name, script or second file can ride along.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 25_000_000  # 24 Mpx is what a good camera makes; decoded that is 75 MB
LONGEST_SIDE = 12_000
LARGEST_PROFILE = 64 * 1024  # a colour profile of a camera takes 0.5 to 4 kB
READABLE = ("JPEG", "PNG", "WEBP", "AVIF")
HOW_WRITTEN = {"webp": {"quality": 82, "method": 2}, "avif": {"quality": 60, "speed": 8}}

# Everything a codec may say about bytes it cannot make sense of.
UNREADABLE = (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, EOFError,
              AttributeError, MemoryError, struct.error, zlib.error)  # fmt: skip

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE = frozenset({5, 6, 7, 8})


class NotAPicture(Exception):
    """The bytes are not a whole JPEG, PNG, WebP or AVIF picture."""


class TooLarge(Exception):
    """The file has more bytes than a picture may have."""


class TooManyPixels(Exception):
    """The picture is larger than we decode."""


@dataclass(frozen=True, slots=True)
class Reencoded:
    """A picture as we wrote it.

    Attributes:
        files: the encoded bytes by (width in pixels, format).
        width: of the upright picture, in pixels; ``height`` likewise.
        colour: its mean colour as ``#rrggbb``, to stand in its place while it loads.
    """

    files: dict[tuple[int, str], bytes]
    width: int
    height: int
    colour: str

    def at(self, width: int, form: str = "webp") -> bytes:
        """Return the file made for a wanted ``width``: the picture's own when it is narrower."""
        return self.files[min(width, self.width), form]


def reencode(
    data: bytes, *, widths: Iterable[int], formats: Iterable[str] = ("webp",), square: bool = False
) -> Reencoded:
    """Write a stranger's picture anew in each of ``widths`` and ``formats``.

    What it is, is read from its content, never from a name. A width beyond the
    picture's own is written at its own width, so nothing is blown up. Of an animation
    only the first frame is kept; transparency becomes white. ``square`` cuts out the
    middle. A 12 Mpx JPEG takes about 0.2 s and 70 MB.

    Raises:
        NotAPicture: it cannot be read as one of the formats we take.
        TooLarge: it has more than ``MOST_BYTES`` bytes.
        TooManyPixels: more than ``MOST_PIXELS``, or a side beyond ``LONGEST_SIDE``.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(len(data))
    try:
        picture, width, height = _read(data, widest=max(widths), square=square)
    except UNREADABLE as unreadable:
        raise NotAPicture from unreadable
    files: dict[tuple[int, str], bytes] = {}
    formats = tuple(formats)
    # Each size is made from the one before it: that costs a third less than from the original.
    for target in sorted({min(wanted, width) for wanted in widths}, reverse=True):
        picture = _narrowed(picture, target, width, height)
        files |= {(target, form): _written(picture, form) for form in formats}
    return Reencoded(files, width, height, _mean_colour(picture))


def _read(data: bytes, *, widest: int, square: bool) -> tuple[Image.Image, int, int]:
    """Return the upright RGB picture, perhaps decoded smaller already, and its true size."""
    _refuse_flood(*_webp_size(data))
    try:
        image = Image.open(BytesIO(data), formats=READABLE)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as flood:
        raise TooManyPixels from flood
    _refuse_flood(*image.size)
    width, height = image.size
    # A JPEG can be decoded at a half, quarter or eighth for a fraction of the work.
    scale = min(1.0, widest / min(width, height))
    image.draft("RGB", (max(1, int(width * scale)), max(1, int(height * scale))))
    turn = image.getexif().get(ORIENTATION)
    upright = _plain(image)
    if turn in TURNS:
        upright = upright.transpose(TURNS[turn])
    if turn in ON_ITS_SIDE:
        width, height = height, width
    if square:
        upright, width, height = _middle(upright), min(width, height), min(width, height)
    return upright, width, height


def _refuse_flood(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise TooManyPixels(f"{width} x {height}")


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return the canvas a WebP file claims; its reader sets memory aside before it can be asked."""
    if data[:4] != b"RIFF" or data[8:16] != b"WEBPVP8X" or len(data) < 30:
        return 0, 0
    return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")


def _plain(image: Image.Image) -> Image.Image:
    """Return the first frame as sRGB pixels and nothing else."""
    image.load()
    profile = image.info.get("icc_profile") or b""
    if image.mode.startswith("I"):  # 16 bits a pixel, which browsers have no use for
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        image = Image.new("RGB", layered.size, "white")
        image.paste(layered, mask=layered.getchannel("A"))
    if image.mode in {"RGB", "CMYK", "L"} and 0 < len(profile) <= LARGEST_PROFILE:
        image = _in_srgb(image, profile)
    plain = image.convert("RGB").copy()
    plain.info = {}
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Translate the camera's colours to the browser's; a broken profile is passed over."""
    try:
        changed = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, *UNREADABLE):
        return image
    return changed or image


def _middle(image: Image.Image) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _narrowed(image: Image.Image, target: int, width: int, height: int) -> Image.Image:
    if image.width == target:
        return image
    size = (target, max(1, round(target * height / width)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _written(image: Image.Image, form: str) -> bytes:
    out = BytesIO()
    image.save(out, form.upper(), **HOW_WRITTEN[form])
    return out.getvalue()


def _mean_colour(image: Image.Image) -> str:
    red, green, blue = image.resize((1, 1), Image.Resampling.BOX).tobytes()
    return f"#{red:02x}{green:02x}{blue:02x}"
