"""Whole pages kept ready: split once at their open slots, joined again for each visitor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product as every_pair

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.redis import RedisSerializer
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from redis.exceptions import RedisError

from catalog.models import Product
from kit.breaker import VALKEY
from kit.nearby import Nearby
from shops.models import Shop

log = logging.getLogger(__name__)

# What a page leaves open: title and further head lines, the form's token, the friend whose
# link was followed, who gains, and the count of the bag.
SLOTS = ("title", "head", "csrf", "friend", "disclosure", "bag")
LOOKS = ("", "light", "dark")
OTHERS_SHOWN = 4  # the newest of its shop that stand below a product
PAGES_KEPT = 5  # of one shop's shelf: more goods than most shops have
KEPT_SECONDS = 60  # covers what no job of this room can see: shop, person, block, erasure

WITHOUT_CACHE_SECONDS = 5.0  # how old a process's own copy may be while Valkey is away
MOST_NEAR = 300  # pages of some 30 kB: 9 MB a process

# Two signs no stored text can hold, because every field of ours leaves control signs out.
OPENS, CLOSES = "\x02", "\x03"


PACKED = RedisSerializer()  # as Django's cache packs it


@dataclass(frozen=True, slots=True)
class Body:
    """A page with open slots.

    Attributes:
        pieces: text, a slot's name, text, a slot's name, …, text.
        preset: what a slot shows when nothing is put in; others show nothing.
        facts: what the door needs to know of the page without asking the database.
    """

    pieces: tuple[str, ...]
    preset: dict[str, str]
    facts: dict[str, int]

    def filled(self, **slots: str) -> str:
        """Return the page with ``slots``, each a piece of safe HTML, put in."""
        pieces = list(self.pieces)
        put_in = self.preset | slots
        pieces[1::2] = [put_in.get(name, "") for name in pieces[1::2]]
        return "".join(pieces)


_near: Nearby[Body] = Nearby(seconds=0, absent_seconds=0, most=MOST_NEAR)


def slot(name: str) -> SafeString:
    """Return the sign that marks where ``name`` belongs in a page that is being written."""
    return mark_safe(f"{OPENS}{name}{CLOSES}")  # noqa: S308  # two control signs and our own word


def split(html: str, *, preset: dict[str, str], facts: dict[str, int]) -> Body:
    """Cut a written page at its slots."""
    first, *rest = html.split(OPENS)
    pieces = [first]
    for part in rest:
        pieces.extend(part.split(CLOSES, 1))
    return Body(tuple(pieces), preset, facts)


def kept(
    key: str,
    write: Callable[[], Body | None],
    *,
    seconds: float = 0.0,
    fetched: bytes | None = None,
) -> Body | None:
    """Return the page kept under ``key``, else write it and keep it for a minute.

    With the cache away each process writes the page once in five seconds. With the database
    away too, the last page it saw is shown for a while: the bag asks for its version anyway.

    Args:
        key: where the page is kept.
        write: makes the page, or None when there is none.
        seconds: how old a copy of this process's own may be.
        fetched: what another trip to Valkey brought from ``place_of(key)``.
    """
    if VALKEY.is_open:
        seconds = max(seconds, WITHOUT_CACHE_SECONDS)
    return _near.get(key, lambda: _unpacked(fetched) or _shared(key, write), seconds=seconds)


def is_near(key: str, *, seconds: float) -> bool:
    """Whether this process has a copy of the page that is no older than this."""
    return _near.peek(key, seconds=seconds) is not None


def place_of(key: str) -> str:
    """Return what Valkey itself calls the page kept under ``key``."""
    return str(cache.make_key(key))


def _unpacked(fetched: bytes | None) -> Body | None:
    if fetched is None:
        return None
    body: Body = PACKED.loads(fetched)
    return body


def _shared(key: str, write: Callable[[], Body | None]) -> Body | None:
    try:
        body: Body | None = cache.get(key)
    except (RedisError, OSError):
        log.info("cache away: writing %s", key)
        return write()
    if body is None:
        body = write()
        _keep(key, body)
    return body


def _keep(key: str, body: Body | None) -> None:
    if body is None:
        return
    try:
        cache.set(key, body, KEPT_SECONDS)
    except (RedisError, OSError):
        log.warning("cache away: %s is not kept", key)


def product_key(public_id: str, language: str, look: str) -> str:
    """Name the place of a product's page."""
    return f"page:p:{public_id}:{language}:{look}"


def shop_key(handle: str, language: str, look: str, *, number: int = 1) -> str:
    """Name the place of a shop's page, or of a further page of its shelf."""
    return f"page:shop:{handle}:{language}:{look}:{number}"


def forget(product_id: int) -> None:
    """Throw away the kept pages that show this product, once the transaction commits."""
    product = Product.objects.select_related("shop").filter(pk=product_id).first()
    if product is not None:
        _forget_pages(product.shop.handle, [product.public_id, *_standing_beside(product)])


def _standing_beside(product: Product) -> list[str]:
    """Return the products below which this one stands, for it is among its shop's newest."""
    if product.published_at is None:
        return []
    others = Product.objects.on_sale().filter(shop_id=product.shop_id).exclude(pk=product.pk)
    newer = others.filter(published_at__gt=product.published_at).count()
    return list(others.values_list("public_id", flat=True)) if newer <= OTHERS_SHOWN else []


def forget_shop(shop_id: int) -> None:
    """Throw away the kept pages of a shop and of its goods, once the transaction commits."""
    handle = Shop.objects.values_list("handle", flat=True).get(pk=shop_id)
    on_sale = Product.objects.on_sale().filter(shop_id=shop_id)
    _forget_pages(handle, list(on_sale.values_list("public_id", flat=True)))


def _forget_pages(handle: str, public_ids: list[str]) -> None:
    ways = _ways()
    numbers = range(1, PAGES_KEPT + 1)
    keys = [shop_key(handle, *way, number=number) for way in ways for number in numbers]
    keys += [product_key(public_id, *way) for public_id in public_ids for way in ways]
    transaction.on_commit(lambda: _throw_away(keys))


def _ways() -> list[tuple[str, str]]:
    """Return every language and look a page may be kept in."""
    return list(every_pair([code for code, _ in settings.LANGUAGES], LOOKS))


def _throw_away(keys: list[str]) -> None:
    try:
        cache.delete_many(keys)
    except (RedisError, OSError):
        log.warning("cache away: %d pages stay for up to %d s", len(keys), KEPT_SECONDS)
