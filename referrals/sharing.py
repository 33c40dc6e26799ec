"""What a share sheet needs: the link, its code as a picture, and words ready to send."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from referrals.links import Earning, LinkFacts

QUIET_ZONE = 4  # modules of white around the code, as readers expect


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's share sheet for one product, in their language."""

    address: str
    caption: str
    whatsapp: str
    sms: str
    mail: str
    qr: SafeString


def sheet_of(facts: LinkFacts, earning: Earning, *, price: str, language: str) -> Sheet:
    """Return the sheet; the caption says what the sharer may earn, as the page will."""
    address = f"{settings.BASE_URL}/s/{facts.code}"
    caption = _caption(facts, earning.display(language) if facts.can_pay else "", price)
    message = f"{caption}\n{address}"
    return Sheet(
        address=address,
        caption=message,
        whatsapp=f"https://wa.me/?text={quote(message)}",
        sms=f"sms:?&body={quote(message)}",
        mail=f"mailto:?subject={quote(facts.product_title)}&body={quote(message)}",
        qr=qr_of(address),
    )


def qr_of(address: str) -> SafeString:
    """Draw an address as a QR code that scales with its box."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=QUIET_ZONE, omitsize=True, light="#fff", svgclass="qr")
    return mark_safe(drawn)  # noqa: S308  # segno writes paths from our own address


def _caption(facts: LinkFacts, earns: str, price: str) -> str:
    first = _("“%(words)s”") % {"words": facts.words} if facts.words else _("Look what I found")
    second = f"{facts.product_title} {price}"
    if earns:
        said = _("%(product)s (I may earn %(amount)s if you buy)")
        second = said % {"product": second, "amount": earns}
    return f"{first}\n{second}"
