"""The visitor's own proof of which share links brought them: one signed cookie."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from kit import clock
from referrals import channels

COOKIE_NAME = "__Host-ref" if settings.IS_SECURE else "wd_ref"
COOKIE_AGE = timedelta(days=30)
MOST_TOUCHES = 8

# Clicks of one visitor on the same link within half an hour are one visit.
ONE_VISIT = timedelta(minutes=30)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIGNATURE_BYTES = 16
# shop (4) + link (5) + click (16) + milliseconds since 1970 (6), and how it came (1)
TOUCH_BYTES = 32
VERSION = b"\x02"
# Cookies from before touches knew how they came live on for their thirty days.
BYTES_BY_VERSION = {b"\x01": 31, VERSION: TOUCH_BYTES}
# Of the byte that says how a touch came: the channel, and whether a person is in doubt.
CHANNEL_BITS, DOUBT_BIT = 0x7F, 0x80
LONGEST = 4 * (1 + MOST_TOUCHES * TOUCH_BYTES + SIGNATURE_BYTES + 3) // 3


@dataclass(frozen=True, slots=True)
class Touch:
    """One click on a share link, as the visitor's cookie keeps it.

    ``channel`` is how the link was sent. A touch ``is_doubtful`` when its click was stored
    as SUSPECT or RATE: it earns only where no certain click does, with the click stream or
    without it, so the cookie itself must say so.
    """

    click_id: UUID
    link_id: int
    shop_id: int
    at: datetime
    channel: str = ""
    is_doubtful: bool = False


def read_cookie(value: str | None) -> list[Touch]:
    """Return the touches a cookie proves, newest first; garbage and old ones prove nothing."""
    if not value or len(value) > LONGEST:
        return []
    try:
        packed = urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return []
    body, signature = packed[:-SIGNATURE_BYTES], packed[-SIGNATURE_BYTES:]
    if not _is_ours(body, signature) or body[:1] not in BYTES_BY_VERSION:
        return []
    oldest = clock.now() - COOKIE_AGE
    size = BYTES_BY_VERSION[body[:1]]
    touches = (_unpacked(body[start : start + size]) for start in range(1, len(body), size))
    return sorted((touch for touch in touches if touch.at > oldest), key=_age)


def cookie_with(touches: Sequence[Touch], new: Touch) -> str:
    """Return the cookie's value after one more touch.

    The newest touch of every shop is kept first, up to eight. What room is left goes to
    the newest of the others, one a link, so that a sharer who may not earn from this
    buyer does not wipe out the friend who came before.
    """
    if not touches:
        return _signed(VERSION + _packed(new))  # most visitors come for the first time
    one_a_link: dict[int, Touch] = {}
    for touch in sorted([*touches, new], key=_age):
        one_a_link.setdefault(touch.link_id, touch)
    newest_of_shops: dict[int, Touch] = {}
    for touch in one_a_link.values():
        newest_of_shops.setdefault(touch.shop_id, touch)
    others = [t for t in one_a_link.values() if newest_of_shops[t.shop_id] is not t]
    kept = [*newest_of_shops.values(), *others][:MOST_TOUCHES]
    return _signed(VERSION + b"".join(map(_packed, kept)))


def in_turn(touches: Iterable[Touch], *, shop_id: int) -> list[Touch]:
    """Return the touches of one shop in the order in which they may earn.

    The newest click first, and of one moment the greater id; but every click of which it
    is certain that a person made it goes before those in doubt.
    """
    ours = (touch for touch in touches if touch.shop_id == shop_id)
    return sorted(ours, key=lambda touch: (touch.is_doubtful, *_age(touch)))


def visit_goes_on(touches: Iterable[Touch], *, link_id: int, shop_id: int, now: datetime) -> bool:
    """Whether this link was the visitor's last one to the shop, and less than a visit ago."""
    for touch in touches:  # newest first
        if touch.shop_id == shop_id:
            return touch.link_id == link_id and timedelta() <= now - touch.at < ONE_VISIT
    return False


def _age(touch: Touch) -> tuple[float, int]:
    return -touch.at.timestamp(), -touch.click_id.int


def _packed(touch: Touch) -> bytes:
    milliseconds = round(touch.at.timestamp() * 1000)
    how = channels.place_of(touch.channel) | (DOUBT_BIT if touch.is_doubtful else 0)
    return (
        touch.shop_id.to_bytes(4, "big")
        + touch.link_id.to_bytes(5, "big")
        + touch.click_id.bytes
        + milliseconds.to_bytes(6, "big")
        + how.to_bytes(1, "big")
    )


def _unpacked(packed: bytes) -> Touch:
    milliseconds = int.from_bytes(packed[25:31], "big")
    how = packed[31] if len(packed) == TOUCH_BYTES else 0
    return Touch(
        click_id=UUID(bytes=packed[9:25]),
        link_id=int.from_bytes(packed[4:9], "big"),
        shop_id=int.from_bytes(packed[:4], "big"),
        at=EPOCH + timedelta(milliseconds=milliseconds),
        channel=channels.at_place(how & CHANNEL_BITS),
        is_doubtful=bool(how & DOUBT_BIT),
    )


def _signed(body: bytes) -> str:
    return urlsafe_b64encode(body + _signature(settings.SECRET_KEY, body)).rstrip(b"=").decode()


def _is_ours(body: bytes, signature: bytes) -> bool:
    return any(
        hmac.compare_digest(_signature(secret, body), signature)
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def _signature(secret: str, body: bytes) -> bytes:
    return hmac.digest(_key_from(secret), body, "sha256")[:SIGNATURE_BYTES]


@lru_cache(maxsize=8)
def _key_from(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), person=b"wd touches").digest()
