"""What a messenger is shown of a share link: a small page with Open Graph lines."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from catalog.models import Photo, Product
from kit.money import Money
from referrals import cards, links
from referrals.links import LinkFacts

DESCRIPTION_LENGTH = 160
PICTURE_WIDTH = 780


def preview_of(facts: LinkFacts) -> dict[str, Any] | None:
    """Return what the preview says, in the sharer's language; None when it is off the shelf.

    A preview has no reader yet, and friends mostly share a language.
    """
    product = Product.objects.on_sale().select_related("shop").filter(pk=facts.product_id).first()
    if product is None:
        return None
    language = facts.sharer_language
    title = cards.line_of(facts, language) if facts.sharer_is_active else product.title
    prices = product.variants.filter(is_offered=True).order_by("price_minor")
    price_minor = prices.values_list("price_minor", flat=True).first() or 0
    price = Money(price_minor, product.shop.currency)
    earning = links.earning_of(product.pk, version=product.version)
    gain = cards.gain_line(facts, earning, language) if facts.can_pay else ""
    said = [f"{price.display(language)} · {product.shop.name}", gain, product.description]
    return {
        "language": language,
        "title": title,
        "description": " · ".join(filter(None, said))[:DESCRIPTION_LENGTH],
        "product": product.title,
        "picture": _picture(product.photos.first()),
        "address": f"{settings.BASE_URL}/s/{facts.code}",
        "canonical": f"{settings.BASE_URL}/p/{product.public_id}",
        "amount": price.plain(),
        "currency": price.currency,
    }


def _picture(photo: Photo | None) -> str:
    """Return the absolute address of a picture messengers can read, or nothing."""
    if photo is None or not photo.widths:
        return ""
    enough = [width for width in sorted(photo.widths) if width >= PICTURE_WIDTH]
    width = enough[0] if enough else max(photo.widths)
    return f"{settings.BASE_URL}{settings.MEDIA_URL}photos/{photo.name}-{width}.webp"
