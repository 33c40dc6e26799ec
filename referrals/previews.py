"""What a messenger is shown of a share link: a small page with Open Graph lines."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from catalog.models import Product
from referrals import cards, covers
from referrals.links import LinkFacts
from referrals.showings import Showing, lowest_price, showing_of

DESCRIPTION_LENGTH = 160


def preview_of(facts: LinkFacts) -> dict[str, Any] | None:
    """Return what the preview says, in the sharer's language; None when it is off the shelf.

    A preview has no reader yet, and friends mostly share a language.
    """
    product = _on_sale(facts)
    if product is None:
        return None
    language = facts.sharer_language
    showing = showing_of(facts, product, language=language)
    price, _several = lowest_price(product)
    # Who gains comes first: messengers show a line or two of it.
    said = [showing.gain, f"{showing.price} · {showing.shop}", product.description]
    return {
        "language": language,
        "title": cards.line_of(facts, language) if showing.sharer else product.title,
        "description": " · ".join(filter(None, said))[:DESCRIPTION_LENGTH],
        "product": product.title,
        # With the version, so that a messenger that kept the picture asks for a changed one.
        "picture": f"{settings.BASE_URL}/s/{facts.code}/cover.jpg?v={product.version}",
        "width": covers.WIDTH,
        "height": covers.HEIGHT,
        "address": f"{settings.BASE_URL}/s/{facts.code}",
        "canonical": f"{settings.BASE_URL}/p/{product.public_id}",
        "amount": price.plain(),
        "currency": price.currency,
    }


def shown_in_preview(facts: LinkFacts) -> Showing | None:
    """Return what the cover of a link says; None when its product is off the shelf."""
    product = _on_sale(facts)
    if product is None:
        return None
    return showing_of(facts, product, language=facts.sharer_language)


def _on_sale(facts: LinkFacts) -> Product | None:
    return Product.objects.on_sale().select_related("shop").filter(pk=facts.product_id).first()
