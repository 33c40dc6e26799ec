"""What a poster, a preview and a ready caption say of a product and of who shares it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Photo, Product
from kit import clock
from kit.money import Money
from referrals import cards, links
from referrals.links import LinkFacts

# Columns that names may take in a picture or a preview, a Chinese sign being two wide: the
# longest sentence on who gains still fits with its amount.
NAME_COLUMNS, CHARITY_COLUMNS = 20, 28


@dataclass(frozen=True, slots=True)
class Showing:
    """All that is said and shown, as text; two showings that are equal look the same.

    ``photo`` and ``avatar`` are paths in the media storage or empty; ``gain`` is the
    sentence on who gains, empty where nobody does.
    """

    language: str
    sharer: str
    avatar: str
    title: str
    words: str
    product: str
    price: str
    shop: str
    gain: str
    photo: str


def showing_of(facts: LinkFacts, product: Product, *, language: str) -> Showing:
    """Return what may be said now; two queries, and ``product.shop`` should be loaded."""
    facts = replace(
        facts,
        sharer_name=shortened(facts.sharer_name, columns=NAME_COLUMNS),
        charity_name_zh=shortened(facts.charity_name_zh, columns=CHARITY_COLUMNS),
        charity_name_en=shortened(facts.charity_name_en, columns=CHARITY_COLUMNS),
    )
    price, several = lowest_price(product)
    earning = links.earning_of(product.pk, version=product.version)
    shown = price.display(language)
    with translation.override(language):
        price_line = _("from %(plain)s") % {"plain": shown} if several else shown
        title = cards.title_of(facts, product.pk)
    is_known = facts.sharer_is_active
    pays = facts.can_pay and not facts.has_ended(clock.now())
    return Showing(
        language=language,
        sharer=facts.sharer_name if is_known else "",
        avatar=f"people/{facts.sharer_avatar}-240.webp" if is_known and facts.sharer_avatar else "",
        title=title if is_known else "",
        words=facts.words if is_known else "",
        product=product.title,
        price=price_line,
        shop=product.shop.name,
        gain=cards.gain_line(facts, earning, language) if pays else "",
        photo=photo_path(product.photos.first()),
    )


def shortened(name: str, *, columns: int) -> str:
    """Return a name in at most so many columns; what is cut ends in ``…``."""
    widths = [2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in name]
    if sum(widths) <= columns:
        return name
    kept, left = "", columns - 1
    for sign, width in zip(name, widths, strict=True):
        left -= width
        if left < 0:
            break
        kept += sign
    return f"{kept.rstrip()}…"


def lowest_price(product: Product) -> tuple[Money, bool]:
    """Return what the cheapest offered variant costs, and whether there are dearer ones."""
    prices = list(
        product.variants.filter(is_offered=True)
        .order_by("price_minor")
        .values_list("price_minor", flat=True)
        .distinct()[:2]
    )
    return Money(prices[0] if prices else 0, product.shop.currency), len(prices) > 1


def photo_path(photo: Photo | None) -> str:
    """Return where the largest file of a photo lies, or nothing."""
    if photo is None or not photo.widths:
        return ""
    return f"photos/{photo.name}-{max(photo.widths)}.webp"
