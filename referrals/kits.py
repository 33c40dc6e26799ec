"""The kit: for each place a link is sent to, the words, the address and the way there."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

from django.core.files.storage import default_storage
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from catalog.models import Product
from kit import clock
from referrals import text_codes
from referrals.channels import WITHOUT_LINKS, Channel
from referrals.links import LinkFacts
from referrals.sharing import address_of, caption_of
from referrals.showings import Showing, photo_path

# Moments, Weibo and Xiaohongshu all show nine pictures in a square.
MOST_PICTURES = 9

Opener = Callable[[str, str], str]  # (words, address) -> where the service takes them


@dataclass(frozen=True, slots=True)
class Place:
    """One service: what it takes, and how to send something there."""

    channel: Channel
    how: str | Promise
    opener: Opener | None = None
    is_public: bool = False
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One service as the kit shows it; ``opens`` is empty where only copying helps.

    Where links are dead text, its words carry the text code, and it ``needs_poster``.
    """

    channel: str
    name: str
    how: str
    words: str
    address: str
    opens: str
    needs_poster: bool


def _at(base: str, **names: str) -> Opener:
    """Return an opener that asks ``base`` with words and address under the names given."""

    def opens(words: str, address: str) -> str:
        said = {"words": words, "address": address, "both": f"{words}\n{address}"}
        return f"{base}?{urlencode({name: said[what] for name, what in names.items()})}"

    return opens


# The share pages of these services are public and need no key. Moments and Xiaohongshu show
# an address in a post as dead text, so there the text code takes its place.
PLACES = (
    Place(
        Channel.WECHAT,
        gettext_lazy("Copy the words and paste them into a chat."),
    ),
    Place(
        Channel.MOMENTS,
        gettext_lazy("Moments shows no links: post the poster with these words."),
    ),
    Place(
        Channel.WEIBO,
        gettext_lazy("Opens Weibo with words and link; add the pictures there."),
        opener=_at("https://service.weibo.com/share/share.php", url="address", title="words"),
        is_public=True,
    ),
    Place(
        Channel.XIAOHONGSHU,
        gettext_lazy("Xiaohongshu takes no links: post the pictures with these words, and send the "
                     "link to whoever asks."),
        is_public=True,
    ),
    Place(
        Channel.WHATSAPP,
        gettext_lazy("Opens WhatsApp; choose a friend or a group there."),
        opener=_at("https://wa.me/", text="both"),
    ),
    Place(
        Channel.TELEGRAM,
        gettext_lazy("Opens Telegram; choose a friend or a group there."),
        opener=_at("https://t.me/share/url", url="address", text="words"),
    ),
    Place(
        Channel.X,
        gettext_lazy("Opens X with a short text, for it counts every sign."),
        opener=_at("https://x.com/intent/post", text="words", url="address"),
        is_public=True,
        is_short=True,
    ),
)  # fmt: skip


def ways_of(facts: LinkFacts, showing: Showing, *, earns: str) -> list[Way]:
    """Return every way to send a link, in the language that is active.

    Where strangers read along, words that can earn begin by saying that they are an
    advertisement, as the Chinese rules for recommendations with a link ask (2023, art. 9).
    """
    return [_way(place, facts, showing, earns) for place in PLACES]


def _way(place: Place, facts: LinkFacts, showing: Showing, earns: str) -> Way:
    address = address_of(facts, place.channel.value)
    words = caption_of(facts, showing, earns=earns, is_short=place.is_short)
    if earns and place.is_public:
        words = _("Ad: %(words)s") % {"words": words}
    needs_poster = place.channel.value in WITHOUT_LINKS
    if needs_poster:
        code = text_codes.text_of(facts, language=showing.language, channel=place.channel.value)
        words = f"{words}\n{code}"
    elif place.opener is None:
        words = f"{words}\n{address}"
    return Way(
        channel=place.channel.value,
        name=str(place.channel.label),
        how=str(place.how),
        words=words,
        address=address,
        opens=place.opener(words, address) if place.opener is not None else "",
        needs_poster=needs_poster,
    )


def photo_paths(product: Product) -> list[str]:
    """Return where the pictures of a product lie, at most nine of them."""
    paths = (photo_path(photo) for photo in product.photos.all()[:MOST_PICTURES])
    return [path for path in paths if path]


def files_of(
    paths: Iterable[str], *, posters: Iterable[tuple[str, bytes]], words: str
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a kit, one in memory at a time: posters, pictures and words.

    Pictures are JPEG, which every phone's gallery and every service takes; one that is gone
    is left out.
    """
    yield from posters
    for number, path in enumerate(paths, start=1):
        try:
            with default_storage.open(path) as file:
                picture = Image.open(file, formats=("WEBP",)).convert("RGB")
        except (OSError, SyntaxError, ValueError):
            continue
        out = BytesIO()
        picture.save(out, "JPEG", quality=88)
        yield f"{number}.jpg", out.getvalue()
    yield "words.txt", words.encode("utf-8-sig")


class _Pipe:
    """What an archive is written to, and taken from while it grows; it cannot go back in it."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what was written waits to be taken."""

    def close(self) -> None:
        """Do nothing: there is no file."""

    def taken(self) -> bytes:
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def archive(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield a ZIP archive of files piece by piece; pictures are packed already."""
    pipe, at = _Pipe(), clock.now().timetuple()[:6]
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as box:
        for name, data in files:
            box.writestr(zipfile.ZipInfo(name, at), data)
            yield pipe.taken()
    yield pipe.taken()
